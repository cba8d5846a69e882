/**
 * The rows a rater writes, as ClickHouse Native columns in this order. The aggregator's migrations create tables with the
 * same columns (a contract test compares them). Every row is absolute or keyed by its log coordinate
 * (incarnation, partition, offset, index), so writing it again changes nothing.
 */
export const rowTables = {
  /** One per accepted event. `data` = canonical JSON text of the properties. `payload_hash` = conflict check. */
  usage_events: [
    ['tenant', 'LowCardinality(String)'],
    ['subject', 'String'],
    ['type', 'LowCardinality(String)'],
    ['source', 'LowCardinality(String)'],
    ['id', 'String'],
    ['time', "DateTime64(6, 'UTC')"],
    ['data', 'String'],
    ['incarnation', 'UInt32'],
    ['partition', 'UInt16'],
    ['offset', 'UInt64'],
    ['index', 'UInt32'],
    ['log_time', "DateTime64(3, 'UTC')"],
    ['fingerprint', 'FixedString(16)'],
    ['payload_hash', 'UInt64'],
    ['backfill', 'UInt8'],
  ],
  /**
   * Running state of one (subscription, charge, period, segment): absolute, includes every event of the partition below
   * offset `version`. `state` is `ChargeRater.encode`; `quantity` and `amount` are derived from it.
   */
  charge_totals: [
    ['tenant', 'LowCardinality(String)'],
    ['customer', 'String'],
    ['subscription', 'String'],
    ['charge', 'LowCardinality(String)'],
    ['period_start', "DateTime64(6, 'UTC')"],
    ['segment_start', "DateTime64(6, 'UTC')"],
    ['incarnation', 'UInt32'],
    ['partition', 'UInt16'],
    ['version', 'UInt64'],
    ['epoch', 'UInt32'],
    ['events', 'UInt64'],
    ['state', 'String'],
    ['quantity', 'Nullable(Decimal(76, 18))'],
    ['amount', 'Decimal(76, 36)'],
  ],
  /** Per envelope, tenant and type: logged = stored + duplicate + dead; conflict is a part of duplicate. */
  envelope_outcomes: [
    ['tenant', 'LowCardinality(String)'],
    ['type', 'LowCardinality(String)'],
    ['incarnation', 'UInt32'],
    ['partition', 'UInt16'],
    ['offset', 'UInt64'],
    ['log_time', "DateTime64(3, 'UTC')"],
    ['logged', 'UInt32'],
    ['stored', 'UInt32'],
    ['duplicate', 'UInt32'],
    ['conflict', 'UInt32'],
    ['dead', 'UInt32'],
    /** xor of `payload_hash` over the stored rows. */
    ['stored_xor', 'UInt64'],
  ],
  /** An event (or, with index 0 and an empty id, a whole record) that cannot be rated, with the reason. */
  dead_letters: [
    ['tenant', 'LowCardinality(String)'],
    ['incarnation', 'UInt32'],
    ['partition', 'UInt16'],
    ['offset', 'UInt64'],
    ['index', 'UInt32'],
    ['log_time', "DateTime64(3, 'UTC')"],
    ['reason', 'LowCardinality(String)'],
    ['detail', 'String'],
    ['subject', 'String'],
    ['source', 'String'],
    ['type', 'String'],
    ['id', 'String'],
    /** JSON of the event, or base64 of the record's bytes; capped at 64 KiB. */
    ['payload', 'String'],
  ],
  /** A copy of a known identity with another payload: dropped, the first one was billed. */
  event_conflicts: [
    ['tenant', 'LowCardinality(String)'],
    ['subject', 'String'],
    ['source', 'String'],
    ['id', 'String'],
    ['type', 'String'],
    ['time', "DateTime64(6, 'UTC')"],
    ['data', 'String'],
    ['incarnation', 'UInt32'],
    ['partition', 'UInt16'],
    ['offset', 'UInt64'],
    ['index', 'UInt32'],
    ['log_time', "DateTime64(3, 'UTC')"],
    ['owner_offset', 'UInt64'],
    ['owner_index', 'UInt32'],
  ],
  /** The promise "every row below `next` is stored"; written only after the rows. Counts are cumulative. */
  progress: [
    ['incarnation', 'UInt32'],
    ['partition', 'UInt16'],
    ['next', 'UInt64'],
    ['logged', 'UInt64'],
    ['stored', 'UInt64'],
    ['duplicate', 'UInt64'],
    ['conflict', 'UInt64'],
    ['dead', 'UInt64'],
    ['control', 'UInt64'],
    ['epoch', 'UInt32'],
    ['log_time', "DateTime64(3, 'UTC')"],
    ['last_crc', 'UInt32'],
    /** JSON: per gateway id the highest sequence seen and the missing ones. */
    ['gateways', 'String'],
  ],
} as const satisfies Record<string, readonly (readonly [string, string])[]>;

export type RowTable = keyof typeof rowTables;

/** Encoded Native blocks per table, of one or more partitions. */
export type RowBlocks = Readonly<Partial<Record<RowTable, readonly Uint8Array[]>>>;

/** The encoder that writes the rows above and its counterpart, which reads a query's result. */
export { NativeBlockBuilder } from './native-block.ts';
export { decodeNativeBlocks, nativeColumn } from './native-reader.ts';
export type { NativeBlock, NativeColumn } from './native-reader.ts';
