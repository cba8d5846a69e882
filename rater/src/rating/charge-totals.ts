/**
 * The running state T of every (subscription, charge, period, segment) of a partition. Rows are absolute: state, amount and
 * the offset bound that they include, so writing one again or out of order changes nothing. The version of a total is one
 * more than the offset of the last record that moved it: it does not depend on where batches are cut.
 */
import type { ChargeSegment } from '../catalog/charge-segment.ts';
import { quantityOfInteger } from '../money/index.ts';

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
  /** Usage that has not reached the state yet: adding safe integers costs a tenth of adding to it. */
  readonly gathered: GatheredUsage;
}

/** Events, and the sum of what they measured: a safe integer x 10^-scale. */
interface GatheredUsage {
  events: number;
  sum: number;
  scale: number;
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

  /**
   * Moves a total by some events and the sum of what they measured, `sum` x 10^-`scale` with a safe integer; the last of them
   * stands in the record at `offset`. They reach the state when it is taken.
   */
  gather(total: RunningTotal, usage: Readonly<GatheredUsage>, offset: number, epoch: number): void {
    const { gathered } = total;
    if (gathered.events === 0) gathered.scale = usage.scale;
    else if (!addsUp(gathered, usage)) {
      settle(total);
      gathered.scale = usage.scale;
    }
    gathered.events += usage.events;
    gathered.sum += usage.sum;
    total.events += usage.events;
    this.touch(total, offset, epoch);
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
    for (const total of changed) {
      settle(total);
      total.dirty = false;
    }
    return changed;
  }
}

function addsUp(gathered: GatheredUsage, usage: Readonly<GatheredUsage>): boolean {
  return (
    gathered.scale === usage.scale &&
    Math.abs(gathered.sum) + Math.abs(usage.sum) <= Number.MAX_SAFE_INTEGER
  );
}

function settle({ segment, state, gathered }: RunningTotal): void {
  const { events, sum, scale } = gathered;
  if (events === 0) return;
  segment.metered.rater.addTotals(state, events, quantityOfInteger(sum, scale));
  gathered.events = 0;
  gathered.sum = 0;
}

export function nothingGathered(): GatheredUsage {
  return { events: 0, sum: 0, scale: 0 };
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
    gathered: nothingGathered(),
  };
}
