/** Patience with stores that are away: an outage is never an event's fault, so nothing is given up because of one. */
import { toAppError } from '@tidemark/platform/errors';
import type { AppError } from '@tidemark/platform/errors';
import { pause } from './scheduler.ts';
import type { Scheduler } from './scheduler.ts';

const delayFirstMs = 100;
const delayMaxMs = 5000;

/** 0.1, 0.2, 0.4 .. 5 seconds. */
export function backoffMs(failures: number): number {
  return Math.min(delayMaxMs, delayFirstMs * 2 ** Math.min(failures - 1, 10));
}

export interface RetryOptions {
  readonly scheduler: Scheduler;
  readonly signal: AbortSignal;
  readonly onFailure: (error: AppError, failures: number) => void;
  /** `retryable`: only what the error says may succeed later; `always`: for ever, whatever it is. */
  readonly what: 'retryable' | 'always';
}

/** Repeats `attempt` until it succeeds; rejects when it fails for good or the signal aborts. */
export async function retry<Result>(
  attempt: () => Promise<Result>,
  options: RetryOptions,
): Promise<Result> {
  for (let failures = 1; ; failures++) {
    options.signal.throwIfAborted();
    try {
      return await attempt();
    } catch (thrown) {
      options.signal.throwIfAborted();
      const error = toAppError(thrown);
      if (options.what === 'retryable' && !error.retryable) throw error;
      options.onFailure(error, failures);
      await pause(options.scheduler, backoffMs(failures), options.signal);
    }
  }
}
