/** Lists of numbers that grow in place, without a boxed element or an iterator on the way. Runs in browsers too. */
export class GrowingIndices {
  #values = new Uint32Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) this.#grow(1);
    this.#values[this.#length++] = value;
  }

  pushAll(values: Uint32Array): void {
    this.#grow(values.length);
    this.#values.set(values, this.#length);
    this.#length += values.length;
  }

  /** `count` times the same number. */
  pushRepeated(value: number, count: number): void {
    this.#grow(count);
    this.#values.fill(value, this.#length, this.#length + count);
    this.#length += count;
  }

  /** Room for `count` more, to be written at `[length before, length after)` of the answer. */
  extend(count: number): Uint32Array {
    this.#grow(count);
    this.#length += count;
    return this.#values;
  }

  /** The numbers so far, as a view that the next addition may detach from the list. */
  view(): Uint32Array {
    return this.#values.subarray(0, this.#length);
  }

  #grow(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#values.length) return;
    const grown = new Uint32Array(Math.max(needed, this.#values.length * 2));
    grown.set(this.#values.subarray(0, this.#length));
    this.#values = grown;
  }
}

export class GrowingFloats {
  #values = new Float64Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) this.#grow(1);
    this.#values[this.#length++] = value;
  }

  /** The elements of `source` at `positions`. */
  pushAt(source: Float64Array, positions: Uint32Array): void {
    this.#grow(positions.length);
    const values = this.#values;
    let to = this.#length;
    for (let index = 0; index < positions.length; index++) {
      values[to++] = source[positions[index] as number] as number;
    }
    this.#length = to;
  }

  /** The numbers so far, as a view that the next addition may detach from the list. */
  view(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }

  /** A copy of its own. */
  toArray(): Float64Array {
    return this.#values.slice(0, this.#length);
  }

  #grow(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#values.length) return;
    const grown = new Float64Array(Math.max(needed, this.#values.length * 2));
    grown.set(this.#values.subarray(0, this.#length));
    this.#values = grown;
  }
}
