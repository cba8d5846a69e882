/**
 * Rows of columns as text and objects. `canonicalData` is called once per event by the rater, so what it needs of the
 * columns is prepared once: names and dictionary entries as JSON, and per row its values in order of their names.
 * Runs in browsers too.
 */
import { scaledText, type JsonObject } from './canonical-json.ts';
import type {
  EventColumns,
  PropertyColumn,
  PropertyValues,
  StringColumn,
} from './event-columns.ts';
import type { AcceptedEvent } from './usage-event.ts';
import { formatUuid } from './uuid.ts';

interface RowTexts {
  /** Entries of row `r` stand at `[starts[r], starts[r + 1])`, ascending by property name. */
  readonly starts: Uint32Array;
  readonly columns: Uint16Array;
  readonly positions: Uint32Array;
  /** `"name":` of each column. */
  readonly names: readonly string[];
  readonly texts: readonly ((position: number) => string)[];
}

const prepared = new WeakMap<EventColumns, RowTexts>();

/** The properties of row `row` as canonical JSON text; the same text that `canonicalJson` makes of the event's data. */
export function canonicalData(columns: EventColumns, row: number): string {
  let rowTexts = prepared.get(columns);
  if (rowTexts === undefined) {
    rowTexts = prepare(columns);
    prepared.set(columns, rowTexts);
  }
  const { starts, columns: entryColumns, positions, names, texts } = rowTexts;
  const end = starts[row + 1] as number;
  let text = '{';
  for (let entry = starts[row] as number; entry < end; entry++) {
    const column = entryColumns[entry] as number;
    const value = (texts[column] as (position: number) => string)(positions[entry] as number);
    text += (text === '{' ? '' : ',') + (names[column] as string) + value;
  }
  return `${text}}`;
}

/** One row as an event: for dead letters and tests. */
export function columnsEvent(columns: EventColumns, row: number): AcceptedEvent {
  return {
    tenant: textAt(columns.tenant, row),
    id: idAt(columns, row),
    source: textAt(columns.source, row),
    type: textAt(columns.type, row),
    subject: textAt(columns.subject, row),
    time: columns.time[row] as number,
    data: JSON.parse(canonicalData(columns, row)) as JsonObject,
  };
}

/** The entry of a string column at a row. */
export function textAt({ dictionary, indices }: StringColumn, row: number): string {
  return dictionary[indices === null ? 0 : (indices[row] as number)] as string;
}

/** The id of a row as text. */
export function idAt({ id }: EventColumns, row: number): string {
  return id.kind === 'uuid' ? formatUuid(id.bytes, row * 16) : (id.values[row] as string);
}

function prepare({ count, properties }: EventColumns): RowTexts {
  const sorted = [...properties].sort((left, right) =>
    left.name < right.name ? -1 : left.name > right.name ? 1 : 0,
  );
  const starts = new Uint32Array(count + 1);
  for (const property of sorted) {
    eachRow(property, count, (row) => {
      starts[row + 1] = (starts[row + 1] as number) + 1;
    });
  }
  for (let row = 0; row < count; row++) {
    starts[row + 1] = (starts[row + 1] as number) + (starts[row] as number);
  }
  const entries = starts[count] as number;
  const columns = new Uint16Array(entries);
  const positions = new Uint32Array(entries);
  const next = starts.slice();
  sorted.forEach((property, column) => {
    eachRow(property, count, (row, position) => {
      const entry = next[row] as number;
      columns[entry] = column;
      positions[entry] = position;
      next[row] = entry + 1;
    });
  });
  return {
    starts,
    columns,
    positions,
    names: sorted.map(({ name }) => `${JSON.stringify(name)}:`),
    texts: sorted.map(({ values }) => textOf(values)),
  };
}

function eachRow(
  { rows }: PropertyColumn,
  count: number,
  visit: (row: number, position: number) => void,
): void {
  if (rows === null) for (let row = 0; row < count; row++) visit(row, row);
  else for (let at = 0; at < rows.length; at++) visit(rows[at] as number, at);
}

function textOf(values: PropertyValues): (position: number) => string {
  switch (values.kind) {
    case 'decimal':
      return (position) => scaledText(values.integers[position] as number, values.scale);
    case 'boolean':
      return (position) => (values.values[position] === 1 ? 'true' : 'false');
    case 'decimal-text':
    case 'json':
      return (position) => values.values[position] as string;
    case 'string': {
      const { dictionary, indices } = values.column;
      const entries = dictionary.map((text) => JSON.stringify(text));
      return (position) => entries[indices === null ? 0 : (indices[position] as number)] as string;
    }
  }
}
