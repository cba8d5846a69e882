/** What the code of one partition works with, and how its parts end. */
import type { InstallationKeys } from '@tidemark/ingest/contract';
import type { EventLog } from '@tidemark/ingest/log';
import type { Logger } from '@tidemark/platform/log';
import type { CatalogSource, UsageStore } from '../ports.ts';
import type { RatingPool } from '../pool/rating-pool.ts';
import type { RatingFailure } from '../pool/protocol.ts';
import type { HaltReason } from './halt-reasons.ts';
import type { RaterConfig } from './rater-config.ts';
import { retry } from './retry.ts';
import type { Scheduler } from './scheduler.ts';

export interface PartitionContext {
  readonly partition: number;
  readonly log: EventLog;
  readonly store: UsageStore;
  readonly catalogSource: CatalogSource;
  readonly pool: RatingPool;
  readonly scheduler: Scheduler;
  readonly config: RaterConfig;
  readonly logger: Logger;
  /** Prove that a decision to pass a hole is an operator's; without them every hole halts for good. */
  readonly keys?: InstallationKeys | undefined;
  /** Aborts when the partition is taken away or the rater stops. */
  readonly signal: AbortSignal;
}

/** How a piece of work on a partition ended when it did not succeed. */
export type Interruption =
  /** The state is lost or doubtful: build it again from the store. */
  | { readonly kind: 'rebuild'; readonly code: string; readonly detail: string }
  /** Only an operator can decide how to go on. */
  | {
      readonly kind: 'halt';
      readonly reason: HaltReason;
      readonly detail: string;
      /** Where, unless at the next record of the state. */
      readonly offset?: number;
    };

export function rebuildAfter(failure: RatingFailure): Interruption {
  return failure.kind === 'no-state'
    ? { kind: 'rebuild', code: 'rater/no-state', detail: 'The rating thread has no state.' }
    : { kind: 'rebuild', code: failure.code, detail: failure.message };
}

/** Repeats a read while the store or the catalog is away; rejects when it fails for good. */
export function readPatiently<Result>(
  context: PartitionContext,
  what: string,
  read: () => Promise<Result>,
): Promise<Result> {
  const { scheduler, signal, logger, partition } = context;
  return retry(read, {
    scheduler,
    signal,
    what: 'retryable',
    onFailure: (err, failures) => logger.warn({ err, partition, failures }, `cannot read ${what}`),
  });
}

const encoder = new TextEncoder();

/** JSON for a rating thread, in a buffer of its own. */
export function jsonBytes(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value)).slice();
}
