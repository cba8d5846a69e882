/** Reads the columnar format and refuses whatever breaks it; see columns-codec.ts. Runs in browsers too. */
import { instantMax, instantMin } from '@tidemark/platform/clock';
import { columnsEvent } from './canonical-data.ts';
import {
  indexWidth,
  unpackIndices,
  unpackIntegers,
  unpackStrings,
  alignedCopy,
} from './column-bytes.ts';
import { checkProperties } from './columns-properties-check.ts';
import type {
  EventColumns,
  IdColumn,
  PropertyColumn,
  PropertyValues,
  StringColumn,
} from './event-columns.ts';
import { checkAttribute, checkEventSize } from './event-rules.ts';
import { batchLimits, eventLimits } from './limits.ts';
import { MsgpackReader } from './msgpack-reader.ts';
import { rowSizes } from './row-sizes.ts';

export class ColumnsRejection extends Error {
  override readonly name = 'ColumnsRejection';
  readonly code: 'ingest/invalid-columns' | 'ingest/too-many-events';

  constructor(message: string, code: ColumnsRejection['code'] = 'ingest/invalid-columns') {
    super(message);
    this.code = code;
  }
}

export class ColumnsReader {
  readonly #reader: MsgpackReader;
  readonly #clientTenant: string | null;
  /** Columns of a client live as long as their request, so their strings may be slices of the body's text. */
  readonly #detached: boolean;
  #count = 0;

  /** `clientTenant === null`: an envelope, which carries its tenants. */
  constructor(bytes: Uint8Array, clientTenant: string | null) {
    this.#reader = new MsgpackReader(bytes);
    this.#clientTenant = clientTenant;
    this.#detached = clientTenant === null;
  }

  read(): EventColumns {
    const reader = this.#reader;
    reader.array(10, 10);
    if (reader.uint(0xffff_ffff) !== 1)
      throw new ColumnsRejection('Unknown version of the columns.');
    this.#count = this.#readCount();
    const columns: EventColumns = {
      count: this.#count,
      tenant: this.#tenant(),
      subject: this.#attribute('subject'),
      source: this.#attribute('source'),
      type: this.#attribute('type'),
      id: this.#ids(),
      time: this.#times(),
      properties: this.#properties(),
    };
    reader.end();
    const broken = checkProperties(columns);
    if (broken !== undefined) throw new ColumnsRejection(broken);
    if (this.#clientTenant !== null) checkSizes(columns);
    return columns;
  }

  #readCount(): number {
    const count = this.#reader.uint(0xffff_ffff);
    const client = this.#clientTenant !== null;
    const max = client ? batchLimits.requestEventsMax : batchLimits.columnsEventsMax;
    if (count > max)
      throw new ColumnsRejection(`More than ${max} events.`, 'ingest/too-many-events');
    if (count === 0) throw new ColumnsRejection('The columns hold no event.');
    return count;
  }

