/**
 * How long to wait before the same batch is sent again. Full jitter (uniform in [0, ceiling]) spreads the clients of an
 * outage best: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.
 */
import type { Timers } from './timers.ts';

export interface RetryDelayLimits {
  /** Ceiling of the first wait, in milliseconds; it doubles with each attempt. */
  readonly retryDelayMinMs: number;
  readonly retryDelayMaxMs: number;
}

/** A server cannot park a client for longer than this. */
const retryAfterMaxMs = 300_000;

/**
 * Milliseconds to wait after failed attempt number `attempt` (from 1). With `retryAfterMs` it is never less than what
 * the server asked for (up to five minutes), and the jitter comes on top, so that clients do not return in one wave.
 */
export function retryDelayMs(
  attempt: number,
  retryAfterMs: number | undefined,
  limits: RetryDelayLimits,
  timers: Pick<Timers, 'random'>,
): number {
  // 2 ** 30 keeps the product finite however long an outage lasts.
  const ceiling = Math.min(
    limits.retryDelayMaxMs,
    limits.retryDelayMinMs * 2 ** Math.min(Math.max(attempt - 1, 0), 30),
  );
  const jitter = Math.round(ceiling * timers.random());
  if (retryAfterMs === undefined) return jitter;
  const asked = Math.min(retryAfterMs, retryAfterMaxMs);
  return asked + Math.min(jitter, Math.round(asked / 2) + limits.retryDelayMinMs);
}

/** Reads `Retry-After` (seconds or an HTTP date) as milliseconds from `nowMs`; `undefined` when absent or unreadable. */
export function parseRetryAfter(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // Date.parse reads far more than HTTP dates; those all start with a day name.
  if (!/^[A-Za-z]{3,9},? /.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
