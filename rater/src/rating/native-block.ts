/**
 * ClickHouse's Native format, writing side: a block is `columns, rows`, then per column its name, type and data. Rows of one
 * table are collected column by column and leave as one block, which the store inserts without parsing a single value.
 * Format: https://clickhouse.com/docs/interfaces/formats/Native (revision 0, as sent over HTTP).
 */
import { AppError, assert } from '@tidemark/platform/errors';
import { ByteWriter } from './byte-writer.ts';
import {
  DecimalColumnBuilder,
  FixedStringColumnBuilder,
  IntegerColumnBuilder,
  LowCardinalityColumnBuilder,
  StringColumnBuilder,
} from './native-columns.ts';
import type { NativeColumnBuilder } from './native-columns.ts';

/** `[name, ClickHouse type]` pairs in insert order. */
export type NativeColumns = readonly (readonly [name: string, type: string])[];

type BuilderOf<Type extends string> = Type extends 'String'
  ? StringColumnBuilder
  : Type extends 'LowCardinality(String)'
    ? LowCardinalityColumnBuilder
    : Type extends `FixedString(${string})`
      ? FixedStringColumnBuilder
      : Type extends `Decimal(${string})` | `Nullable(Decimal(${string}))`
        ? DecimalColumnBuilder
        : IntegerColumnBuilder;

type BuildersOf<Columns extends NativeColumns> = {
  readonly [Column in Columns[number] as Column[0]]: BuilderOf<Column[1]>;
};

export class NativeBlockBuilder<const Columns extends NativeColumns> {
  readonly #columns: Columns;
  /** By column name; every row must be appended to each of them. */
  readonly columns: BuildersOf<Columns>;
  readonly #ordered: readonly NativeColumnBuilder[];
  readonly #headers: readonly Uint8Array[];

  constructor(columns: Columns) {
    this.#columns = columns;
    this.#ordered = columns.map(([, type]) => createColumnBuilder(type));
    // The mapped type says which builder belongs to which type text; `createColumnBuilder` keeps that promise.
    this.columns = Object.fromEntries(
      columns.map(([name], position) => [name, this.#ordered[position]]),
    ) as BuildersOf<Columns>;
    this.#headers = columns.map(([name, type]) => {
      const header = new ByteWriter(64);
      header.text(name);
      header.text(type);
      return header.take();
    });
  }

  get rows(): number {
    return this.#ordered[0]?.rows ?? 0;
  }

  /** Bytes of the rows collected so far, at most. */
  byteSize(): number {
    let size = 16;
    for (const header of this.#headers) size += header.length;
    for (const column of this.#ordered) size += column.byteSize();
    return size;
  }

  /** The collected rows as one block that owns its memory; `undefined` when there are none. Starts the next block. */
  take(): Uint8Array<ArrayBuffer> | undefined {
    const rows = this.rows;
    if (rows === 0) return undefined;
    const out = new ByteWriter(this.byteSize());
    out.varint(this.#columns.length);
    out.varint(rows);
    this.#ordered.forEach((column, position) => {
      const name = this.#columns[position]?.[0] ?? '';
      assert(column.rows === rows, `Column ${name} has ${column.rows} rows instead of ${rows}.`);
      out.copy(this.#headers[position] ?? new Uint8Array());
      column.encode(out);
    });
    this.clear();
    return out.bytes.subarray(0, out.length);
  }

  clear(): void {
    for (const column of this.#ordered) column.clear();
  }
}

function createColumnBuilder(type: string): NativeColumnBuilder {
  if (type === 'String') return new StringColumnBuilder();
  if (type === 'LowCardinality(String)') return new LowCardinalityColumnBuilder();
  if (type === 'UInt8') return new IntegerColumnBuilder(1);
  if (type === 'UInt16') return new IntegerColumnBuilder(2);
  if (type === 'UInt32') return new IntegerColumnBuilder(4);
  if (type === 'UInt64' || type.startsWith('DateTime64(')) return new IntegerColumnBuilder(8);
  const fixed = /^FixedString\((\d+)\)$/.exec(type);
  if (fixed !== null) return new FixedStringColumnBuilder(Number(fixed[1]));
  if (/^Decimal\(76, \d+\)$/.test(type)) return new DecimalColumnBuilder(false);
  if (/^Nullable\(Decimal\(76, \d+\)\)$/.test(type)) return new DecimalColumnBuilder(true);
  throw new AppError('invariant', 'rater/native-type', `No Native encoder for ${type}.`);
}
