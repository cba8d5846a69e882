/**
 * Runs the period closes that wait: those a request has queued and those whose process has ended before they were done. Any
 * number of workers may run; one that takes up a job that another still runs only repeats work.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import { AppError, toAppError } from '@tidemark/platform/errors';
import type { CloseLedger, HaltedPart, PeriodClose } from '../ports.ts';
import { defaultCloseLimits } from './close-dependencies.ts';
import type { CloseDependencies, CloseLimits, CloseProgress } from './close-dependencies.ts';
import { closePeriod } from './close-period.ts';
import type { ReEmit } from './repair/create-re-emitter.ts';

export interface CloseWorkerOptions {
  readonly ledger: CloseLedger;
  readonly clickHouse: ClickHouse;
  readonly limits?: Partial<CloseLimits>;
  /** How often an idle worker looks for jobs; default 500 ms. */
  readonly idleMs?: number;
  readonly onProgress?: (progress: CloseProgress) => void;
  /** Writes the rows of a range of the log again. */
  readonly reEmit?: ReEmit;
  /** A difference in the money or in the stored events. */
  readonly onAlarm?: (close: PeriodClose, part: HaltedPart) => void;
  /** A job ended, or failed (`error`); one that failed for a store that is away is tried again. */
  readonly onEnd?: (close: PeriodClose, error?: AppError) => void;
}

export interface CloseWorker {
  /** Runs one job to its end, as the loop would. */
  run(close: PeriodClose): Promise<PeriodClose>;
  /** Looks for jobs now instead of at the next tick. */
  wake(): void;
  /** Lets the running step end, then stops; what is unfinished is resumed by the next worker. */
  stop(): Promise<void>;
}

/** Starts a worker; it works until it is stopped. */
export function createCloseWorker(options: CloseWorkerOptions): CloseWorker {
  const stopped = new AbortController();
  let bell = Promise.withResolvers<undefined>();
  const dependencies: CloseDependencies = {
    ledger: options.ledger,
    clickHouse: options.clickHouse,
    limits: { ...defaultCloseLimits, ...options.limits },
    sleep: async (milliseconds) => {
      await delay(milliseconds, undefined, { signal: stopped.signal }).catch(throwStopped);
    },
    throwIfStopped: () => {
      if (stopped.signal.aborted) throwStopped();
    },
    nowMs: () => performance.now(),
    ...(options.onProgress !== undefined && { onProgress: options.onProgress }),
    ...(options.reEmit !== undefined && { reEmit: options.reEmit }),
    ...(options.onAlarm !== undefined && { onAlarm: options.onAlarm }),
  };
  const runJob = async (close: PeriodClose): Promise<void> => {
    try {
      options.onEnd?.(await closePeriod(close, dependencies));
    } catch (error) {
      if (!stopped.signal.aborted) options.onEnd?.(close, toAppError(error));
    }
  };
  const isStopped = (): boolean => stopped.signal.aborted;
  const loop = async (): Promise<void> => {
    while (!isStopped()) {
      // A ledger that is away is no reason to end: the jobs are still there when it is back.
      const closes = await options.ledger.unfinishedCloses().catch(() => []);
      for (const close of closes) if (!isStopped()) await runJob(close);
      if (isStopped()) return;
      await Promise.race([bell.promise, idle(options.idleMs ?? 500, stopped.signal)]);
      bell = Promise.withResolvers<undefined>();
    }
  };
  const ended = loop();
  return {
    run: (close) => closePeriod(close, dependencies),
    wake: () => bell.resolve(undefined),
    async stop() {
      stopped.abort();
      bell.resolve(undefined);
      await ended;
    },
  };
}

/** Retryable, so that the job stays unfinished and the next worker resumes it. */
function throwStopped(): never {
  throw new AppError('unavailable', 'aggregator/close-stopped', 'The close worker is stopping.');
}

async function idle(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}
