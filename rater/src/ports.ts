/**
 * What the rater needs from outside. The event log comes from `@tidemark/ingest/log`; the store side is implemented by
 * `@tidemark/aggregator/store`, the catalog by `@tidemark/api`.
 */
import type { Instant } from '@tidemark/platform/clock';
import type { CatalogChange, CatalogSnapshot } from './catalog/index.ts';
import type { RowBlocks } from './rating/rows.ts';

/** Writes rated usage. Both calls may have landed although they rejected; the caller repeats them unchanged. */
export interface UsageSink {
  /** All tables but `progress`; resolves when every row is durable. */
  writeRows(blocks: RowBlocks): Promise<void>;
  /** Called only after the rows it covers are durable. */
  writeProgress(rows: readonly Progress[]): Promise<void>;
}

/** How far a partition is processed: all records below `next`, and only they, are accounted for in the store. */
export interface Progress {
  readonly incarnation: number;
  readonly partition: number;
  readonly next: number;
  readonly counts: ProgressCounts;
  /** Greatest catalog epoch whose marker lies below `next`; 0 before the first. */
  readonly epoch: number;
  /** Running maximum of the log time below `next`, integer milliseconds. */
  readonly logTimeMs: number;
  /** CRC32C of the value of the record at `next - 1`; proves at assignment that the log is still the same. */
  readonly lastCrc: number;
  /** JSON text of the gateway marks (loss detector). */
  readonly gateways: string;
}

/** Cumulative since offset 0; logged = stored + duplicate + dead. */
export interface ProgressCounts {
  readonly logged: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly conflict: number;
  readonly dead: number;
  readonly control: number;
}

/** Reads what is stored, to rebuild a partition's state. Every read is bounded by a coordinate of this incarnation. */
export interface UsageStore {
  /** The greatest progress of each partition that has one, of any incarnation. */
  readProgress(): Promise<Progress[]>;
  /** Rows of stored events of the partition with offset < `below`: as many as there are events, or more where copies lie. */
  countEvents(bound: PartitionBound): Promise<number>;
  /**
   * Identities of stored events with offset in `[from, below)` of the partition, each once, in any order; ascending offsets
   * let a dedup index that is smaller than the history forget the oldest first.
   */
  readOwners(range: OwnerRange): AsyncIterable<OwnerColumns>;
  /** For each given fingerprint its stored event with offset < `below`, if there is one. */
  findOwners(query: OwnerQuery): Promise<OwnerColumns>;
  /** Newest row of each charge total of the partition, whatever its version. */
  readChargeTotals(query: PartitionBound): AsyncIterable<StoredChargeTotal[]>;
  /** Stored events of these customers with offset < `below`, each once, ordered by (subject, time, offset, index). */
  readUsageEvents(query: UsageEventQuery): AsyncIterable<StoredUsageEvent[]>;
}

export interface PartitionBound {
  readonly incarnation: number;
  readonly partition: number;
  /** Exclusive upper offset. */
  readonly below: number;
}

export interface OwnerRange extends PartitionBound {
  readonly from: number;
}

export interface OwnerQuery extends PartitionBound {
  /** 16 bytes each, one after the other. */
  readonly fingerprints: Uint8Array;
}

export interface OwnerColumns {
  readonly count: number;
  /** 16 bytes a row. */
  readonly fingerprints: Uint8Array;
  readonly offsets: Float64Array;
  readonly indices: Uint32Array;
  readonly payloadHashes: BigUint64Array;
}

export interface StoredChargeTotal {
  readonly tenant: string;
  readonly customer: string;
  readonly subscription: string;
  readonly charge: string;
  readonly periodStart: Instant;
  readonly segmentStart: Instant;
  readonly version: number;
  readonly events: number;
  readonly state: string;
}

export interface UsageEventQuery extends PartitionBound {
  readonly tenant: string;
  readonly subjects: readonly string[];
  readonly types: readonly string[];
  /** Inclusive. */
  readonly from: Instant;
  /** Exclusive. */
  readonly to: Instant;
}

export interface StoredUsageEvent {
  readonly tenant: string;
  readonly subject: string;
  readonly type: string;
  readonly source: string;
  readonly id: string;
  readonly time: Instant;
  /** Canonical JSON text of the properties. */
  readonly data: string;
  readonly partition: number;
  readonly offset: number;
  readonly index: number;
}

/** Immutable catalog epochs. */
export interface CatalogSource {
  /** Everything in force at `epoch`; epoch 0 is empty. */
  snapshot(epoch: number): Promise<CatalogSnapshot>;
  /** The changes of one epoch. */
  changes(epoch: number): Promise<readonly CatalogChange[]>;
}
