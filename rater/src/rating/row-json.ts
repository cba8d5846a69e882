/**
 * Writes the canonical JSON text of one row's properties straight from the columns: keys by UTF-16 code unit, numbers as
 * shortest decimals, no spaces; byte for byte what `canonicalJson` makes of the same data. Names and dictionary entries are
 * encoded once an envelope. The text is stored in `usage_events.data` and hashed into `payload_hash`.
 */
import type { EventColumns, PropertyValues } from '@tidemark/ingest/contract';
import type { ByteWriter } from './byte-writer.ts';
import { PropertyReader, entryAt } from './property-reader.ts';

const encoder = new TextEncoder();
const brace = { open: 0x7b, close: 0x7d };
const comma = 0x2c;
const zero = 0x30;

export class RowJsonWriter {
  readonly #fields: readonly RowJsonField[];

  constructor(columns: EventColumns) {
    this.#fields = columns.properties
      .map((column) => new RowJsonField(new PropertyReader(column)))
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  /** Appends the row's object; rows must not descend between calls. */
  write(row: number, out: ByteWriter): void {
    out.byte(brace.open);
    const start = out.length;
    for (const field of this.#fields) {
      const position = field.reader.position(row);
      if (position < 0) continue;
      if (out.length > start) out.byte(comma);
      out.copy(field.key);
      field.writeValue(position, out);
    }
    out.byte(brace.close);
  }
}

class RowJsonField {
  readonly name: string;
  readonly reader: PropertyReader;
  /** `"name":` */
  readonly key: Uint8Array;
  readonly #values: PropertyValues;
  readonly #encodedEntries: (Uint8Array | undefined)[] = [];

  constructor(reader: PropertyReader) {
    this.name = reader.column.name;
    this.reader = reader;
    this.key = encoder.encode(`${JSON.stringify(this.name)}:`);
    this.#values = reader.column.values;
  }

  writeValue(position: number, out: ByteWriter): void {
    const values = this.#values;
    switch (values.kind) {
      case 'decimal':
        writeScaled(values.integers[position] ?? 0, values.scale, out);
        return;
      case 'string': {
        const entry = entryAt(values.column, position);
        let encoded = this.#encodedEntries[entry];
        if (encoded === undefined) {
          encoded = encoder.encode(JSON.stringify(values.column.dictionary[entry] ?? ''));
          this.#encodedEntries[entry] = encoded;
        }
        out.copy(encoded);
        return;
      }
      case 'boolean':
        out.copy(values.values[position] === 0 ? falseText : trueText);
        return;
      case 'decimal-text':
      case 'json':
        out.utf8(values.values[position] ?? 'null');
    }
  }
}

const trueText = encoder.encode('true');
const falseText = encoder.encode('false');
const digits = new Uint8Array(40);

/** `integer x 10^-scale` as canonical decimal text: no trailing zeros, no exponent, `0` for zero. */
export function writeScaled(integer: number, scale: number, out: ByteWriter): void {
  let rest = Math.abs(integer);
  let at = digits.length;
  let decimals = scale;
  let started = false;
  // From the last digit to the first; zeros at the end of the fraction are left out.
  while (rest > 0 || decimals >= 0) {
    const digit = rest % 10;
    rest = (rest - digit) / 10;
    if (decimals > 0) {
      if (digit !== 0 || started) {
        digits[--at] = zero + digit;
        started = true;
      }
    } else {
      if (decimals === 0 && started) digits[--at] = 0x2e;
      digits[--at] = zero + digit;
    }
    decimals--;
  }
  if (integer < 0) digits[--at] = 0x2d;
  out.copy(digits, at);
}
