/** Seeded randomness: every choice of a simulated run comes from one of these, so a seed names a run. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d = 1;

  /** Streams of one seed are independent: drawing more from one does not move the others. */
  constructor(seed: number, stream: string) {
    let hash = 0x811c9dc5;
    for (let at = 0; at < stream.length; at++) {
      hash = Math.imul(hash ^ stream.charCodeAt(at), 0x01000193);
    }
    this.#a = seed >>> 0;
    this.#b = Math.floor(seed / 0x1_0000_0000) >>> 0;
    this.#c = hash >>> 0;
    for (let round = 0; round < 12; round++) this.next();
  }

  /** In [0, 1): sfc32. */
  next(): number {
    const sum = (this.#a + this.#b + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + sum) | 0;
    return (sum >>> 0) / 0x1_0000_0000;
  }

  /** Whole number in [min, max]. */
  between(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.next() * items.length)];
    if (item === undefined) throw new Error('Nothing to pick from.');
    return item;
  }

  /** Whole milliseconds: mostly near the mean, now and then many times of it. */
  delayMs(mean: number): number {
    return Math.max(1, Math.round(-Math.log(1 - this.next()) * mean));
  }
}
