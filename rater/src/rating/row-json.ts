/**
 * Writes the canonical JSON text of rows' properties straight from the columns: keys by UTF-16 code unit, numbers as shortest
 * decimals, no spaces; byte for byte what `canonicalJson` makes of the same data. Names, and names with the entries of
 * dictionaries, are encoded once an envelope, so that a row is a few short copies. Stored in `usage_events.data`.
 */
import type { EventColumns, PropertyValues } from '@tidemark/ingest/contract';
import type { ByteWriter } from './byte-writer.ts';
import { PropertyReader, entryAt } from './property-reader.ts';

const encoder = new TextEncoder();
const brace = { open: 0x7b, close: 0x7d };
const zero = 0x30;
/** Sign, sixteen digits, point and the zeros of a scale of 18. */
const numberBytesMax = 24;

export class RowJsonWriter {
  readonly #fields: readonly RowJsonField[];

  constructor(columns: EventColumns) {
    this.#fields = columns.properties
      .map((column) => new RowJsonField(new PropertyReader(column)))
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  /** Appends the row's object; rows must not descend between calls. */
  write(row: number, out: ByteWriter): void {
    const start = out.length;
    for (const field of this.#fields) {
      const position = field.reader.position(row);
      if (position >= 0) field.write(position, out);
    }
    // Every field begins with a comma; the first one's place is the brace's.
    if (out.length === start) out.byte(brace.open);
    else out.bytes[start] = brace.open;
    out.byte(brace.close);
  }
}

class RowJsonField {
  readonly name: string;
  readonly reader: PropertyReader;
  /** `,"name":` */
  readonly #key: Uint8Array;
  readonly #values: PropertyValues;
  /** `,"name":"entry"` for each dictionary entry that occurred. */
  readonly #entries: (Uint8Array | undefined)[] = [];

  constructor(reader: PropertyReader) {
    this.name = reader.column.name;
    this.reader = reader;
    this.#key = encoder.encode(`,${JSON.stringify(this.name)}:`);
    this.#values = reader.column.values;
  }

  write(position: number, out: ByteWriter): void {
    const values = this.#values;
    switch (values.kind) {
      case 'decimal':
        out.copy(this.#key);
        writeScaled(values.integers[position] ?? 0, values.scale, out);
        return;
      case 'string': {
        const entry = entryAt(values.column, position);
        out.copy(this.#entries[entry] ?? this.#encodeEntry(entry, values.column.dictionary));
        return;
      }
      case 'boolean':
        out.copy(this.#key);
        out.copy(values.values[position] === 0 ? falseText : trueText);
        return;
      case 'decimal-text':
      case 'json':
        out.copy(this.#key);
        out.utf8(values.values[position] ?? 'null');
    }
  }

  #encodeEntry(entry: number, dictionary: readonly string[]): Uint8Array {
    const name = JSON.stringify(this.name);
    const encoded = encoder.encode(`,${name}:${JSON.stringify(dictionary[entry] ?? '')}`);
    this.#entries[entry] = encoded;
    return encoded;
  }
}

const trueText = encoder.encode('true');
const falseText = encoder.encode('false');

/** `integer x 10^-scale` as canonical decimal text: no trailing zeros, no exponent, `0` for zero. */
export function writeScaled(integer: number, scale: number, out: ByteWriter): void {
  out.reserve(numberBytesMax);
  let rest = Math.abs(integer);
  let decimals = rest === 0 ? 0 : scale;
  while (decimals > 0 && rest % 10 === 0) {
    rest /= 10;
    decimals--;
  }
  if (integer < 0) out.bytes[out.length++] = 0x2d;
  // At least one digit stands before the point.
  const digits = Math.max(digitCount(rest), decimals + 1);
  const end = out.length + digits + (decimals > 0 ? 1 : 0);
  const point = decimals > 0 ? end - decimals - 1 : end;
  const { bytes } = out;
  // Beyond 31 bits only the high digits need the slow division of doubles.
  for (let at = end - 1; at >= out.length; at--) {
    if (at === point) {
      bytes[at] = 0x2e;
      continue;
    }
    const tenth = rest < 0x8000_0000 ? ((rest | 0) / 10) | 0 : Math.floor(rest / 10);
    bytes[at] = zero + (rest - tenth * 10);
    rest = tenth;
  }
  out.length = end;
}

function digitCount(integer: number): number {
  let digits = 1;
  for (let bound = 10; bound <= integer; bound *= 10) digits++;
  return digits;
}
