/**
 * Adds the events of some columns (an envelope, a run) to the totals they move, grouped: the events of one customer and type
 * share their charges, so where a charge is a plain count or sum its total moves once a group, by the number of events and the
 * sum of their values. Sums are kept as integers at the column's own scale, in columns where the whole envelope's sum is certain
 * to be a safe integer; everything else goes event by event. Both ways give the same state (rating-laws.test.ts).
 */
import type { EventColumns } from '@tidemark/ingest/contract';
import type { ChargeTotals, RunningTotal } from './charge-totals.ts';
import type { ColumnSample } from './column-sample.ts';
import { DenseNumbers } from './dense-numbers.ts';
import type { EnvelopeCustomers } from './envelope-customers.ts';
import { entryAt, textAt } from './property-reader.ts';
import type { RowCoordinates } from './row-coordinates.ts';
import type { SummedTotal, TotalRoute } from './subject-table.ts';

/** Events of one customer and type within one span of definitions. */
interface EventGroup {
  readonly route: TotalRoute;
  /** Totals whose state every event must move by itself. */
  readonly single: readonly RunningTotal[];
  /** Totals of the route that move by a sum. */
  readonly summed: readonly SummedTotal[];
  events: number;
  lastRow: number;
}

/** A property that every event of the envelope has, as numbers whose sum is safe. */
interface SummableColumn {
  readonly integers: Float64Array;
  readonly scale: number;
  /** By group, once all events are added and a total asks for them. */
  sums: Float64Array | undefined;
}

export interface TotalsTarget {
  readonly totals: ChargeTotals;
  readonly coordinates: Pick<RowCoordinates, 'offsetAt' | 'indexAt'>;
  readonly epoch: number;
}

export class EnvelopeTotals {
  readonly #columns: EventColumns;
  readonly #customers: EnvelopeCustomers;
  readonly #target: TotalsTarget;
  readonly #sample: ColumnSample;
  readonly #summable: ReadonlyMap<string, SummableColumn>;
  readonly #groups: EventGroup[] = [];
  /** The group by customer and type; the latest one where definitions change within the envelope. */
  readonly #groupNumbers: DenseNumbers;
  /** Rows that were added, with their groups. */
  readonly #rows: Uint32Array;
  readonly #rowGroups: Uint32Array;
  #added = 0;

  constructor(
    columns: EventColumns,
    customers: EnvelopeCustomers,
    sample: ColumnSample,
    target: TotalsTarget,
  ) {
    this.#columns = columns;
    this.#customers = customers;
    this.#sample = sample;
    this.#target = target;
    this.#summable = summableColumns(columns);
    this.#groupNumbers = new DenseNumbers(customers.codeCount * columns.type.dictionary.length);
    this.#rows = new Uint32Array(columns.count);
    this.#rowGroups = new Uint32Array(columns.count);
  }

  /** Notes one accepted event; rows ascend. Only totals that need each event by itself move already. */
  add(row: number): void {
    const { type, time } = this.#columns;
    const instant = time[row] ?? 0;
    const typeEntry = entryAt(type, row);
    const key = (this.#customers.codes[row] ?? 0) * type.dictionary.length + typeEntry;
    let number = this.#groupNumbers.find(key);
    let group = this.#groups[number];
    if (group === undefined || instant < group.route.from || instant >= group.route.to) {
      group = this.#openGroup(row, instant);
      this.#groups.push(group);
      number = this.#groupNumbers.add(key);
    }
    group.events++;
    group.lastRow = row;
    this.#rows[this.#added] = row;
    this.#rowGroups[this.#added++] = number;
    if (group.single.length > 0) this.#addSingle(row, group.single);
  }

  /** Moves the totals of all groups; nothing may be added afterwards. */
  finish(): void {
    const { totals, coordinates, epoch } = this.#target;
    const usage = { events: 0, sum: 0, scale: 0 };
    for (let number = 0; number < this.#groups.length; number++) {
      const group = this.#groups[number];
      if (group === undefined) continue;
      const offset = coordinates.offsetAt(group.lastRow);
      usage.events = group.events;
      usage.sum = 0;
      usage.scale = 0;
      for (const total of group.route.counted) totals.gather(total, usage, offset, epoch);
      for (const { property, total } of group.summed) {
        const column = this.#summable.get(property);
        if (column === undefined) continue;
        column.sums ??= this.#sumsOf(column.integers);
        usage.sum = column.sums[number] ?? 0;
        usage.scale = column.scale;
        totals.gather(total, usage, offset, epoch);
      }
    }
  }

  #openGroup(row: number, instant: number): EventGroup {
    const { type } = this.#columns;
    const route = this.#customers.at(row).route(textAt(type, row), instant);
    const { single, summed } = route;
    let alone: RunningTotal[] | undefined;
    for (const { property, total } of summed) {
      if (!this.#summable.has(property)) (alone ??= [...single]).push(total);
    }
    if (alone === undefined) return { route, single, summed, events: 0, lastRow: row };
    const inGroups = summed.filter(({ property }) => this.#summable.has(property));
    return { route, single: alone, summed: inGroups, events: 0, lastRow: row };
  }

  #sumsOf(integers: Float64Array): Float64Array {
    const sums = new Float64Array(this.#groups.length);
    for (let at = 0; at < this.#added; at++) {
      const group = this.#rowGroups[at] ?? 0;
      sums[group] = (sums[group] ?? 0) + (integers[this.#rows[at] ?? 0] ?? 0);
    }
    return sums;
  }

  #addSingle(row: number, totals: readonly RunningTotal[]): void {
    const { coordinates, epoch } = this.#target;
    const offset = coordinates.offsetAt(row);
    this.#sample.moveTo(row, offset, coordinates.indexAt(row));
    for (const total of totals) {
      if (total.segment.metered.rater.add(total.state, this.#sample) !== 'measured') continue;
      total.events++;
      this.#target.totals.touch(total, offset, epoch);
    }
  }
}

/** Decimal columns without a gap whose values, all of one sign, would still sum to a safe integer. */
function summableColumns({ count, properties }: EventColumns): Map<string, SummableColumn> {
  const columns = new Map<string, SummableColumn>();
  for (const { name, rows, values } of properties) {
    if (rows !== null || values.kind !== 'decimal') continue;
    const { integers, scale } = values;
    let greatest = 0;
    for (let row = 0; row < count; row++) {
      const size = Math.abs(integers[row] ?? 0);
      if (size > greatest) greatest = size;
    }
    if (greatest * count <= Number.MAX_SAFE_INTEGER)
      columns.set(name, { integers, scale, sums: undefined });
  }
  return columns;
}
