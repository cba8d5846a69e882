/**
 * What a charge sees of one usage event, as a cursor over the columns of an envelope: one object for all events. `moveTo`
 * sets the row; a property is read at most once a row, however many charges ask for it.
 */
import { scaledText } from '@tidemark/ingest/contract';
import type { EventColumns, PropertyValues } from '@tidemark/ingest/contract';
import { parseQuantity, quantityOfInteger } from '../money/index.ts';
import type { Quantity } from '../money/index.ts';
import type { UsageSample } from '../pricing/index.ts';
import { PropertyReader, textAt } from './property-reader.ts';

type Decimal = Quantity | undefined | 'not-a-number';

export class ColumnSample implements UsageSample {
  readonly #columns: EventColumns;
  readonly #properties = new Map<string, SampleProperty>();
  #row = -1;
  time = 0;
  offset = 0;
  index = 0;

  constructor(columns: EventColumns) {
    this.#columns = columns;
    for (const column of columns.properties) {
      let property = this.#properties.get(column.name);
      if (property === undefined) {
        property = new SampleProperty();
        this.#properties.set(column.name, property);
      }
      property.readers.push(new PropertyReader(column));
    }
  }

  /** Moves to a row; rows must not descend. */
  moveTo(row: number, offset: number, index: number): void {
    this.#row = row;
    this.time = this.#columns.time[row] ?? 0;
    this.offset = offset;
    this.index = index;
  }

  decimal(property: string): Decimal {
    return this.#properties.get(property)?.decimal(this.#row);
  }

  text(property: string): string | undefined {
    return this.#properties.get(property)?.text(this.#row);
  }

  /** Whether some row holds the property. */
  has(property: string): boolean {
    return this.#properties.has(property);
  }

  /** Whether the row's property says one of `texts`, or nothing: JSON's null says nothing. */
  isAbsentOrOneOf(property: string, texts: readonly string[]): boolean {
    const column = this.#properties.get(property);
    if (column === undefined || column.isEmpty(this.#row)) return true;
    const text = column.text(this.#row);
    return text !== undefined && texts.includes(text);
  }

  /** Whether some row holds the property as anything but a JSON number; only then a value can fail to be one. */
  mayBeNoNumber(property: string): boolean {
    return (
      this.#properties
        .get(property)
        ?.readers.some((reader) => reader.column.values.kind !== 'decimal') ?? false
    );
  }
}

/** One property name with its columns of several kinds; a row has at most one of them. */
class SampleProperty {
  readonly readers: PropertyReader[] = [];
  #decimalRow = -1;
  #decimal: Decimal;
  #textRow = -1;
  #text: string | undefined;
  #lastRow = -1;
  #lastReader: PropertyReader | undefined;
  #lastPosition = -1;

  decimal(row: number): Decimal {
    if (row !== this.#decimalRow) {
      this.#decimalRow = row;
      this.#find(row);
      this.#decimal =
        this.#lastReader === undefined
          ? undefined
          : decimalOf(this.#lastReader.column.values, this.#lastPosition);
    }
    return this.#decimal;
  }

  text(row: number): string | undefined {
    if (row !== this.#textRow) {
      this.#textRow = row;
      this.#find(row);
      this.#text =
        this.#lastReader === undefined
          ? undefined
          : textOf(this.#lastReader.column.values, this.#lastPosition);
    }
    return this.#text;
  }

  isEmpty(row: number): boolean {
    this.#find(row);
    const values = this.#lastReader?.column.values;
    return (
      values === undefined ||
      (values.kind === 'json' && values.values[this.#lastPosition] === 'null')
    );
  }

  #find(row: number): void {
    if (row === this.#lastRow) return;
    this.#lastRow = row;
    this.#lastReader = undefined;
    for (const reader of this.readers) {
      const position = reader.position(row);
      if (position >= 0) {
        this.#lastReader = reader;
        this.#lastPosition = position;
      }
    }
  }
}

function decimalOf(values: PropertyValues, position: number): Decimal {
  switch (values.kind) {
    case 'decimal':
      return quantityOfInteger(values.integers[position] ?? 0, values.scale);
    case 'decimal-text':
      return parseQuantity(values.values[position] ?? '') ?? 'not-a-number';
    case 'string':
      return parseQuantity(textAt(values.column, position)) ?? 'not-a-number';
    case 'boolean':
    case 'json':
      return 'not-a-number';
  }
}

function textOf(values: PropertyValues, position: number): string | undefined {
  switch (values.kind) {
    case 'decimal':
      return scaledText(values.integers[position] ?? 0, values.scale);
    case 'decimal-text':
      return values.values[position];
    case 'string':
      return textAt(values.column, position);
    case 'boolean':
      return values.values[position] === 0 ? 'false' : 'true';
    case 'json':
      return undefined;
  }
}
