/**
 * Mends a defect of kafkajs 2.2.4 (tulios/kafkajs#1604, #1751; the fix in #1768 was never released). After each request its
 * queue plans a look at what is pending at `throttledUntil - now`, which is far in the past when no throttle was ever set.
 * Node 24 turns a negative delay into 1 ms and warns (`TimeoutNegativeWarning`), and the look plans the next look: a timer
 * a millisecond for each connection, for ever. The mended method plans only when something waits, and never in the past.
 */
import { createRequire } from 'node:module';

export interface PendingRequests {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
}

interface RequestQueueClass {
  readonly prototype: PendingRequests & { scheduleCheckPendingRequests(): void };
}

const checkPendingIntervalMs = 10;

/** Replaces the method on the loaded class; calling it again changes nothing. */
export function mendRequestQueue(): void {
  const load = createRequire(import.meta.url);
  const { prototype } = load('kafkajs/src/network/requestQueue/index.js') as RequestQueueClass;
  prototype.scheduleCheckPendingRequests = scheduleCheckPendingRequests;
}

/** A request that ends looks at the queue by itself, so an empty queue needs no timer. */
function scheduleCheckPendingRequests(this: PendingRequests): void {
  if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
  const throttledMs = this.throttledUntil - Date.now();
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    },
    throttledMs > 0 ? throttledMs : checkPendingIntervalMs,
  );
}
