import type { Scheduler } from '../../src/gateway/publisher/scheduler.ts';

interface Scheduled {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** Time that moves only when the test says so. */
export class ManualScheduler implements Scheduler {
  #nowMs = 0;
  readonly #scheduled = new Set<Scheduled>();

  nowMs(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const entry = { dueMs: this.#nowMs + delayMs, callback };
    this.#scheduled.add(entry);
    return () => {
      this.#scheduled.delete(entry);
    };
  }

  advance(milliseconds: number): void {
    const untilMs = this.#nowMs + milliseconds;
    for (;;) {
      const next = [...this.#scheduled]
        .filter(({ dueMs }) => dueMs <= untilMs)
        .sort((left, right) => left.dueMs - right.dueMs)[0];
      if (next === undefined) break;
      this.#scheduled.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.callback();
    }
    this.#nowMs = untilMs;
  }
}
