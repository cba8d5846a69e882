/** Growing columns of text and ids. Each `add` returns an upper estimate of the encoded bytes it adds beyond the row. */
import { utf8Length } from './canonical-json.ts';
import { packIndices } from './column-bytes.ts';
import type { IdColumn, StringColumn } from './event-columns.ts';
import { formatUuid, parseUuid } from './uuid.ts';

/** Bytes that a dictionary entry costs beside its text. */
const entryOverhead = 4;

export class StringColumnBuilder {
  readonly #indexOf = new Map<string, number>();
  readonly #dictionary: string[] = [];
  readonly #indices: number[] = [];

  get length(): number {
    return this.#indices.length;
  }

  add(text: string): number {
    const known = this.#indexOf.get(text);
    if (known !== undefined) {
      this.#indices.push(known);
      return 0;
    }
    this.#indices.push(this.#enter(text));
    return utf8Length(text) + entryOverhead;
  }

  /** Adds the given positions of another column; each distinct entry is looked up once. */
  addRows(column: StringColumn, positions: Uint32Array): number {
    const { dictionary, indices } = column;
    if (indices === null) return this.#addConstant(dictionary[0] ?? '', positions.length);
    const target = new Int32Array(dictionary.length).fill(-1);
    let bytes = 0;
    for (const position of positions) {
      const entry = indices[position] as number;
      let index = target[entry] as number;
      if (index < 0) {
        const text = dictionary[entry] as string;
        const known = this.#indexOf.get(text);
        if (known === undefined) bytes += utf8Length(text) + entryOverhead;
        index = known ?? this.#enter(text);
        target[entry] = index;
      }
      this.#indices.push(index);
    }
    return bytes;
  }

  build(): StringColumn {
    const { length } = this.#dictionary;
    if (length === 1) return { dictionary: this.#dictionary, indices: null };
    return { dictionary: this.#dictionary, indices: packIndices(this.#indices, length - 1) };
  }

  #addConstant(text: string, count: number): number {
    if (count === 0) return 0;
    const bytes = this.add(text);
    const index = this.#indices.at(-1) as number;
    for (let added = 1; added < count; added++) this.#indices.push(index);
    return bytes;
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

  addRows(column: IdColumn, rows: Uint32Array): number {
    if (column.kind === 'uuid' && this.#texts === undefined) {
      this.#reserve(rows.length);
      for (const row of rows) {
        const to = this.#count++ * 16;
        for (let byte = 0; byte < 16; byte++) {
          this.#bytes[to + byte] = column.bytes[row * 16 + byte] as number;
        }
      }
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
