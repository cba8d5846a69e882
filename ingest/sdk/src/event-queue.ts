import type { QueuedEvent } from './event.ts';

/** Events that wait to be sent, oldest first, with their count and bytes. Taking a batch is linear in the batch. */
export class EventQueue {
  #events: QueuedEvent[] = [];
  #head = 0;
  #bytes = 0;

  get length(): number {
    return this.#events.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Ordinal of the oldest event; `undefined` when empty. */
  get firstOrdinal(): number | undefined {
    return this.#events[this.#head]?.ordinal;
  }

  push(event: QueuedEvent): void {
    this.#events.push(event);
    this.#bytes += event.bytes;
  }

  /** Takes events from the front within both limits; always at least one unless the queue is empty. */
  take(eventsMax: number, bytesMax: number): QueuedEvent[] {
    let end = this.#head;
    let bytes = 0;
    while (end < this.#events.length && end - this.#head < eventsMax) {
      const next = this.#events[end];
      if (next === undefined || (end > this.#head && bytes + next.bytes > bytesMax)) break;
      bytes += next.bytes;
      end += 1;
    }
    const batch = this.#events.slice(this.#head, end);
    this.#head = end;
    this.#bytes -= bytes;
    this.#compact();
    return batch;
  }

  /** Drops the taken front once it is the larger half, so that memory follows what is waiting. */
  #compact(): void {
    if (this.#head < 1024 || this.#head * 2 < this.#events.length) return;
    this.#events = this.#events.slice(this.#head);
    this.#head = 0;
  }
}
