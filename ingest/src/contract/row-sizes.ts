/**
 * How many bytes each row of some columns stands for when it is written out: dictionaries make a small batch stand for
 * much text, so limits are checked on this, not on the encoded size. Runs in browsers too.
 */
import { utf8Length } from './canonical-json.ts';
import type { EventColumns, PropertyColumn, StringColumn } from './event-columns.ts';

const cache = new WeakMap<EventColumns, Float64Array>();

/** UTF-8 bytes of the texts of each row plus 24 a number and 48 a row; an upper bound of what a row adds to an envelope. */
export function rowSizes(columns: EventColumns): Float64Array {
  let sizes = cache.get(columns);
  if (sizes === undefined) {
    sizes = measure(columns);
    cache.set(columns, sizes);
  }
  return sizes;
}

/** One loop a column, without a call a row: this runs for every row that the gateway takes in columns. */
function measure(columns: EventColumns): Float64Array {
  const sizes = new Float64Array(columns.count);
  // What every row has is added once, at the end.
  let everyRow = 48;
  for (const column of [columns.tenant, columns.subject, columns.source, columns.type]) {
    everyRow += addStrings(sizes, column, null, 4);
  }
  if (columns.id.kind === 'uuid') everyRow += 16;
  else addTexts(sizes, columns.id.values, null, 4);
  for (const property of columns.properties) everyRow += addProperty(sizes, property);
  for (let row = 0; row < sizes.length; row++) sizes[row] = (sizes[row] as number) + everyRow;
  return sizes;
}

/** Adds to the rows that differ; returns what has to be added to every row. */
function addProperty(sizes: Float64Array, { name, rows, values }: PropertyColumn): number {
  const overhead = utf8Length(name) + 4;
  switch (values.kind) {
    case 'decimal':
      return addConstant(sizes, rows, overhead + 24);
    case 'boolean':
      return addConstant(sizes, rows, overhead + 8);
    case 'string':
      return addStrings(sizes, values.column, rows, overhead + 8);
    case 'decimal-text':
    case 'json':
      return addTexts(sizes, values.values, rows, overhead + 8);
  }
}

function addStrings(
  sizes: Float64Array,
  { dictionary, indices }: StringColumn,
  rows: Uint32Array | null,
  overhead: number,
): number {
  if (indices === null) {
    return addConstant(sizes, rows, utf8Length(dictionary[0] ?? '') + overhead);
  }
  const lengths = new Float64Array(dictionary.length);
  for (let entry = 0; entry < lengths.length; entry++) {
    lengths[entry] = utf8Length(dictionary[entry] as string) + overhead;
  }
  const count = rows === null ? sizes.length : rows.length;
  for (let position = 0; position < count; position++) {
    const row = rows === null ? position : (rows[position] as number);
    const length = lengths[indices[position] as number] as number;
    sizes[row] = (sizes[row] as number) + length;
  }
  return 0;
}

function addTexts(
  sizes: Float64Array,
  texts: readonly string[],
  rows: Uint32Array | null,
  overhead: number,
): number {
  for (let position = 0; position < texts.length; position++) {
    const row = rows === null ? position : (rows[position] as number);
    sizes[row] = (sizes[row] as number) + utf8Length(texts[position] as string) + overhead;
  }
  return 0;
}

function addConstant(sizes: Float64Array, rows: Uint32Array | null, bytes: number): number {
  if (rows === null) return bytes;
  for (let position = 0; position < rows.length; position++) {
    const row = rows[position] as number;
    sizes[row] = (sizes[row] as number) + bytes;
  }
  return 0;
}
