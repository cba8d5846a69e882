import type { ProgressCounts } from '../ports.ts';

/** What a partition does at this moment, for health checks, `tidemark doctor` and metrics. */
export type PartitionPhase =
  /** Building its state from the store. */
  | 'recovering'
  | 'rating'
  /** Asking the store about identities that the index does not know any more. */
  | 'confirming'
  /** Computing what a catalog epoch changes. */
  | 'changing-epoch'
  /** Waits for an operator; see `halt`. */
  | 'halted'
  | 'stopped';

/** Why a partition does not go on. Nothing at or after `offset` is applied. */
export interface PartitionHalt {
  readonly partition: number;
  readonly offset: number;
  /** One of `haltReasons`, or the code of the fault that rebuilding did not cure. */
  readonly reason: string;
  readonly detail: string;
}

export interface PartitionStatus {
  readonly partition: number;
  readonly phase: PartitionPhase;
  /** Offset of the record to apply next. */
  readonly next: number;
  readonly epoch: number;
  /** Since the log began. */
  readonly counts: ProgressCounts;
  readonly queueRecords: number;
  readonly queueBytes: number;
  readonly queueEvents: number;
  /** Log time of the oldest record in the queue. */
  readonly oldestLogTimeMs: number | null;
  readonly unflushedRows: number;
  readonly dedupIds: number;
  readonly dedupBytes: number;
  readonly halt: PartitionHalt | null;
}
