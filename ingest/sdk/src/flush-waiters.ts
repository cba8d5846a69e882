/** Counts settled events for each `flush` that still waits. */
import type { QueuedEvent } from './event.ts';

export type Settlement = 'accepted' | 'rejected' | 'failed';

/** What became of the events that were in the buffer when `flush` was called. */
export interface FlushResult {
  /** Durable in the server's log. */
  readonly accepted: number;
  /** Refused by the server for good; each was given to `onRejected`. */
  readonly rejected: number;
  /** Handed over to `onError`. */
  readonly failed: number;
  /** Not settled when the time was up; still in the buffer. Zero without a time limit. */
  readonly pending: number;
}

interface Waiter {
  readonly throughOrdinal: number;
  readonly counts: Record<Settlement, number>;
  pending: number;
  readonly resolve: (result: FlushResult) => void;
}

export class FlushWaiters {
  readonly #waiters = new Set<Waiter>();

  /** `pending`: unsettled events with an ordinal up to `throughOrdinal`, hence all unsettled events at the call. */
  wait(
    throughOrdinal: number,
    pending: number,
  ): { readonly result: Promise<FlushResult>; readonly giveUp: () => void } {
    const { promise, resolve } = createDeferred<FlushResult>();
    const waiter: Waiter = {
      throughOrdinal,
      pending,
      counts: { accepted: 0, rejected: 0, failed: 0 },
      resolve,
    };
    this.#waiters.add(waiter);
    const finish = () => {
      this.#waiters.delete(waiter);
      resolve({ ...waiter.counts, pending: waiter.pending });
    };
    if (pending === 0) finish();
    return { result: promise, giveUp: finish };
  }

  settle(events: readonly QueuedEvent[], settlementOf: (index: number) => Settlement): void {
    for (const waiter of this.#waiters) {
      for (const [index, event] of events.entries()) {
        if (event.ordinal > waiter.throughOrdinal) continue;
        waiter.counts[settlementOf(index)] += 1;
        waiter.pending -= 1;
      }
      if (waiter.pending > 0) continue;
      this.#waiters.delete(waiter);
      waiter.resolve({ ...waiter.counts, pending: 0 });
    }
  }
}

/** `Promise.withResolvers` is younger than the oldest Node the client supports. */
function createDeferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
