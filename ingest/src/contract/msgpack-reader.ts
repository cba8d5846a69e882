/**
 * Reads msgpack of a known shape: arrays, unsigned integers, binaries and nil, nothing else, each only where the caller
 * expects it. A general decoder builds whatever the bytes describe (nesting without limit, maps, extensions) before
 * anybody can look at it; this one allocates nothing but views. Runs in browsers too.
 */
export class MsgpackShapeError extends Error {
  override readonly name = 'MsgpackShapeError';
}

export class MsgpackReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The head of an array whose length lies in `[min, max]`. */
  array(min: number, max: number): number {
    const tag = this.#byte();
    let length: number;
    if (tag >= 0x90 && tag <= 0x9f) length = tag & 0x0f;
    else if (tag === 0xdc) length = this.#uint(2);
    else if (tag === 0xdd) length = this.#uint(4);
    else throw new MsgpackShapeError(`expected an array at byte ${this.#at - 1}`);
    if (length < min || length > max) throw new MsgpackShapeError(`array of ${length} elements`);
    return length;
  }

  /** An unsigned integer up to `max` (below 2^32). */
  uint(max: number): number {
    const tag = this.#byte();
    let value: number;
    if (tag < 0x80) value = tag;
    else if (tag === 0xcc) value = this.#uint(1);
    else if (tag === 0xcd) value = this.#uint(2);
    else if (tag === 0xce) value = this.#uint(4);
    else throw new MsgpackShapeError(`expected an unsigned integer at byte ${this.#at - 1}`);
    if (value > max) throw new MsgpackShapeError(`${value} exceeds ${max}`);
    return value;
  }

  /** A binary as a view of the input. */
  binary(): Uint8Array {
    const tag = this.#byte();
    if (tag !== 0xc4 && tag !== 0xc5 && tag !== 0xc6) {
      throw new MsgpackShapeError(`expected a binary at byte ${this.#at - 1}`);
    }
    const length = this.#uint(tag === 0xc4 ? 1 : tag === 0xc5 ? 2 : 4);
    const from = this.#advance(length);
    return this.#bytes.subarray(from, from + length);
  }

  /** Consumes a nil if the next element is one. */
  isNil(): boolean {
    if (this.#bytes[this.#at] !== 0xc0) return false;
    this.#at++;
    return true;
  }

  /** Nothing may follow. */
  end(): void {
    if (this.#at !== this.#bytes.byteLength) throw new MsgpackShapeError('bytes after the end');
  }

  #byte(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  #uint(width: 1 | 2 | 4): number {
    const from = this.#advance(width);
    if (width === 1) return this.#view.getUint8(from);
    return width === 2 ? this.#view.getUint16(from) : this.#view.getUint32(from);
  }

  #advance(length: number): number {
    const from = this.#at;
    if (length > this.#bytes.byteLength - from) throw new MsgpackShapeError('cut short');
    this.#at += length;
    return from;
  }
}
