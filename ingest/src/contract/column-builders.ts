/** Growing columns of text and ids. Each `add` returns an upper estimate of the encoded bytes it adds beyond the row. */
import { utf8Length } from './canonical-json.ts';
import { packIndices } from './column-bytes.ts';
import type { IdColumn, StringColumn } from './event-columns.ts';
import { GrowingIndices } from './growing-numbers.ts';
import { formatUuid, parseUuid } from './uuid.ts';

/** Bytes that a dictionary entry costs beside its text. */
const entryOverhead = 4;

export class StringColumnBuilder {
  readonly #indexOf = new Map<string, number>();
  readonly #dictionary: string[] = [];
  readonly #indices = new GrowingIndices();
  /** Of the last row: neighbours mostly share their source, type and tenant. */
  #lastText: string | undefined;
  #lastIndex = 0;

  get length(): number {
    return this.#indices.length;
  }

  add(text: string): number {
    if (text === this.#lastText) {
      this.#indices.push(this.#lastIndex);
      return 0;
    }
    const known = this.#indexOf.get(text);
    const index = known ?? this.#enter(text);
    this.#lastText = text;
    this.#lastIndex = index;
    this.#indices.push(index);
    return known === undefined ? utf8Length(text) + entryOverhead : 0;
  }

  /** Adds the given positions of another column; each distinct entry is looked up once. */
  addRows(column: StringColumn, positions: Uint32Array): number {
    const { dictionary, indices } = column;
    if (indices === null) return this.#addConstant(dictionary[0] ?? '', positions.length);
    const target = new Int32Array(dictionary.length).fill(-1);
    let to = this.#indices.length;
    const added = this.#indices.extend(positions.length);
    let bytes = 0;
    for (let at = 0; at < positions.length; at++) {
      const entry = indices[positions[at] as number] as number;
      let index = target[entry] as number;
      if (index < 0) {
        const text = dictionary[entry] as string;
        const known = this.#indexOf.get(text);
        if (known === undefined) bytes += utf8Length(text) + entryOverhead;
        index = known ?? this.#enter(text);
        target[entry] = index;
      }
      added[to++] = index;
    }
    return bytes;
  }

  build(): StringColumn {
    const { length } = this.#dictionary;
    if (length === 1) return { dictionary: this.#dictionary, indices: null };
    const indices = this.#indices.view();
    const packed = packIndices(indices, length - 1);
    return { dictionary: this.#dictionary, indices: packed === indices ? indices.slice() : packed };
  }

  #addConstant(text: string, count: number): number {
    if (count === 0) return 0;
    const known = this.#indexOf.get(text);
    this.#indices.pushRepeated(known ?? this.#enter(text), count);
    return known === undefined ? utf8Length(text) + entryOverhead : 0;
  }

  #enter(text: string): number {
    const index = this.#dictionary.length;
    this.#indexOf.set(text, index);
    this.#dictionary.push(text);
    return index;
  }
}

/** Ids stay 16 binary bytes as long as every one is a canonical UUID; the first other id turns all into text. */
export class IdBuilder {
  #count = 0;
  #bytes: Uint8Array = new Uint8Array(64 * 16);
  #texts: string[] | undefined;

  addText(id: string): number {
    if (this.#texts === undefined) {
      this.#reserve(1);
      if (parseUuid(id, this.#bytes, this.#count * 16)) {
        this.#count++;
        return 0;
      }
      this.#toTexts();
    }
    this.#texts?.push(id);
    this.#count++;
    return utf8Length(id) + entryOverhead;
  }

  /** The id whose 16 bytes stand at `offset` of `bytes`. */
  addBinary(bytes: Uint8Array, offset: number): number {
    if (this.#texts !== undefined) return this.addText(formatUuid(bytes, offset));
    this.#reserve(1);
    const to = this.#count++ * 16;
    const target = this.#bytes;
    for (let byte = 0; byte < 16; byte++) target[to + byte] = bytes[offset + byte] as number;
    return 0;
  }

  addRows(column: IdColumn, rows: Uint32Array): number {
    if (column.kind === 'uuid' && this.#texts === undefined) {
      this.#addBinaryRows(column.bytes, rows);
      return 0;
    }
    let bytes = 0;
    for (const row of rows) {
      const id = column.kind === 'uuid' ? formatUuid(column.bytes, row * 16) : column.values[row];
      bytes += this.addText(id as string);
    }
    return bytes;
  }

  build(): IdColumn {
    if (this.#texts !== undefined) return { kind: 'text', values: this.#texts };
    return { kind: 'uuid', bytes: this.#bytes.slice(0, this.#count * 16) };
  }

  /** By words of four bytes where the source is aligned, as everything decoded is. */
  #addBinaryRows(source: Uint8Array, rows: Uint32Array): void {
    this.#reserve(rows.length);
    const start = this.#count * 16;
    this.#count += rows.length;
    if (source.byteOffset % 4 !== 0) {
      const target = this.#bytes;
      for (let index = 0; index < rows.length; index++) {
        const from = (rows[index] as number) * 16;
        for (let byte = 0; byte < 16; byte++) {
          target[start + index * 16 + byte] = source[from + byte] as number;
        }
      }
      return;
    }
    const from = new Uint32Array(source.buffer, source.byteOffset, source.byteLength >>> 2);
    const target = new Uint32Array(this.#bytes.buffer, start, rows.length * 4);
    let to = 0;
    for (let index = 0; index < rows.length; index++) {
      const word = (rows[index] as number) * 4;
      target[to] = from[word] as number;
      target[to + 1] = from[word + 1] as number;
      target[to + 2] = from[word + 2] as number;
      target[to + 3] = from[word + 3] as number;
      to += 4;
    }
  }

  #reserve(rows: number): void {
    const needed = (this.#count + rows) * 16;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }

  #toTexts(): void {
    this.#texts = Array.from({ length: this.#count }, (_, row) =>
      formatUuid(this.#bytes, row * 16),
    );
    this.#bytes = new Uint8Array(0);
  }
}
