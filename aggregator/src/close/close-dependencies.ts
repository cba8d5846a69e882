/** What a close needs from outside, its limits and what it tells on its way. */
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import type { CloseLedger, HaltedPart, PeriodClose } from '../ports.ts';
import type { ReEmit } from './repair/create-re-emitter.ts';
import type { PartitionBehind } from './wait-for-cut.ts';

export interface CloseDependencies {
  readonly ledger: CloseLedger;
  readonly clickHouse: ClickHouse;
  readonly limits: CloseLimits;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly nowMs: () => number;
  /** Called between steps and batches; a fault it throws ends the run, and a retryable one leaves the job to be resumed. */
  readonly throwIfStopped?: () => void;
  readonly onProgress?: (progress: CloseProgress) => void;
  /** Writes the rows of a range of the log again; without it, or where it cannot, lost rows halt their partition. */
  readonly reEmit?: ReEmit;
  /** A difference in the money or in the stored events: to be alarmed on. */
  readonly onAlarm?: (close: PeriodClose, part: HaltedPart) => void;
  /** Of simulations only; all are on when left out. */
  readonly guards?: CloseGuards;
}

/** A guard that no configuration reaches; the simulator shows what happens without it (docs/reliability.md). */
interface CloseGuards {
  /** What the stream counted must equal what the close counted. */
  readonly comparison: boolean;
}

export interface CloseLimits {
  /** A partition below the cut that has not moved for this long is halted. */
  readonly stallMs: number;
  readonly pollMs: number;
  /**
   * Subscriptions priced together. Two waves bound the memory of a close; many together read neighbours in the table's sort
   * key, in whatever order they are due.
   */
  readonly waveSize: number;
  /** Invoices of one transaction. */
  readonly issueSize: number;
  /** Entries of `halted` that a job keeps. */
  readonly haltedMax: number;
}

export const defaultCloseLimits: CloseLimits = {
  stallMs: 60_000,
  pollMs: 200,
  waveSize: 10_000,
  issueSize: 1000,
  haltedMax: 1000,
};

export type CloseProgress =
  | {
      readonly kind: 'waiting';
      readonly close: PeriodClose;
      readonly behind: readonly PartitionBehind[];
    }
  | { readonly kind: 'auditing'; readonly close: PeriodClose }
  | { readonly kind: 'repairing'; readonly close: PeriodClose; readonly part: HaltedPart }
  | { readonly kind: 'billing'; readonly close: PeriodClose; readonly invoices: number };
