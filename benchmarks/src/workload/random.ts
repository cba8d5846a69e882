/** A seeded generator and a Zipf distribution, so that every round and every machine rates the same events. */

/** Mulberry32: small, fast, good enough to spread events; never used for keys or secrets. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Uniform over the unsigned 32-bit integers. */
  uint32(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** Uniform over [0, 1). */
  unit(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  below(bound: number): number {
    return Math.floor(this.unit() * bound);
  }
}

/** Ranks 0 to count - 1 with probability proportional to 1 / (rank + 1)^exponent. */
export class ZipfRanks {
  readonly #cumulative: Float64Array;

  constructor(count: number, exponent: number) {
    this.#cumulative = new Float64Array(count);
    let sum = 0;
    for (let rank = 0; rank < count; rank++) {
      sum += (rank + 1) ** -exponent;
      this.#cumulative[rank] = sum;
    }
  }

  draw(random: SeededRandom): number {
    const cumulative = this.#cumulative;
    const wanted = random.unit() * (cumulative.at(-1) ?? 0);
    let low = 0;
    let high = cumulative.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((cumulative[middle] ?? 0) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
