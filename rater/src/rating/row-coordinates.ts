/**
 * Where the rows of some columns stand in the log, and when the log took them. The rows of an envelope share one record; those
 * of a run (foreign-run.ts) are the only events of neighbouring records. Whatever depends on a row's coordinate asks here, so
 * that a run writes the rows that its records would write one by one.
 */
import type { PartitionBatch } from './partition-batch.ts';

export interface RowCoordinates {
  readonly incarnation: number;
  readonly partition: number;
  readonly backfill: boolean;
  offsetAt(row: number): number;
  indexAt(row: number): number;
  /** Of the record itself, not the running maximum; milliseconds. */
  logTimeAt(row: number): number;
  /** The moment by which the row's time is judged: the running maximum of the log time, microseconds. */
  judgedAt(row: number): number;
  /** The rows' offsets, indices and log times, column by column. */
  append(columns: CoordinateColumns, rows: Uint32Array): void;
}

type EventBuilders = PartitionBatch['events']['columns'];

/** Rows that stand for a whole record have no index. */
export type CoordinateColumns = Pick<
  EventBuilders,
  'incarnation' | 'partition' | 'offset' | 'log_time'
> &
  Partial<Pick<EventBuilders, 'index'>>;

/** What all rows of one partition share. */
export interface RowOrigin {
  readonly incarnation: number;
  readonly partition: number;
}

export interface RecordOrigin extends RowOrigin {
  readonly offset: number;
  readonly logTimeMs: number;
  /** Running maximum of the log time, this record included. */
  readonly logTimeMaxMs: number;
  readonly backfill: boolean;
}

const microsecondsPerMs = 1000;

export class RecordCoordinates implements RowCoordinates {
  readonly incarnation: number;
  readonly partition: number;
  readonly backfill: boolean;
  readonly #offset: number;
  readonly #logTimeMs: number;
  readonly #judged: number;

  constructor(origin: RecordOrigin) {
    this.incarnation = origin.incarnation;
    this.partition = origin.partition;
    this.backfill = origin.backfill;
    this.#offset = origin.offset;
    this.#logTimeMs = origin.logTimeMs;
    this.#judged = origin.logTimeMaxMs * microsecondsPerMs;
  }

  offsetAt(): number {
    return this.#offset;
  }

  indexAt(row: number): number {
    return row;
  }

  logTimeAt(): number {
    return this.#logTimeMs;
  }

  judgedAt(): number {
    return this.#judged;
  }

  append(columns: CoordinateColumns, rows: Uint32Array): void {
    const { length } = rows;
    columns.incarnation.appendRun(this.incarnation, length);
    columns.partition.appendRun(this.partition, length);
    columns.offset.appendRun(this.#offset, length);
    columns.index?.appendWords(rows);
    columns.log_time.appendRun(this.#logTimeMs, length);
  }
}

/** One event a record: index 0 at consecutive offsets. */
export class RunCoordinates implements RowCoordinates {
  readonly incarnation: number;
  readonly partition: number;
  readonly backfill = false;
  readonly #offset: number;
  readonly #logTimesMs: Float64Array;
  readonly #judged: Float64Array;

  /** `offset` and `logTimeMaxMs` are those of the partition before the run; `logTimesMs` the records' own. */
  constructor(
    { incarnation, partition }: RowOrigin,
    offset: number,
    logTimesMs: Float64Array,
    logTimeMaxMs: number,
  ) {
    this.incarnation = incarnation;
    this.partition = partition;
    this.#offset = offset;
    this.#logTimesMs = logTimesMs;
    let maxMs = logTimeMaxMs;
    this.#judged = logTimesMs.map((ms) => {
      maxMs = Math.max(maxMs, ms);
      return maxMs * microsecondsPerMs;
    });
  }

  offsetAt(row: number): number {
    return this.#offset + row;
  }

  indexAt(): number {
    return 0;
  }

  logTimeAt(row: number): number {
    return this.#logTimesMs[row] ?? 0;
  }

  judgedAt(row: number): number {
    return this.#judged[row] ?? 0;
  }

  append(columns: CoordinateColumns, rows: Uint32Array): void {
    const { length } = rows;
    columns.incarnation.appendRun(this.incarnation, length);
    columns.partition.appendRun(this.partition, length);
    columns.offset.appendFrom(this.#offset, rows);
    columns.index?.appendRun(0, length);
    columns.log_time.appendValues(this.#logTimesMs, rows);
  }
}
