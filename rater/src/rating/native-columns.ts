/**
 * Builders of single ClickHouse columns in their Native form. Rows are appended one by one in hot loops; `encode` copies
 * the finished column behind the others of its block (native-block.ts). One builder a type of rows.ts.
 */
import type { StringColumn } from '@tidemark/ingest/contract';
import { AppError, assert } from '@tidemark/platform/errors';
import { ByteWriter } from './byte-writer.ts';

export interface NativeColumnBuilder {
  /** Rows appended since the last `clear`. */
  readonly rows: number;
  /** Bytes that `encode` will write, at most. */
  byteSize(): number;
  encode(out: ByteWriter): void;
  clear(): void;
}

/** `String`: length-prefixed UTF-8. */
export class StringColumnBuilder implements NativeColumnBuilder {
  rows = 0;
  /** Open for writers that produce their bytes in place; they must count the row with `rows`. */
  readonly writer = new ByteWriter(4096);

  append(text: string): void {
    this.writer.text(text);
    this.rows++;
  }

  /** A value whose length prefix is already in the bytes (a dictionary entry encoded once). */
  appendEncoded(encoded: Uint8Array): void {
    this.writer.copy(encoded);
    this.rows++;
  }

  /** A value that `write` puts behind what the writer holds; the length before it is added here. */
  appendWritten(write: (writer: ByteWriter) => void): void {
    const { writer } = this;
    const start = writer.length;
    writer.byte(0);
    write(writer);
    const length = writer.length - start - 1;
    if (length < 0x80) writer.bytes[start] = length;
    else writer.widenLength(start, length);
    this.rows++;
  }

  byteSize(): number {
    return this.writer.length;
  }

  encode(out: ByteWriter): void {
    out.copy(this.writer.bytes, 0, this.writer.length);
  }

  clear(): void {
    this.rows = 0;
    this.writer.clear();
  }
}

const lowCardinalityVersion = 1;
/** The block brings its own dictionary, which the reader adds to the column's. */
const hasAdditionalKeys = 0x200;
const needUpdateDictionary = 0x400;

/** `LowCardinality(String)`: a dictionary per block and an index per row of the smallest fitting width. */
export class LowCardinalityColumnBuilder implements NativeColumnBuilder {
  rows = 0;
  #codes = new Uint32Array(64);
  readonly #codeByText = new Map<string, number>();
  readonly #dictionary = new ByteWriter(256);

  /** The code of a text in this block; valid until `clear`. Look it up once a dictionary entry, then `appendCode`. */
  code(text: string): number {
    let code = this.#codeByText.get(text);
    if (code === undefined) {
      code = this.#codeByText.size;
      this.#codeByText.set(text, code);
      this.#dictionary.text(text);
    }
    return code;
  }

  appendCode(code: number): void {
    this.#reserve(1);
    this.#codes[this.rows++] = code;
  }

  append(text: string): void {
    this.appendCode(this.code(text));
  }

  /** The entries of a dictionary column at some of its rows; each entry's text is looked up once. */
  appendEntries({ dictionary, indices }: StringColumn, rows: Uint32Array): void {
    const codes = new Int32Array(dictionary.length).fill(-1);
    this.#reserve(rows.length);
    const all = this.#codes;
    let at = this.rows;
    for (let i = 0; i < rows.length; i++) {
      const entry = indices === null ? 0 : (indices[rows[i] ?? 0] ?? 0);
      let code = codes[entry] ?? -1;
      if (code < 0) code = codes[entry] = this.code(dictionary[entry] ?? '');
      all[at++] = code;
    }
    this.rows = at;
  }

  byteSize(): number {
    return 32 + this.#dictionary.length + this.rows * 4;
  }

