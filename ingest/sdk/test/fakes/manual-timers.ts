import type { Timers } from '../../src/timers.ts';

interface Scheduled {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** A clock that moves only when the test says so. */
export class ManualTimers implements Timers {
  #nowMs: number;
  #chance: number;
  readonly #scheduled = new Set<Scheduled>();

  constructor(given: { readonly nowMs?: number; readonly chance?: number } = {}) {
    this.#nowMs = given.nowMs ?? Date.UTC(2026, 0, 31, 12);
    this.#chance = given.chance ?? 0.5;
  }

  /** How many callbacks wait. */
  get waiting(): number {
    return this.#scheduled.size;
  }

  now(): number {
    return this.#nowMs;
  }

  random(): number {
    return this.#chance;
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
