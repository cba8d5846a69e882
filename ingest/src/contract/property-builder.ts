/**
 * One property name on its way into columns: its values by kind, each with the rows that have it. Every number is kept
 * as integer and scale; the column's scale is the greatest one, and what then exceeds a safe integer moves to text.
 */
import {
  canonicalJson,
  canonicalNumber,
  scaledText,
  utf8Length,
  type JsonValue,
} from './canonical-json.ts';
import { StringColumnBuilder } from './column-builders.ts';
import type { PropertyColumn, PropertyValues, StringColumn } from './event-columns.ts';
import { powerOfTen, toScaled } from './number-literal.ts';

interface Texts {
  readonly rows: number[];
  readonly values: string[];
}

export class PropertyBuilder {
  readonly #name: string;
  readonly #decimals = { rows: [] as number[], integers: [] as number[], scales: [] as number[] };
  readonly #decimalTexts: Texts = { rows: [], values: [] };
  readonly #strings = { rows: [] as number[], column: new StringColumnBuilder() };
  readonly #booleans = { rows: [] as number[], values: [] as number[] };
  readonly #jsons: Texts = { rows: [], values: [] };

  constructor(name: string) {
    this.#name = name;
  }

  /** Rows must come in ascending order. Returns an upper estimate of the encoded bytes. */
  add(row: number, value: JsonValue): number {
    switch (typeof value) {
      case 'number':
        return this.#addNumber(row, value);
      case 'string':
        this.#strings.rows.push(row);
        return 8 + this.#strings.column.add(value);
      case 'boolean':
        this.#booleans.rows.push(row);
        this.#booleans.values.push(value ? 1 : 0);
        return 5;
      default:
        return addText(this.#jsons, row, canonicalJson(value));
    }
  }

  /** Adds what `source` has at the ascending `rows`; the first of them becomes row `first` here. */
  addRows(source: PropertyColumn, rows: Uint32Array, first: number): number {
    const picked = pick(source.rows, rows, first);
    if (picked.count === 0) return 0;
    const positions = picked.positions.subarray(0, picked.count);
    const targets = picked.targets.subarray(0, picked.count);
    const { values } = source;
    switch (values.kind) {
      case 'decimal':
        pushAll(this.#decimals.rows, targets);
        for (const position of positions) {
          this.#decimals.integers.push(values.integers[position] as number);
          this.#decimals.scales.push(values.scale);
        }
        return 12 * positions.length;
      case 'string':
        pushAll(this.#strings.rows, targets);
        return 8 * positions.length + this.#strings.column.addRows(values.column, positions);
      case 'boolean':
        pushAll(this.#booleans.rows, targets);
        for (const position of positions)
          this.#booleans.values.push(values.values[position] as number);
        return 5 * positions.length;
      case 'decimal-text':
      case 'json':
        return addTexts(
          values.kind === 'json' ? this.#jsons : this.#decimalTexts,
          values.values,
          positions,
          targets,
        );
    }
  }

  /** One column per kind that occurs, out of `count` rows in all. */
  build(count: number): PropertyColumn[] {
    const columns: PropertyColumn[] = [];
    const emit = (rows: readonly number[], values: () => PropertyValues) => {
      if (rows.length === 0) return;
      const dense = rows.length === count;
      columns.push({
        name: this.#name,
        rows: dense ? null : Uint32Array.from(rows),
        values: values(),
      });
    };
    const spilled = this.#levelScales();
    emit(this.#decimals.rows, () => spilled.values);
    emit(this.#decimalTexts.rows, () => ({
      kind: 'decimal-text',
      values: this.#decimalTexts.values,
    }));
    emit(this.#strings.rows, () => ({ kind: 'string', column: this.#stringColumn() }));
    emit(this.#booleans.rows, () => ({
      kind: 'boolean',
      values: Uint8Array.from(this.#booleans.values),
    }));
    emit(this.#jsons.rows, () => ({ kind: 'json', values: this.#jsons.values }));
    return columns;
  }

  #addNumber(row: number, value: number): number {
    const scaled = toScaled(value);
    if (scaled === undefined) return addText(this.#decimalTexts, row, canonicalNumber(value));
    this.#decimals.rows.push(row);
    this.#decimals.integers.push(scaled.integer);
    this.#decimals.scales.push(scaled.scale);
    return 12;
  }

  #stringColumn(): StringColumn {
    return this.#strings.column.build();
  }

  /** Brings all numbers to the greatest scale; those that are no safe integers there become decimal text. */
  #levelScales(): { readonly values: PropertyValues } {
    const { rows, integers, scales } = this.#decimals;
    let scale = 0;
    for (const each of scales) if (each > scale) scale = each;
    const level = new Float64Array(integers.length);
    const spilled = new Set<number>();
    for (let index = 0; index < integers.length; index++) {
      const integer = integers[index] as number;
      const own = scales[index] as number;
      const factor = powerOfTen(scale - own);
      if (Math.abs(integer) > Number.MAX_SAFE_INTEGER / factor) spilled.add(index);
      else level[index] = integer * factor;
    }
    if (spilled.size > 0) this.#spill(spilled);
    const kept = spilled.size === 0 ? level : level.filter((_, index) => !spilled.has(index));
    if (spilled.size > 0) {
      const keptRows = rows.filter((_, index) => !spilled.has(index));
      rows.splice(0, rows.length, ...keptRows);
    }
    return { values: { kind: 'decimal', scale, integers: kept } };
  }

  #spill(indices: ReadonlySet<number>): void {
    const { rows, integers, scales } = this.#decimals;
    const { rows: textRows, values } = this.#decimalTexts;
    const entries = textRows.map((row, at) => ({ row, text: values[at] as string }));
    for (const index of indices) {
      const text = scaledText(integers[index] as number, scales[index] as number);
      entries.push({ row: rows[index] as number, text });
    }
    entries.sort((left, right) => left.row - right.row);
    textRows.length = 0;
    values.length = 0;
    for (const { row, text } of entries) {
      textRows.push(row);
      values.push(text);
    }
  }
}

interface Picked {
  readonly count: number;
  /** Positions in the source's values. */
  readonly positions: Uint32Array;
  /** Row numbers in the builder. */
  readonly targets: Uint32Array;
}

/** Which of the ascending `rows` a source column has; `sourceRows === null` means all. */
function pick(sourceRows: Uint32Array | null, rows: Uint32Array, first: number): Picked {
  const targets = new Uint32Array(rows.length);
  if (sourceRows === null) {
    for (let index = 0; index < rows.length; index++) targets[index] = first + index;
    return { count: rows.length, positions: rows, targets };
  }
  const positions = new Uint32Array(rows.length);
  let count = 0;
  let at = lowerBound(sourceRows, rows[0] ?? 0);
  for (let index = 0; index < rows.length && at < sourceRows.length; index++) {
    const row = rows[index] as number;
    while (at < sourceRows.length && (sourceRows[at] as number) < row) at++;
    if (sourceRows[at] !== row) continue;
    positions[count] = at;
    targets[count] = first + index;
    count++;
  }
  return { count, positions, targets };
}

/** First position whose value is not below `value` in an ascending array. */
function lowerBound(ascending: Uint32Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function addText(texts: Texts, row: number, text: string): number {
  texts.rows.push(row);
  texts.values.push(text);
  return 8 + utf8Length(text);
}

function addTexts(
  texts: Texts,
  values: readonly string[],
  positions: Uint32Array,
  targets: Uint32Array,
): number {
  let bytes = 0;
  for (let index = 0; index < positions.length; index++) {
    const text = values[positions[index] as number] as string;
    bytes += addText(texts, targets[index] as number, text);
  }
  return bytes;
}

function pushAll(target: number[], values: Uint32Array): void {
  for (const value of values) target.push(value);
}
