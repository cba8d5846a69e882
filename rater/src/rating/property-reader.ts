/**
 * Reads one property column in ascending row order. A sparse column keeps a pointer that only moves forward, so a whole
 * envelope costs one pass over its values.
 */
import type { PropertyColumn, StringColumn } from '@tidemark/ingest/contract';

export class PropertyReader {
  readonly column: PropertyColumn;
  #pointer = 0;

  constructor(column: PropertyColumn) {
    this.column = column;
  }

  /** Position of the row's value in `column.values`, or -1. Rows must not descend between calls. */
  position(row: number): number {
    const { rows } = this.column;
    if (rows === null) return row;
    let pointer = this.#pointer;
    while (pointer < rows.length && (rows[pointer] ?? 0) < row) pointer++;
    this.#pointer = pointer;
    return rows[pointer] === row ? pointer : -1;
  }
}

/** The text of a row of a dictionary column. */
export function textAt(column: StringColumn, row: number): string {
  return column.dictionary[entryAt(column, row)] ?? '';
}

/** The dictionary entry of a row. */
export function entryAt(column: StringColumn, row: number): number {
  return column.indices === null ? 0 : (column.indices[row] ?? 0);
}
