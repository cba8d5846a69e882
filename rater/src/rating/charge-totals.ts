/**
 * The running state T of every (subscription, charge, period, segment) of a partition. Rows are absolute: state, amount and
 * the offset bound that they include, so writing one again or out of order changes nothing. The version of a total is one
 * more than the offset of the last record that moved it: it does not depend on where batches are cut.
 */
import type { ChargeSegment } from '../catalog/charge-segment.ts';

export interface RunningTotal {
  readonly segment: ChargeSegment;
  /** Of the segment's rater. */
  state: unknown;
  /** Events that moved the state. */
  events: number;
  /** Exclusive offset bound. */
  version: number;
  /** Catalog epoch in force at the last change. */
  epoch: number;
  /** Whether the total waits in `changed`. */
  dirty: boolean;
  /** The segment no longer exists: its row says zero. */
  ended: boolean;
}

export class ChargeTotals {
  readonly #totals = new Map<string, RunningTotal>();
  #changed: RunningTotal[] = [];
  /** Keys of totals that have a row although their segment is gone; it may come back in a later epoch. */
  readonly #ended = new Set<string>();

  get size(): number {
    return this.#totals.size;
  }

  /** Totals changed since the last `takeChanged`. */
  get changedCount(): number {
    return this.#changed.length;
  }

  get(key: string): RunningTotal | undefined {
    return this.#totals.get(key);
  }

  /** The total of a segment; an empty one, not yet worth a row, when there is none. */
  of(segment: ChargeSegment): RunningTotal {
    let total = this.#totals.get(segment.key);
    if (total === undefined) {
      total = emptyTotal(segment);
      this.#totals.set(segment.key, total);
    }
    return total;
  }

  /** Puts a total in the place of whatever the segment had. */
  replace(total: RunningTotal): void {
    const old = this.#totals.get(total.segment.key);
    if (old?.dirty === true) this.#changed = this.#changed.filter((waiting) => waiting !== old);
    this.#totals.set(total.segment.key, total);
    if (total.dirty) this.#changed.push(total);
  }

  /** Whether the store has, or is about to have, a row for the key. */
  hasRow(key: string): boolean {
    return (this.#totals.get(key)?.version ?? 0) > 0 || this.#ended.has(key);
  }

  /** Forgets a total that has no row. */
  remove(key: string): void {
    this.#totals.delete(key);
  }

  /** Forgets the state of a total whose segment is gone, not that it has a row. */
  end(key: string): void {
    this.#totals.delete(key);
    this.#ended.add(key);
  }

  /** Notes that the record at `offset` moved the total; the last one that did gives the version, in whatever order they are noted. */
  touch(total: RunningTotal, offset: number, epoch: number): void {
    total.version = Math.max(total.version, offset + 1);
    total.epoch = epoch;
    if (total.dirty) return;
    total.dirty = true;
    this.#changed.push(total);
  }

  takeChanged(): RunningTotal[] {
    const changed = this.#changed;
    this.#changed = [];
    for (const total of changed) total.dirty = false;
    return changed;
  }
}

export function emptyTotal(segment: ChargeSegment): RunningTotal {
  return {
    segment,
    state: segment.metered.rater.empty(segment.period),
    events: 0,
    version: 0,
    epoch: 0,
    dirty: false,
    ended: false,
  };
}
