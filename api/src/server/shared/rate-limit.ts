/** A token bucket per key of access: bursts are fine, a steady flood is not. */
import type { FastifyReply } from 'fastify';
import { AppError } from '@tidemark/platform/errors';
import type { Clock } from '@tidemark/platform/clock';

export interface RateLimit {
  /** Sustained requests a second. */
  readonly perSecond: number;
  /** Requests at once after a pause. */
  readonly burst: number;
}

export const defaultRateLimit: RateLimit = { perSecond: 500, burst: 2_000 };

interface Bucket {
  tokens: number;
  /** Integer microseconds. */
  filledAt: number;
}

const bucketsMax = 10_000;

export class RateLimiter {
  readonly #limit: RateLimit;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limit: RateLimit, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** Takes one request from the key's bucket. @throws AppError 429 with `RateLimit` headers set on the reply. */
  take(keyId: string, reply: FastifyReply): void {
    const { burst, perSecond } = this.#limit;
    const now = this.#clock.now();
    const bucket = this.#bucketOf(keyId, now);
    const refill = (Math.max(0, now - bucket.filledAt) / 1_000_000) * perSecond;
    bucket.tokens = Math.min(burst, bucket.tokens + refill);
    bucket.filledAt = now;
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return;
    }
    const waitSeconds = Math.max(1, Math.ceil((1 - bucket.tokens) / perSecond));
    void reply
      .header('ratelimit-limit', String(burst))
      .header('ratelimit-remaining', '0')
      .header('ratelimit-reset', String(waitSeconds))
      .header('ratelimit-policy', `${burst};w=${Math.ceil(burst / perSecond)}`)
      .header('ratelimit', `limit=${burst}, remaining=0, reset=${waitSeconds}`);
    throw new AppError('overloaded', 'api/rate-limited', 'This key sends too many requests.', {
      httpStatus: 429,
      retryAfterSeconds: waitSeconds,
    });
  }

  #bucketOf(keyId: string, now: number): Bucket {
    const known = this.#buckets.get(keyId);
    if (known !== undefined) return known;
    if (this.#buckets.size >= bucketsMax) {
      const oldest = this.#buckets.keys().next();
      if (oldest.done !== true) this.#buckets.delete(oldest.value);
    }
    const bucket = { tokens: this.#limit.burst, filledAt: now };
    this.#buckets.set(keyId, bucket);
    return bucket;
  }
}
