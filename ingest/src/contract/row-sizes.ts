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

function measure(columns: EventColumns): Float64Array {
  const sizes = new Float64Array(columns.count).fill(48);
  for (const column of [columns.tenant, columns.subject, columns.source, columns.type]) {
    addStrings(sizes, column, null, 4);
  }
  if (columns.id.kind === 'uuid') addEach(sizes, null, () => 16);
  else {
    const { values } = columns.id;
    addEach(sizes, null, (position) => utf8Length(values[position] as string) + 4);
  }
  for (const property of columns.properties) addProperty(sizes, property);
  return sizes;
}

function addProperty(sizes: Float64Array, { name, rows, values }: PropertyColumn): void {
  const overhead = utf8Length(name) + 4;
  switch (values.kind) {
    case 'decimal': {
      addEach(sizes, rows, () => overhead + 24);
      return;
    }
    case 'boolean': {
      addEach(sizes, rows, () => overhead + 8);
      return;
    }
    case 'string': {
      addStrings(sizes, values.column, rows, overhead + 8);
      return;
    }
    case 'decimal-text':
    case 'json': {
      addEach(
        sizes,
        rows,
        (position) => overhead + 8 + utf8Length(values.values[position] as string),
      );
      return;
    }
  }
}

function addStrings(
  sizes: Float64Array,
  { dictionary, indices }: StringColumn,
  rows: Uint32Array | null,
  overhead: number,
): void {
  const lengths = dictionary.map((text) => utf8Length(text) + overhead);
  if (indices === null) {
    const length = lengths[0] ?? overhead;
    addEach(sizes, rows, () => length);
    return;
  }
  addEach(sizes, rows, (position) => lengths[indices[position] as number] as number);
}

function addEach(
  sizes: Float64Array,
  rows: Uint32Array | null,
  size: (position: number) => number,
): void {
  const count = rows === null ? sizes.length : rows.length;
  for (let position = 0; position < count; position++) {
    const row = rows === null ? position : (rows[position] as number);
    sizes[row] = (sizes[row] as number) + size(position);
  }
}
