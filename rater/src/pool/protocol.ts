/**
 * What the main thread and the rating threads say to each other. Raw record bytes go in and encoded blocks come out, both by
 * transfer; events never cross as objects. Every task names the partition and the assignment it is meant for: a thread that
 * does not host exactly this one answers `no-state`, and the partition is rebuilt.
 */
import type { OwnerColumns, Progress, UsageEventQuery } from '../ports.ts';
import type { TakenBatch } from '../rating/partition-batch.ts';
import type { HaltReason } from '../rating/rate-envelope.ts';
import type { CatalogEpochMarker } from '@tidemark/ingest/contract';

interface Addressed {
  readonly partition: number;
  /** Numbers the times that this process got the partition, and each rebuild. */
  readonly assignment: number;
}

/** Begins the recovery of a partition at `progress`. */
export interface OpenTask extends Addressed {
  readonly kind: 'open';
  readonly incarnation: number;
  readonly partitionCount: number;
  readonly progress: Progress | null;
  /** UTF-8 JSON of the catalog changes in force at `progress.epoch`. */
  readonly changes: Uint8Array;
}

interface LoadOwnersTask extends Addressed {
  readonly kind: 'load-owners';
  readonly owners: OwnerColumns;
}

/** `rows`: UTF-8 JSON of `StoredChargeTotal[]`. */
interface LoadTotalsTask extends Addressed {
  readonly kind: 'load-totals';
  readonly rows: Uint8Array;
}

/** Asks which events must be read to compute totals anew; starts that computation (again). */
interface PlanRecoveryTask extends Addressed {
  readonly kind: 'plan-recovery';
}

/** `events`: UTF-8 JSON of `StoredUsageEvent[]`, for a recovery or an epoch. */
interface AddStoredEventsTask extends Addressed {
  readonly kind: 'add-stored-events';
  readonly events: Uint8Array;
}

/** Ends the recovery. */
interface ProveTask extends Addressed {
  readonly kind: 'prove';
}

/** Applies records in order until one stops it. `records`: see packed-records.ts. */
export interface RateTask extends Addressed {
  readonly kind: 'rate';
  readonly records: Uint8Array;
  /** The store's answers for the first record, when it asked. */
  readonly confirmed: { readonly offset: number; readonly owners: OwnerColumns } | null;
}

/** Takes the rows since the last time, encoded. */
interface TakeBatchTask extends Addressed {
  readonly kind: 'take-batch';
}

/** Moves the catalog on to `epoch`, or starts the computation for it again. `changes`: UTF-8 JSON. */
export interface BeginEpochTask extends Addressed {
  readonly kind: 'begin-epoch';
  readonly epoch: number;
  readonly changes: Uint8Array;
}

/** Ends the epoch's computation at its marker. */
interface FinishEpochTask extends Addressed {
  readonly kind: 'finish-epoch';
  readonly offset: number;
  readonly logTimeMs: number;
  readonly value: Uint8Array;
}

/** Goes on behind what the log does not hold, or holds damaged. */
export interface SkipTask extends Addressed {
  readonly kind: 'skip';
  /** Packed: the damaged record. Empty: the records below `to` are gone. */
  readonly records: Uint8Array;
  readonly to: number;
  readonly detail: string;
}

interface DropTask extends Addressed {
  readonly kind: 'drop';
}

export type RatingTask =
  | OpenTask
  | LoadOwnersTask
  | LoadTotalsTask
  | PlanRecoveryTask
  | AddStoredEventsTask
  | ProveTask
  | RateTask
  | TakeBatchTask
  | BeginEpochTask
  | FinishEpochTask
  | SkipTask
  | DropTask;

/** Why a rate task ended before its last record. */
export type RateStop =
  | { readonly kind: 'marker'; readonly marker: CatalogEpochMarker }
  | { readonly kind: 'confirm'; readonly fingerprints: Uint8Array }
  | { readonly kind: 'gap' }
  | { readonly kind: 'halt'; readonly reason: HaltReason; readonly detail: string };

/** What the state of a partition amounts to; for metrics and flow control. */
export interface StateFigures {
  /** Offset of the record to take next. */
  readonly next: number;
  readonly epoch: number;
  /** Rows that wait to be taken. */
  readonly rows: number;
  readonly dedupIds: number;
  readonly dedupBytes: number;
  /** Owners are known from this offset on. */
  readonly dedupCompleteFrom: number;
  readonly totals: number;
  /** Envelopes that the log acknowledged and does not hold. */
  readonly lost: number;
  /** Cumulative, as in `progress`. */
  readonly counts: Progress['counts'];
}

export interface RatedReply {
  readonly kind: 'rated';
  /** `null`: all records were applied. */
  readonly stop: RateStop | null;
  readonly figures: StateFigures;
}

export type RatingReply =
  | { readonly kind: 'done' }
  | { readonly kind: 'queries'; readonly queries: readonly UsageEventQuery[] }
  | { readonly kind: 'proven'; readonly figures: StateFigures }
  | { readonly kind: 'differs'; readonly expected: number; readonly found: number }
  | RatedReply
  | { readonly kind: 'batch'; readonly batch: TakenBatch };

/** Every task may be answered by these instead. */
export type RatingFailure =
  /** The thread does not host this partition for this assignment. */
  | { readonly kind: 'no-state' }
  /** The task failed and the state was dropped. */
  | { readonly kind: 'fault'; readonly code: string; readonly message: string };

interface Replies {
  readonly open: 'done';
  readonly 'load-owners': 'done';
  readonly 'load-totals': 'done';
  readonly 'plan-recovery': 'queries';
  readonly 'add-stored-events': 'done';
  readonly prove: 'proven' | 'differs';
  readonly rate: 'rated';
  readonly 'take-batch': 'batch';
  readonly 'begin-epoch': 'queries';
  readonly 'finish-epoch': 'rated';
  readonly skip: 'rated';
  readonly drop: 'done';
}

export type ReplyTo<Task extends RatingTask> =
  Extract<RatingReply, { kind: Replies[Task['kind']] }> | RatingFailure;

/** The buffers of a task that move to the thread instead of being copied; the sender must not use them again. */
export function transferablesOf(task: RatingTask): ArrayBuffer[] {
  switch (task.kind) {
    case 'open':
    case 'begin-epoch':
      return owned(task.changes);
    case 'load-owners':
      return ownerBuffers(task.owners);
    case 'load-totals':
      return owned(task.rows);
    case 'add-stored-events':
      return owned(task.events);
    case 'rate':
      return [
        ...owned(task.records),
        ...(task.confirmed === null ? [] : ownerBuffers(task.confirmed.owners)),
      ];
    case 'skip':
      return owned(task.records);
    case 'finish-epoch':
    case 'plan-recovery':
    case 'prove':
    case 'take-batch':
    case 'drop':
      return [];
  }
}

/** The buffers of a reply that move to the main thread. */
export function transferablesOfReply(reply: RatingReply | RatingFailure): ArrayBuffer[] {
  if (reply.kind !== 'batch') return [];
  return Object.values(reply.batch.blocks).flatMap((blocks) => blocks.flatMap(owned));
}

function ownerBuffers(owners: OwnerColumns): ArrayBuffer[] {
  const { fingerprints, offsets, indices, payloadHashes } = owners;
  return [...new Set([fingerprints, offsets, indices, payloadHashes].flatMap(owned))];
}

/** A view's buffer, unless it shows only a part of it: the rest may belong to somebody else. */
function owned(view: ArrayBufferView): ArrayBuffer[] {
  const { buffer, byteLength } = view;
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}
