/**
 * From the buffer to verdicts: cuts batches by size and age, keeps a few requests in flight, and settles each event
 * exactly once as accepted, rejected or handed over.
 *
 * Invariant: an event that `add` took is in the queue or in one in-flight batch until it is settled, and every way out
 * of a batch settles all of its events. Nothing else lowers the buffer's counts.
 */
import { BatchSender } from './batch-sender.ts';
import type { DeliveryFailure } from './batch-sender.ts';
import { TidemarkBufferFullError, TidemarkDeliveryError } from './errors.ts';
import { EventQueue } from './event-queue.ts';
import { toUsageEvent } from './event.ts';
import type { QueuedEvent } from './event.ts';
import { FlushWaiters } from './flush-waiters.ts';
import type { FlushResult, Settlement } from './flush-waiters.ts';
import { callListener } from './listener.ts';
import type { TidemarkConfig } from './options.ts';

/** What one `keepalive` request of a page that goes away may carry, in bytes of JSON. */
const keepaliveBatchBytes = 48_000;

export class Delivery {
  readonly #config: TidemarkConfig;
  readonly #queue = new EventQueue();
  readonly #sender: BatchSender;
  readonly #waiters = new FlushWaiters();
  #bufferedEvents = 0;
  #bufferedBytes = 0;
  #requestsInFlight = 0;
  #lastOrdinal = 0;
  /** Events up to this ordinal do not wait for company any more. */
  #dueThrough = 0;
  #cancelAgeTimer: (() => void) | undefined;
  #dispatchQueued = false;
  #keepalive = false;
  #roomWaiters: (() => void)[] = [];

  constructor(config: TidemarkConfig) {
    this.#config = config;
    this.#sender = new BatchSender(config);
  }

  get bufferedEvents(): number {
    return this.#bufferedEvents;
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  get nextOrdinal(): number {
    return this.#lastOrdinal + 1;
  }

  /** Takes the event or throws `TidemarkBufferFullError`; never blocks and never sends in the caller's turn. */
  add(event: QueuedEvent): void {
    const { bufferEventsMax, bufferBytesMax } = this.#config;
    if (
      this.#bufferedEvents >= bufferEventsMax ||
      this.#bufferedBytes + event.bytes > bufferBytesMax
    ) {
      throw new TidemarkBufferFullError(this.#bufferedEvents, this.#bufferedBytes);
    }
    this.#lastOrdinal = event.ordinal;
    this.#bufferedEvents += 1;
    this.#bufferedBytes += event.bytes;
    this.#queue.push(event);
    this.#queueDispatch();
  }

  /** Sends what is waiting and resolves when all events added before are settled, or after `timeoutMs`. */
  flush(timeoutMs?: number): Promise<FlushResult> {
    const settled = this.#waiters.wait(this.#lastOrdinal, this.#bufferedEvents);
    this.#dueThrough = this.#lastOrdinal;
    this.#dispatch();
    if (timeoutMs === undefined) return settled.result;
    const cancel = this.#config.timers.schedule(timeoutMs, settled.giveUp);
    return settled.result.finally(cancel);
  }

  /** Resolves when the buffer is at most half full. */
  waitForRoom(): Promise<void> {
    if (this.#hasRoom()) return Promise.resolve();
    return new Promise((resolve) => this.#roomWaiters.push(resolve));
  }

  /** Sends at once in requests that outlive the page, where the platform has such. */
  flushBeforePageGoes(): void {
    this.#keepalive = true;
    this.#dueThrough = this.#lastOrdinal;
    this.#dispatch();
    this.#keepalive = false;
  }

  /** Ends all requests; what has no verdict yet is handed to `onError`. Resolves when every event is settled. */
  async abort(): Promise<FlushResult> {
    this.#sender.abort();
    return this.flush();
  }

  #queueDispatch(): void {
    if (this.#dispatchQueued) return;
    this.#dispatchQueued = true;
    queueMicrotask(() => {
      this.#dispatchQueued = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    const { concurrency, batchEventsMax } = this.#config;
    const batchBytesMax = this.#keepalive ? keepaliveBatchBytes : this.#config.batchBytesMax;
    while (this.#requestsInFlight < concurrency && this.#isBatchReady()) {
      void this.#deliver(this.#queue.take(batchEventsMax, batchBytesMax));
    }
    this.#armAgeTimer();
  }

  #isBatchReady(): boolean {
    const { batchEventsMax, batchBytesMax } = this.#config;
    const oldest = this.#queue.firstOrdinal;
    if (oldest === undefined) return false;
    return (
      oldest <= this.#dueThrough ||
      this.#queue.length >= batchEventsMax ||
      this.#queue.bytes >= batchBytesMax
    );
  }

  #armAgeTimer(): void {
    const oldest = this.#queue.firstOrdinal;
    if (this.#cancelAgeTimer !== undefined || oldest === undefined || oldest <= this.#dueThrough) {
      return;
    }
    this.#cancelAgeTimer = this.#config.timers.schedule(this.#config.batchAgeMs, () => {
      this.#cancelAgeTimer = undefined;
      this.#dueThrough = this.#lastOrdinal;
      this.#dispatch();
    });
  }

  async #deliver(events: QueuedEvent[]): Promise<void> {
    this.#requestsInFlight += 1;
    await this.#sendOrSplit(events, this.#keepalive);
    this.#requestsInFlight -= 1;
    this.#dispatch();
  }

  /** One half after the other: a server that finds bodies too large gets no more of them at a time than before. */
  async #sendOrSplit(events: readonly QueuedEvent[], keepalive: boolean): Promise<void> {
    const verdict = await this.#sender.send(events, keepalive);
    if (verdict.kind === 'too-large' && events.length > 1) {
      const middle = Math.ceil(events.length / 2);
      await this.#sendOrSplit(events.slice(0, middle), keepalive);
      await this.#sendOrSplit(events.slice(middle), keepalive);
      return;
    }
    if (verdict.kind !== 'answered') {
      this.#handOver(events, verdict.failure);
      return;
    }
    const rejections = new Map(verdict.rejected.map((rejection) => [rejection.index, rejection]));
    this.#settle(events, (index) => (rejections.has(index) ? 'rejected' : 'accepted'));
    for (const { index, code, message } of verdict.rejected) {
      const event = events[index];
      if (event === undefined) continue;
      callListener(() => this.#config.onRejected(toUsageEvent(event), code, message));
    }
    const rejected = verdict.rejected.length;
    callListener(() => this.#config.onDelivered({ accepted: events.length - rejected, rejected }));
  }

  #handOver(events: readonly QueuedEvent[], failure: DeliveryFailure): void {
    const { code, message, status, cause } = failure;
    const error = new TidemarkDeliveryError(code, message, {
      status,
      events: events.map(toUsageEvent),
      cause,
    });
    this.#settle(events, () => 'failed');
    callListener(() => this.#config.onError(error));
  }

  #settle(events: readonly QueuedEvent[], settlementOf: (index: number) => Settlement): void {
    for (const event of events) this.#bufferedBytes -= event.bytes;
    this.#bufferedEvents -= events.length;
    this.#waiters.settle(events, settlementOf);
    if (this.#hasRoom()) {
      for (const resolve of this.#roomWaiters.splice(0)) resolve();
    }
  }

  #hasRoom(): boolean {
    return (
      this.#bufferedEvents * 2 <= this.#config.bufferEventsMax &&
      this.#bufferedBytes * 2 <= this.#config.bufferBytesMax
    );
  }
}
