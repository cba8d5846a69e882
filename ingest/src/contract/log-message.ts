/**
 * What a log record can be. `decodeLogRecord` (log-message-codec.ts) is total: bytes it cannot trust become `poison` or
 * `corrupt`, never an exception. A MAC over headers and value separates our own envelopes and control records from what
 * foreign producers write; a foreign record is a single JSON CloudEvent (key `tenant:subject`).
 */
import type { EventColumns } from './event-columns.ts';

export type LogMessage =
  | EnvelopeMessage
  | ControlMessage
  /** An operator's decision to go on where records of the partition are gone or damaged. */
  | { readonly kind: 'skip'; readonly skip: PartitionSkip }
  /** One JSON CloudEvent of a foreign producer, as a batch of one. */
  | { readonly kind: 'foreign'; readonly columns: EventColumns }
  /** Cannot be read; goes to the dead letters with `reason` (a stable code such as `log/not-json`). */
  | { readonly kind: 'poison'; readonly reason: string; readonly detail: string }
  /** Ours (the MAC holds over the headers) but the CRC does not match: the log is damaged, the partition halts. */
  | { readonly kind: 'corrupt'; readonly detail: string };

export interface EnvelopeMessage {
  readonly kind: 'envelope';
  readonly columns: EventColumns;
  /** Sent with `backfill=true`: no acceptance window, identity is checked against the store beyond the hot ids. */
  readonly backfill: boolean;
  readonly gateway: GatewayMark;
}

/** The loss detector: a missing sequence at or below `ackedThrough` is a lost envelope. */
export interface GatewayMark {
  readonly gatewayId: string;
  /** Counts the envelopes of this gateway for this partition, from 1. */
  readonly sequence: number;
  /** Every sequence up to this one was acknowledged by the log when this envelope was sent. */
  readonly ackedThrough: number;
  /**
   * The gateway's own clock when it sent the envelope, integer milliseconds: a log whose clock is far off would put usage
   * into the wrong hours and windows, and the rater halts. Absent in envelopes of gateways without a clock.
   */
  readonly sentAtMs?: number;
}

/** A control record; published to every partition. */
export type ControlMessage = {
  readonly kind: 'control';
  readonly control: CatalogEpochMarker;
};

/**
 * Catalog epoch `epoch` is known from this coordinate on. The changes themselves are immutable rows of the control
 * plane (`CatalogSource.changes(epoch)`); `changesHash` proves that the rater loaded the same ones.
 */
export interface CatalogEpochMarker {
  readonly type: 'catalog-epoch';
  readonly epoch: number;
  /** A rater pauses on a version it does not implement. */
  readonly rulesVersion: number;
  /** Lower-case hex SHA-256 of the canonical JSON of the changes. */
  readonly changesHash: string;
}

/**
 * Allows the rater of one partition to pass the offsets in [from, to) that the log does not hold any more, or holds damaged.
 * What can be read in between is rated as always. Stands in the same partition, above `to`, for ever: every replay passes at
 * the same place, and whoever asks later finds who decided, when and why.
 */
export interface PartitionSkip {
  readonly type: 'partition-skip';
  readonly incarnation: number;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
  readonly reason: string;
  /** The key that gave the command. */
  readonly by: string;
  /** Integer milliseconds. */
  readonly atMs: number;
}