  encode(out: ByteWriter): void {
    const keys = this.#codeByText.size;
    const widthCode = keys <= 0x100 ? 0 : keys <= 0x1_0000 ? 1 : 2;
    out.uint64(lowCardinalityVersion);
    out.uint64(hasAdditionalKeys | needUpdateDictionary | widthCode);
    out.uint64(keys);
    out.copy(this.#dictionary.bytes, 0, this.#dictionary.length);
    out.uint64(this.rows);
    const codes = this.#codes.subarray(0, this.rows);
    if (widthCode === 0) out.copy(Uint8Array.from(codes));
    else if (widthCode === 1) out.copy(new Uint8Array(Uint16Array.from(codes).buffer));
    else out.copy(new Uint8Array(codes.buffer, codes.byteOffset, codes.byteLength));
  }

  clear(): void {
    this.rows = 0;
    this.#codeByText.clear();
    this.#dictionary.clear();
  }

  #reserve(rows: number): void {
    const needed = this.rows + rows;
    if (needed <= this.#codes.length) return;
    const grown = new Uint32Array(Math.max(needed, this.#codes.length * 2));
    grown.set(this.#codes);
    this.#codes = grown;
  }
}

/** Integers of a fixed width, little-endian: `UInt8` to `UInt64`, and `DateTime64` as its Int64 ticks. */
export class IntegerColumnBuilder implements NativeColumnBuilder {
  rows = 0;
  readonly #width: 1 | 2 | 4 | 8;
  #bytes: Uint8Array<ArrayBuffer>;
  #halves: Uint32Array<ArrayBuffer>;

  constructor(width: 1 | 2 | 4 | 8) {
    this.#width = width;
    this.#bytes = new Uint8Array(64 * width);
    this.#halves = new Uint32Array(this.#bytes.buffer);
  }

  /** A safe integer within the column's range; negative ones only in 8 bytes. */
  append(value: number): void {
    const row = this.#next(1);
    switch (this.#width) {
      case 8:
        this.#halves[row * 2] = value % 0x1_0000_0000;
        this.#halves[row * 2 + 1] = Math.floor(value / 0x1_0000_0000);
        return;
      case 4:
        this.#halves[row] = value;
        return;
      case 2:
        this.#bytes[row * 2] = value & 0xff;
        this.#bytes[row * 2 + 1] = value >>> 8;
        return;
      case 1:
        this.#bytes[row] = value;
    }
  }

  /** An 8-byte value from its halves. */
  appendHalves(low: number, high: number): void {
    const row = this.#next(1);
    this.#halves[row * 2] = low;
    this.#halves[row * 2 + 1] = high;
  }

  /** The same value for `count` rows: what all rows of an envelope share. */
  appendRun(value: number, count: number): void {
    if (this.#width === 8) {
      const from = this.#next(count) * 2;
      const high = Math.floor(value / 0x1_0000_0000);
      for (let i = 0; i < count; i++) {
        this.#halves[from + i * 2] = value;
        this.#halves[from + i * 2 + 1] = high;
      }
    } else if (this.#width === 4) {
      const from = this.#next(count);
      this.#halves.fill(value, from, from + count);
    } else for (let i = 0; i < count; i++) this.append(value);
  }

  /** Values of a column of 8 bytes, safe integers, at some rows of their source. */
  appendValues(values: Float64Array, rows: Uint32Array): void {
    let at = this.#next(rows.length) * 2;
    const halves = this.#halves;
    for (let i = 0; i < rows.length; i++) {
      const value = values[rows[i] ?? 0] ?? 0;
      // Storing into an unsigned lane takes the number modulo 2^32.
      halves[at++] = value;
      halves[at++] = Math.floor(value / 0x1_0000_0000);
    }
  }

  /** `first + row` for some rows, in a column of 8 bytes. */
  appendFrom(first: number, rows: Uint32Array): void {
    let at = this.#next(rows.length) * 2;
    const halves = this.#halves;
    for (let i = 0; i < rows.length; i++) {
      const value = first + (rows[i] ?? 0);
      halves[at++] = value;
      halves[at++] = Math.floor(value / 0x1_0000_0000);
    }
  }

  /** Values of a column of 4 bytes. */
  appendWords(values: Uint32Array): void {
    const from = this.#next(values.length);
    this.#halves.set(values, from);
  }

  /** 8-byte values as two lanes each, at some rows of a source of `stride` lanes a row. */
  appendLanes(source: Uint32Array, stride: number, rows: Uint32Array): void {
    let at = this.#next(rows.length) * 2;
    const halves = this.#halves;
    for (let i = 0; i < rows.length; i++) {
      const from = (rows[i] ?? 0) * stride;
      halves[at++] = source[from] ?? 0;
      halves[at++] = source[from + 1] ?? 0;
    }
  }

  byteSize(): number {
    return this.rows * this.#width;
  }

  encode(out: ByteWriter): void {
    out.copy(this.#bytes, 0, this.byteSize());
  }

  clear(): void {
    this.rows = 0;
  }

  #next(count: number): number {
    const row = this.rows;
    this.rows += count;
    const needed = this.rows * this.#width;
    if (needed > this.#bytes.length) {
      // A whole number of words, for the view of halves.
      const grown = new Uint8Array(Math.max((needed + 7) & ~7, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#halves = new Uint32Array(grown.buffer);
    }
    return row;
  }
}

const firstRow = Uint32Array.of(0);

/** `FixedString(width)`; appended as 32-bit lanes, so the width is a multiple of 4. */
export class FixedStringColumnBuilder implements NativeColumnBuilder {
  rows = 0;
  readonly #lanes: number;
  #words: Uint32Array<ArrayBuffer>;

  constructor(width: number) {
    assert(width % 4 === 0, 'A FixedString is written in 32-bit lanes.');
    this.#lanes = width / 4;
    this.#words = new Uint32Array(64 * this.#lanes);
  }

  /** One value: the lanes of `source` from `at` on. */
  appendLanes(source: Uint32Array, at = 0): void {
    this.appendRows(at === 0 ? source : source.subarray(at), firstRow);
  }

  /** Values as lanes, at some rows of their source. */
  appendRows(source: Uint32Array, rows: Uint32Array): void {
    const lanes = this.#lanes;
    const needed = (this.rows + rows.length) * lanes;
    if (needed > this.#words.length) {
      const grown = new Uint32Array(Math.max(needed, this.#words.length * 2));
      grown.set(this.#words);
      this.#words = grown;
    }
    const words = this.#words;
    let at = this.rows * lanes;
    for (let i = 0; i < rows.length; i++) {
      const from = (rows[i] ?? 0) * lanes;
      for (let lane = 0; lane < lanes; lane++) words[at++] = source[from + lane] ?? 0;
    }
    this.rows += rows.length;
  }

  byteSize(): number {
    return this.rows * this.#lanes * 4;
  }

  encode(out: ByteWriter): void {
    out.copy(new Uint8Array(this.#words.buffer, 0, this.byteSize()));
  }

  clear(): void {
    this.rows = 0;
  }
}

/** Nearly all quantities and amounts lie between zero and this. */
const twoLimbsMax = (1n << 128n) - 1n;

/** `Decimal(76, s)` and `Nullable(Decimal(76, s))`: scaled integers in 32 bytes, two's complement. */
export class DecimalColumnBuilder implements NativeColumnBuilder {
  rows = 0;
  readonly #nullable: boolean;
  readonly #nulls = new ByteWriter(256);
  #limbs = new BigUint64Array(64);

  constructor(nullable: boolean) {
    this.#nullable = nullable;
  }

  /** `value` is the integer at the column's scale; `null` only in a nullable column. */
  append(value: bigint | null): void {
    assert(value !== null || this.#nullable, 'The column takes no null.');
    if (this.rows * 4 === this.#limbs.length) {
      const grown = new BigUint64Array(this.#limbs.length * 2);
      grown.set(this.#limbs);
      this.#limbs = grown;
    }
    this.#write(value ?? 0n, this.rows * 4);
    if (this.#nullable) this.#nulls.byte(value === null ? 1 : 0);
    this.rows++;
  }

  #write(value: bigint, at: number): void {
    const limbs = this.#limbs;
    // Storing into a limb takes the number modulo 2^64.
    limbs[at] = value;
    if (value >= 0n && value <= twoLimbsMax) {
      limbs[at + 1] = value >> 64n;
      limbs.fill(0n, at + 2, at + 4);
      return;
    }
    if (BigInt.asIntN(256, value) !== value) {
      throw new AppError('invariant', 'rater/decimal-overflow', 'A decimal exceeds 256 bits.');
    }
    limbs[at + 1] = value >> 64n;
    limbs[at + 2] = value >> 128n;
    limbs[at + 3] = value >> 192n;
  }

  byteSize(): number {
    return this.rows * 33;
  }

  encode(out: ByteWriter): void {
    if (this.#nullable) out.copy(this.#nulls.bytes, 0, this.#nulls.length);
    out.copy(new Uint8Array(this.#limbs.buffer, 0, this.rows * 32));
  }

  clear(): void {
    this.rows = 0;
    this.#nulls.clear();
  }
}
