/**
 * Small consecutive numbers for the few combinations of dictionary entries that occur in an envelope: 0, 1, 2 ... in the
 * order of their first appearance.
 */
/** Up to this many possible combinations a table answers; beyond, a map, so that no dictionary can claim much memory. */
const tableEntriesMax = 2 ** 20;

export class DenseNumbers {
  /** Number plus one of each combination; 0 while it has none. */
  readonly #table: Uint32Array | null;
  readonly #map = new Map<number, number>();
  count = 0;

  /** Combinations are below `bound`. */
  constructor(bound: number) {
    this.#table = bound <= tableEntriesMax ? new Uint32Array(bound) : null;
  }

  /** The number of a combination, or -1. */
  find(combination: number): number {
    if (this.#table !== null) return (this.#table[combination] ?? 0) - 1;
    return this.#map.get(combination) ?? -1;
  }

  /** Gives the combination the next number, in place of one it may have. */
  add(combination: number): number {
    const number = this.count++;
    if (this.#table !== null) this.#table[combination] = number + 1;
    else this.#map.set(combination, number);
    return number;
  }
}
