/**
 * Gathers events, one by one or from other columns, into `EventColumns`. The gateway holds one builder per partition,
 * the SDK one per batch. Adding never fails; the caller checks `isFull` after each addition. Runs in browsers too.
 */
import type { EventColumns } from './event-columns.ts';
import type { JsonValue } from './canonical-json.ts';
import { utf8Length } from './canonical-json.ts';
import { IdBuilder, StringColumnBuilder } from './column-builders.ts';
import { GrowingFloats } from './growing-numbers.ts';
import { batchLimits } from './limits.ts';
import { plainKind } from './plain-events.ts';
import type { PlainEvents } from './plain-events.ts';
import { PropertyBuilder } from './property-builder.ts';
import { rowSizes } from './row-sizes.ts';
import type { AcceptedEvent } from './usage-event.ts';

/** Bytes a row costs beside its strings: time, id and four indices. */
const rowOverhead = 40;

export class ColumnsBuilder {
  #count = 0;
  #bytes = 0;
  #expandedBytes = 0;
  readonly #tenant = new StringColumnBuilder();
  readonly #subject = new StringColumnBuilder();
  readonly #source = new StringColumnBuilder();
  readonly #type = new StringColumnBuilder();
  readonly #id = new IdBuilder();
  readonly #times = new GrowingFloats();
  readonly #properties = new Map<string, PropertyBuilder>();
  /** The same in the order in which they came. */
  readonly #inOrder: PropertyBuilder[] = [];

  get count(): number {
    return this.#count;
  }

  /** An estimate of the encoded size that errs upwards. */
  get bytes(): number {
    return this.#bytes;
  }

  /** True from the moment at which another event would make the envelope larger than it should be. */
  get isFull(): boolean {
    return (
      this.#count >= batchLimits.envelopeEventsMax ||
      this.#bytes >= batchLimits.envelopeBytesMax ||
      this.#expandedBytes >= batchLimits.expandedBytesMax ||
      this.#properties.size >= batchLimits.columnsPropertiesMax / 8
    );
  }

  add(event: AcceptedEvent): void {
    const row = this.#count++;
    this.#bytes +=
      rowOverhead +
      this.#tenant.add(event.tenant) +
      this.#subject.add(event.subject) +
      this.#source.add(event.source) +
      this.#type.add(event.type) +
      this.#id.addText(event.id);
    this.#times.push(event.time);
    const { data } = event;
    for (const name in data) {
      const value = data[name] as JsonValue;
      const property = this.#property(name);
      this.#bytes += property.add(row, value);
      this.#expandedBytes += name.length + (typeof value === 'string' ? value.length : 16);
    }
  }

  /** Adds event `index` of `events`. */
  addPlain(events: PlainEvents, index: number): void {
    const row = this.#count++;
    const id = events.idTexts[index];
    this.#bytes +=
      rowOverhead +
      this.#tenant.add(events.tenant) +
      this.#subject.add(events.subjects[index] as string) +
      this.#source.add(events.sources[index] as string) +
      this.#type.add(events.types[index] as string) +
      (id === undefined ? this.#id.addBinary(events.ids, index * 16) : this.#id.addText(id));
    this.#times.push(events.times[index] as number);
    const start = events.propertyStart(index);
    const end = events.propertyEnds[index] as number;
    for (let at = start; at < end; at++) {
      const name = events.names[at] as string;
      const text = events.texts[at] as string;
      // Neighbours mostly have the same properties in the same order.
      const likely = this.#inOrder[at - start];
      const property = likely?.name === name ? likely : this.#property(name);
      this.#bytes += addPlainValue(property, row, events, at);
      this.#expandedBytes += name.length + (text.length > 16 ? text.length : 16);
    }
  }

  /**
   * Adds rows of other columns, given as ascending row numbers, from position `from` of that list; stops when the batch
   * is full. Returns the position of the first row that was not taken (`rows.length` when all were). A batch that is not
   * full takes at least one row.
   */
  addRows(columns: EventColumns, rows: Uint32Array, from = 0): number {
    const sizes = rowSizes(columns);
    let position = from;
    while (position < rows.length && !this.isFull) {
      let budget = batchLimits.envelopeBytesMax - this.#bytes;
      let until = position;
      const last = Math.min(rows.length, position + batchLimits.envelopeEventsMax - this.#count);
      do {
        const size = sizes[rows[until] as number] as number;
        budget -= size;
        this.#expandedBytes += size;
        until++;
      } while (
        until < last &&
        budget >= (sizes[rows[until] as number] as number) &&
        this.#expandedBytes < batchLimits.expandedBytesMax
      );
      this.#addBlock(columns, rows.subarray(position, until));
      position = until;
    }
    return position;
  }

  /** The columns of all events added so far; the builder is used up afterwards. */
  build(): EventColumns {
    const count = this.#count;
    const properties = [...this.#properties.values()].flatMap((property) => property.build(count));
    return {
      count,
      tenant: this.#tenant.build(),
      subject: this.#subject.build(),
      source: this.#source.build(),
      type: this.#type.build(),
      id: this.#id.build(),
      time: this.#times.toArray(),
      properties,
    };
  }

  #addBlock(columns: EventColumns, rows: Uint32Array): void {
    const first = this.#count;
    this.#count += rows.length;
    this.#bytes +=
      rows.length * rowOverhead +
      this.#tenant.addRows(columns.tenant, rows) +
      this.#subject.addRows(columns.subject, rows) +
      this.#source.addRows(columns.source, rows) +
      this.#type.addRows(columns.type, rows) +
      this.#id.addRows(columns.id, rows);
    this.#times.pushAt(columns.time, rows);
    for (const column of columns.properties) {
      const property = this.#property(column.name);
      this.#bytes += property.addRows(column, rows, first);
    }
  }

  #property(name: string): PropertyBuilder {
    let property = this.#properties.get(name);
    if (property === undefined) {
      property = new PropertyBuilder(name);
      this.#properties.set(name, property);
      this.#inOrder.push(property);
      this.#bytes += utf8Length(name) + 64;
    }
    return property;
  }
}

function addPlainValue(
  property: PropertyBuilder,
  row: number,
  events: PlainEvents,
  at: number,
): number {
  switch (events.kinds[at]) {
    case plainKind.number:
      return property.addScaled(row, events.integers[at] as number, events.scales[at] as number);
    case plainKind.string:
      return property.addString(row, events.texts[at] as string);
    default:
      return property.addBoolean(row, events.integers[at] === 1);
  }
}
