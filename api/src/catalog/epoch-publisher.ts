/**
 * Brings catalog changes to the raters: pending changes -> assign an epoch -> markers to every partition -> wait until
 * every partition has processed its marker -> acknowledged. Every step is in the database, so any process goes on where
 * another one was killed.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '@tidemark/platform/clock';
import type { CatalogEpochMarker } from '@tidemark/ingest/contract';
import type { EventLog, LogAppend } from '@tidemark/ingest/log';
import { failpoint } from '@tidemark/platform/failpoint';
import type { SqlDatabase } from '@tidemark/platform/postgres';
import type { ProgressReader } from '../ports.ts';
import type { ChangeTicket } from './catalog-changes.ts';
import { assignPending, markAcknowledged, publishMarkers, readTicket } from './epoch-store.ts';
import type { EpochState, HashChanges } from './epoch-store.ts';

export interface EpochPublisherOptions {
  readonly database: SqlDatabase;
  readonly clock: Clock;
  readonly eventLog: EventLog;
  readonly progress: ProgressReader;
  readonly hashChanges: HashChanges;
  readonly encodeMarker: (marker: CatalogEpochMarker) => Pick<LogAppend, 'value' | 'headers'>;
  /** Changes that arrive within this time share an epoch; 25 ms by default. */
  readonly groupMs?: number;
  /** How often progress is read while an epoch is on its way; 20 ms by default, less often the longer it takes. */
  readonly pollMs?: number;
  /** Called with what a background run failed with; it is tried again with the next change or tick. */
  readonly failed?: (error: unknown) => void;
}

export type Settled =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'acknowledged'; readonly epoch: number }
  /** Not acknowledged in time; it will be. */
  | { readonly kind: 'pending'; readonly epoch: number };

const settleTimeoutMs = 10_000;
const pollMsMax = 250;
const retryMs = 250;

export class EpochPublisher {
  readonly #options: EpochPublisherOptions;
  readonly #stopped = new AbortController();
  #running: Promise<void> | null = null;

  constructor(options: EpochPublisherOptions) {
    this.#options = options;
  }

  /** Waits until the change is known to every partition, 10 seconds at most. Repeats what fails in between. */
  async settle(ticket: ChangeTicket, timeoutMs = settleTimeoutMs): Promise<Settled> {
    if (ticket === null) return { kind: 'unchanged' };
    const deadline = AbortSignal.timeout(timeoutMs);
    for (;;) {
      const failed = await this.#runOrTimeout(deadline);
      const state = await readTicket(this.#options.database, ticket);
      if (state.epoch !== null && state.acknowledged) {
        return { kind: 'acknowledged', epoch: state.epoch };
      }
      if (deadline.aborted || this.#stopped.signal.aborted) {
        // Only one epoch is on its way at a time: what is still unassigned will be in the next.
        return { kind: 'pending', epoch: state.epoch ?? state.lastEpoch + 1 };
      }
      if (failed) await pause(retryMs, deadline);
    }
  }

  /** One whole publication of what is pending; calls at the same time share it. */
  run(): Promise<void> {
    this.#running ??= this.#publish().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Ends a run that waits for acknowledgement; the epoch is finished by the next start. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running?.catch(() => undefined);
  }

  /** True when the run failed. */
  async #runOrTimeout(deadline: AbortSignal): Promise<boolean> {
    const outcome = this.run().then(
      () => false,
      (error: unknown) => {
        this.#options.failed?.(error);
        return true;
      },
    );
    return Promise.race([outcome, aborted(deadline).then(() => false)]);
  }

  async #publish(): Promise<void> {
    const { clock, database, eventLog, groupMs = 25 } = this.#options;
    if (groupMs > 0) await pause(groupMs, this.#stopped.signal);
    let state = await this.#assign();
    // A run that finds an older epoch on its way finishes it first, then takes what is pending since.
    for (let round = 0; round < 2 && !state.acknowledged; round += 1) {
      failpoint('epoch/assigned');
      await publishMarkers(
        database,
        eventLog.incarnation,
        (markers) => this.#append(markers),
        clock.now(),
      );
      failpoint('epoch/published');
      if (!(await this.#awaitAcknowledgement(state.lastEpoch))) return;
      failpoint('epoch/reached');
      await markAcknowledged(database, state.lastEpoch, clock.now());
      if (round === 0) state = await this.#assign();
    }
  }

  #assign(): Promise<EpochState> {
    const { clock, database, eventLog, hashChanges } = this.#options;
    return assignPending(database, eventLog.incarnation, hashChanges, clock.now());
  }

  async #append(markers: readonly CatalogEpochMarker[]): Promise<void> {
    const { encodeMarker, eventLog } = this.#options;
    // One epoch after the other: a partition must see them in order.
    for (const marker of markers) {
      const message = encodeMarker(marker);
      await eventLog.append(
        Array.from({ length: eventLog.partitionCount }, (_, partition) => ({
          partition,
          key: null,
          ...message,
        })),
      );
    }
  }

  /** False when the publisher is stopped before. */
  async #awaitAcknowledgement(epoch: number): Promise<boolean> {
    const { eventLog, progress, pollMs = 20 } = this.#options;
    let waitMs = pollMs;
    while (!this.#stopped.signal.aborted) {
      if (hasReached(await progress.readProgress(), eventLog, epoch)) return true;
      await pause(waitMs, this.#stopped.signal);
      waitMs = Math.min(waitMs * 1.2, pollMsMax);
    }
    return false;
  }
}

function hasReached(
  rows: Awaited<ReturnType<ProgressReader['readProgress']>>,
  eventLog: EventLog,
  epoch: number,
): boolean {
  const reached = new Set(
    rows
      .filter((row) => row.incarnation === eventLog.incarnation && row.epoch >= epoch)
      .map((row) => row.partition),
  );
  for (let partition = 0; partition < eventLog.partitionCount; partition += 1) {
    if (!reached.has(partition)) return false;
  }
  return true;
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