  #tenant(): StringColumn {
    if (this.#clientTenant === null) return this.#attribute('tenant');
    if (!this.#reader.isNil()) throw new ColumnsRejection('A client names no tenant.');
    return { dictionary: [this.#clientTenant], indices: null };
  }

  #attribute(name: string): StringColumn {
    this.#reader.array(4, 4);
    const column = this.#stringColumn(this.#count);
    for (const entry of column.dictionary) {
      const broken = checkAttribute(name, entry);
      if (broken !== undefined) throw new ColumnsRejection(broken.message);
    }
    return column;
  }

  #ids(): IdColumn {
    const length = this.#reader.array(2, 4);
    const kind = this.#reader.uint(1);
    if (kind === 0 && length === 2) {
      const bytes = this.#reader.binary();
      if (bytes.byteLength !== this.#count * 16) throw new ColumnsRejection('Wrong length of ids.');
      return { kind: 'uuid', bytes: bytes.slice() };
    }
    if (kind !== 1 || length !== 4) throw new ColumnsRejection('Unknown form of ids.');
    const values = this.#strings(this.#count, this.#count, false);
    for (const id of values) {
      const broken = checkAttribute('id', id);
      if (broken !== undefined) throw new ColumnsRejection(broken.message);
    }
    return { kind: 'text', values };
  }

  #times(): Float64Array {
    const bytes = this.#reader.binary();
    if (bytes.byteLength !== this.#count * 8) throw new ColumnsRejection('Wrong length of times.');
    const times = new Float64Array(alignedCopy(bytes, 8));
    for (const time of times) {
      if (!Number.isSafeInteger(time) || time < instantMin || time >= instantMax) {
        throw new ColumnsRejection('A time is no instant.');
      }
    }
    return times;
  }

  #properties(): PropertyColumn[] {
    this.#reader.array(3, 3);
    const names = this.#strings(0, batchLimits.columnsPropertiesMax, this.#detached);
    this.#reader.array(names.length, names.length);
    return names.map((name) => this.#property(name));
  }

  #property(name: string): PropertyColumn {
    const length = this.#reader.array(3, 6);
    const kind = this.#reader.uint(4);
    if (length !== [4, 5, 6, 3, 5][kind])
      throw new ColumnsRejection('A property has a wrong shape.');
    const rows = this.#reader.isNil() ? null : this.#rows(this.#reader.binary());
    const values = this.#values(kind, rows === null ? this.#count : rows.length);
    return { name, rows, values };
  }

  #rows(bytes: Uint8Array): Uint32Array {
    const length = bytes.byteLength / indexWidth(this.#count - 1);
    const unpacked =
      Number.isInteger(length) && length > 0 ? unpackIndices(bytes, length) : undefined;
    if (unpacked === undefined) throw new ColumnsRejection('Wrong length of rows.');
    const rows = new Uint32Array(unpacked);
    let above = -1;
    for (const row of rows) {
      if (row <= above) throw new ColumnsRejection('Rows do not ascend.');
      above = row;
    }
    if (above >= this.#count) throw new ColumnsRejection('A row is out of bounds.');
    return rows;
  }

  #values(kind: number, count: number): PropertyValues {
    switch (kind) {
      case 0: {
        const scale = this.#reader.uint(18);
        const integers = unpackIntegers(this.#reader.binary(), count);
        if (integers === undefined) throw new ColumnsRejection('Decimals are not safe integers.');
        return { kind: 'decimal', scale, integers };
      }
      case 1:
        return { kind: 'decimal-text', values: this.#strings(count, count, false) };
      case 2:
        return { kind: 'string', column: this.#stringColumn(count) };
      case 3: {
        const values = this.#reader.binary();
        if (values.byteLength !== count || values.some((value) => value > 1)) {
          throw new ColumnsRejection('Booleans are not 0 or 1.');
        }
        return { kind: 'boolean', values: values.slice() };
      }
      default:
        return { kind: 'json', values: this.#strings(count, count, false) };
    }
  }

  #stringColumn(count: number): StringColumn {
    const dictionary = this.#strings(1, count, this.#detached);
    if (this.#reader.isNil()) {
      if (dictionary.length !== 1) throw new ColumnsRejection('A dictionary has no indices.');
      return { dictionary, indices: null };
    }
    const bytes = this.#reader.binary();
    const indices = unpackIndices(bytes, count);
    if (indices?.BYTES_PER_ELEMENT !== indexWidth(dictionary.length - 1)) {
      throw new ColumnsRejection('Wrong length of indices.');
    }
    for (let row = 0; row < count; row++) {
      if ((indices[row] as number) >= dictionary.length) {
        throw new ColumnsRejection('An index is out of bounds.');
      }
    }
    return { dictionary, indices };
  }

  /** The three elements of a string list; the array's head is read by the caller. */
  #strings(min: number, max: number, detached: boolean): string[] {
    const count = this.#reader.uint(max);
    if (count < min) throw new ColumnsRejection('Too few strings.');
    const lengths = this.#reader.binary();
    const strings = unpackStrings([count, lengths, this.#reader.binary()], detached);
    if (strings === undefined)
      throw new ColumnsRejection('Strings are not UTF-8 of their lengths.');
    return strings;
  }
}

/** The limits of a request that hold for what the columns stand for, not for their bytes. */
function checkSizes(columns: EventColumns): void {
  const sizes = rowSizes(columns);
  let total = 0;
  for (let row = 0; row < columns.count; row++) {
    const size = sizes[row] as number;
    total += size;
    // Escapes make canonical JSON at most six times as long as the text it holds, small decimals a little more.
    if (size * 6 <= eventLimits.eventBytesMax) continue;
    const broken = checkEventSize(columnsEvent(columns, row));
    if (broken !== undefined) throw new ColumnsRejection(broken.message);
  }
  if (total > batchLimits.expandedBytesMax) {
    throw new ColumnsRejection(
      `The columns stand for more than ${batchLimits.expandedBytesMax} bytes.`,
    );
  }
}
