import type { Instant } from './instant.ts';

/** Wall clock in integer microseconds. Pure code takes an `Instant`; only edges hold a `Clock`. */
export interface Clock {
  now(): Instant;
}

export const systemClock: Clock = { now: () => Date.now() * 1000 };

export function fixedClock(instant: Instant): Clock {
  return { now: () => instant };
}
