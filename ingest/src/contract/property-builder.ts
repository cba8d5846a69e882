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
import type { PropertyColumn, PropertyValues } from './event-columns.ts';
import { GrowingFloats, GrowingIndices } from './growing-numbers.ts';
import { powerOfTen, toScaled } from './number-literal.ts';

interface Texts {
  rows: GrowingIndices;
  values: string[];
}

interface Decimals {
  rows: GrowingIndices;
  integers: GrowingFloats;
  scales: GrowingIndices;
  scaleMin: number;
  scaleMax: number;
}

export class PropertyBuilder {
  readonly name: string;
  /** Columns of the kinds that occur: most properties have one. */
  #decimals: Decimals | undefined;
  #decimalTexts: Texts | undefined;
  #strings: { readonly rows: GrowingIndices; readonly column: StringColumnBuilder } | undefined;
  #booleans: { readonly rows: GrowingIndices; readonly values: GrowingIndices } | undefined;
  #jsons: Texts | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** Rows must come in ascending order. Returns an upper estimate of the encoded bytes. */
  add(row: number, value: JsonValue): number {
    switch (typeof value) {
      case 'number':
        return this.#addNumber(row, value);
      case 'string':
        return this.addString(row, value);
      case 'boolean':
        return this.addBoolean(row, value);
      default:
        this.#jsons ??= emptyTexts();
        return addText(this.#jsons, row, canonicalJson(value));
    }
  }

  /** `integer` x 10^-`scale`: a safe integer other than -0 at its least scale of 0 to 18. */
  addScaled(row: number, integer: number, scale: number): number {
    const decimals = (this.#decimals ??= emptyDecimals());
    decimals.rows.push(row);
    decimals.integers.push(integer);
    decimals.scales.push(scale);
    if (scale < decimals.scaleMin) decimals.scaleMin = scale;
    if (scale > decimals.scaleMax) decimals.scaleMax = scale;
    return 12;
  }

  addString(row: number, value: string): number {
    const strings = (this.#strings ??= emptyStrings());
    strings.rows.push(row);
    return 8 + strings.column.add(value);
  }

  addBoolean(row: number, value: boolean): number {
    const booleans = (this.#booleans ??= emptyBooleans());
    booleans.rows.push(row);
    booleans.values.push(value ? 1 : 0);
    return 5;
  }

  /** Adds what `source` has at the ascending `rows`; the first of them becomes row `first` here. */
  addRows(source: PropertyColumn, rows: Uint32Array, first: number): number {
    const picked = pick(source.rows, rows, first);
    if (picked.count === 0) return 0;
    const positions = picked.positions.subarray(0, picked.count);
    const targets = picked.targets.subarray(0, picked.count);
    const { values } = source;
    switch (values.kind) {
      case 'decimal': {
        const decimals = (this.#decimals ??= emptyDecimals());
        decimals.rows.pushAll(targets);
        decimals.integers.pushAt(values.integers, positions);
        decimals.scales.pushRepeated(values.scale, positions.length);
        decimals.scaleMin = Math.min(decimals.scaleMin, values.scale);
        decimals.scaleMax = Math.max(decimals.scaleMax, values.scale);
        return 12 * positions.length;
      }
      case 'string': {
        const strings = (this.#strings ??= emptyStrings());
        strings.rows.pushAll(targets);
        return 8 * positions.length + strings.column.addRows(values.column, positions);
      }
      case 'boolean': {
        const booleans = (this.#booleans ??= emptyBooleans());
        booleans.rows.pushAll(targets);
        for (const position of positions) booleans.values.push(values.values[position] as number);
        return 5 * positions.length;
      }
      case 'decimal-text':
        this.#decimalTexts ??= emptyTexts();
        return addTexts(this.#decimalTexts, values.values, positions, targets);
      case 'json':
        this.#jsons ??= emptyTexts();
        return addTexts(this.#jsons, values.values, positions, targets);
    }
  }

  /** One column per kind that occurs, out of `count` rows in all. */
  build(count: number): PropertyColumn[] {
    const columns: PropertyColumn[] = [];
    const emit = (rows: GrowingIndices, values: PropertyValues) => {
      if (rows.length === 0) return;
      const dense = rows.length === count;
      columns.push({ name: this.name, rows: dense ? null : rows.view().slice(), values });
    };
    if (this.#decimals !== undefined) {
      const values = this.#levelScales(this.#decimals);
      emit(this.#decimals.rows, values);
    }
    if (this.#decimalTexts !== undefined) {
      const { rows, values } = this.#decimalTexts;
      emit(rows, { kind: 'decimal-text', values });
    }
    if (this.#strings !== undefined) {
      emit(this.#strings.rows, { kind: 'string', column: this.#strings.column.build() });
    }
    if (this.#booleans !== undefined) {
      const values = new Uint8Array(this.#booleans.values.view());
      emit(this.#booleans.rows, { kind: 'boolean', values });
    }
    if (this.#jsons !== undefined) {
      emit(this.#jsons.rows, { kind: 'json', values: this.#jsons.values });
    }
    return columns;
  }

  #addNumber(row: number, value: number): number {
    const scaled = toScaled(value);
    if (scaled !== undefined) return this.addScaled(row, scaled.integer, scaled.scale);
    this.#decimalTexts ??= emptyTexts();
    return addText(this.#decimalTexts, row, canonicalNumber(value));
  }

  /** Brings all numbers to the greatest scale; those that are no safe integers there become decimal text. */
  #levelScales(decimals: Decimals): PropertyValues {
    const { integers, scales, scaleMin, scaleMax: scale } = decimals;
    const level = integers.toArray();
    if (scaleMin === scale) return { kind: 'decimal', scale, integers: level };
    const own = scales.view();
    const spilled: number[] = [];
    for (let index = 0; index < level.length; index++) {
      const integer = level[index] as number;
      const factor = powerOfTen(scale - (own[index] as number));
      if (Math.abs(integer) > Number.MAX_SAFE_INTEGER / factor) spilled.push(index);
      else level[index] = integer * factor;
    }
    if (spilled.length === 0) return { kind: 'decimal', scale, integers: level };
    this.#spill(decimals, spilled);
    const gone = new Set(spilled);
    return { kind: 'decimal', scale, integers: level.filter((_, index) => !gone.has(index)) };
  }

  /** Moves the given ascending positions of the numbers to the decimal texts. */
  #spill(decimals: Decimals, positions: readonly number[]): void {
    const rows = decimals.rows.view();
    const integers = decimals.integers.view();
    const scales = decimals.scales.view();
    const texts = this.#decimalTexts ?? emptyTexts();
    const textRows = texts.rows.view();
    const entries = texts.values.map((text, at) => ({ row: textRows[at] as number, text }));
    for (const position of positions) {
      const text = scaledText(integers[position] as number, scales[position] as number);
      entries.push({ row: rows[position] as number, text });
    }
    entries.sort((left, right) => left.row - right.row);
    this.#decimalTexts = emptyTexts();
    for (const { row, text } of entries) {
      this.#decimalTexts.rows.push(row);
      this.#decimalTexts.values.push(text);
    }
    const gone = new Set(positions);
    const kept = new GrowingIndices();
    kept.pushAll(rows.filter((_, index) => !gone.has(index)));
    decimals.rows = kept;
  }
}

function emptyTexts(): Texts {
  return { rows: new GrowingIndices(), values: [] };
}

function emptyDecimals(): Decimals {
  return {
    rows: new GrowingIndices(),
    integers: new GrowingFloats(),
    scales: new GrowingIndices(),
    scaleMin: 18,
    scaleMax: 0,
  };
}

function emptyStrings() {
  return { rows: new GrowingIndices(), column: new StringColumnBuilder() };
}

function emptyBooleans() {
  return { rows: new GrowingIndices(), values: new GrowingIndices() };
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
