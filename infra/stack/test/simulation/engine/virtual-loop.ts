/**
 * Virtual time. Everything that takes time in a simulated run is an event of this loop; between two events all promises
 * settle. Events of one instant run in an order that the seed decides. Nothing reads a clock, so a run is a function of its
 * seed and takes as long as its computations.
 */
import type { Random } from './random.ts';

interface LoopEvent {
  readonly atMs: number;
  readonly tie: number;
  readonly label: string;
  run: (() => void) | null;
}

export type Trace = (atMs: number, text: string) => void;

export class VirtualLoop {
  nowMs: number;
  events = 0;
  readonly #random: Random;
  readonly #trace: Trace | null;
  readonly #heap: LoopEvent[] = [];

  constructor(startMs: number, random: Random, trace: Trace | null) {
    this.nowMs = startMs;
    this.#random = random;
    this.#trace = trace;
  }

  /** Runs once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, label: string, run: () => void): () => void {
    const event: LoopEvent = {
      atMs: this.nowMs + Math.max(0, Math.round(delayMs)),
      tie: this.#random.next(),
      label,
      run,
    };
    this.#push(event);
    return () => {
      event.run = null;
    };
  }

  pause(delayMs: number, label: string): Promise<void> {
    return new Promise((resolve) => {
      this.after(delayMs, label, resolve);
    });
  }

  /** A line of the trace; the text is made only when somebody reads it. */
  note(text: () => string): void {
    this.#trace?.(this.nowMs, text());
  }

  /** Runs events until `isDone` or until nothing happens any more or `untilMs` has passed. */
  run(isDone: () => boolean, untilMs: number): Promise<'done' | 'idle' | 'late'> {
    return new Promise((resolve, reject) => {
      const step = (): void => {
        try {
          if (isDone()) {
            resolve('done');
            return;
          }
          const event = this.#pop();
          if (event === undefined) {
            resolve('idle');
            return;
          }
          if (event.atMs > untilMs) {
            this.#push(event);
            resolve('late');
            return;
          }
          this.nowMs = Math.max(this.nowMs, event.atMs);
          this.events++;
          this.#trace?.(this.nowMs, `. ${event.label}`);
          event.run?.();
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
          return;
        }
        // The tick is queued from a microtask: it runs after every promise that this event has settled.
        queueMicrotask(() => process.nextTick(step));
      };
      process.nextTick(step);
    });
  }

  #push(event: LoopEvent): void {
    const heap = this.#heap;
    let at = heap.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(event, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  }

  /** The next event that was not cancelled. */
  #pop(): LoopEvent | undefined {
    for (;;) {
      const heap = this.#heap;
      const first = heap[0];
      const last = heap.pop();
      if (first === undefined || last === undefined) return undefined;
      if (heap.length > 0) this.#sink(last);
      if (first.run !== null) return first;
    }
  }

  #sink(event: LoopEvent): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, event)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = event;
  }
}

function isBefore(left: LoopEvent, right: LoopEvent): boolean {
  return left.atMs < right.atMs || (left.atMs === right.atMs && left.tie < right.tie);
}
