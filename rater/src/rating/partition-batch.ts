/**
 * The rows of one partition between two flushes, already in columns. `take` hands them over as encoded Native blocks with the
 * progress they reach; the next batch starts empty.
 */
import type { Progress } from '../ports.ts';
import type { RunningTotal } from './charge-totals.ts';
import { NativeBlockBuilder } from './native-block.ts';
import { progressOf } from './partition-state.ts';
import type { PartitionState } from './partition-state.ts';
import { rowTables } from './rows.ts';
import type { RowTable } from './rows.ts';

/** Rows of one Native block at most; a larger batch is cut into several blocks. */
const blockRowsMax = 100_000;
/** Bytes of one Native block at most, but for the rows of the envelope that passes it. */
const blockBytesMax = 64 * 1024 * 1024;

/** Totals between two looks at the size of their block. */
const totalsBetweenCuts = 256;

export type BatchTable = Exclude<RowTable, 'progress'>;

export interface TakenBatch {
  readonly blocks: Readonly<Partial<Record<BatchTable, Uint8Array<ArrayBuffer>[]>>>;
  readonly rows: number;
  /** What the rows reach: true once they are durable, not before. */
  readonly progress: Progress;
}

export class PartitionBatch {
  readonly events = new NativeBlockBuilder(rowTables.usage_events);
  readonly totals = new NativeBlockBuilder(rowTables.charge_totals);
  readonly outcomes = new NativeBlockBuilder(rowTables.envelope_outcomes);
  readonly deadLetters = new NativeBlockBuilder(rowTables.dead_letters);
  readonly conflicts = new NativeBlockBuilder(rowTables.event_conflicts);
  #blocks: Partial<Record<BatchTable, Uint8Array<ArrayBuffer>[]>> = {};
  #rows = 0;

  /** Rows that wait to be taken, without the totals. */
  get rows(): number {
    return (
      this.#rows +
      this.events.rows +
      this.outcomes.rows +
      this.deadLetters.rows +
      this.conflicts.rows
    );
  }

  /** Closes blocks that are large enough; called after each record. */
  cutBlocks(): void {
    this.#cut('usage_events', this.events);
    this.#cut('envelope_outcomes', this.outcomes);
    this.#cut('dead_letters', this.deadLetters);
    this.#cut('event_conflicts', this.conflicts);
  }

  take(state: PartitionState): TakenBatch {
    for (const total of state.totals.takeChanged()) this.#appendTotal(total, state);
    this.#close('usage_events', this.events);
    this.#close('charge_totals', this.totals);
    this.#close('envelope_outcomes', this.outcomes);
    this.#close('dead_letters', this.deadLetters);
    this.#close('event_conflicts', this.conflicts);
    const taken = { blocks: this.#blocks, rows: this.#rows, progress: progressOf(state) };
    this.#blocks = {};
    this.#rows = 0;
    return taken;
  }

  #appendTotal(total: RunningTotal, state: PartitionState): void {
    const { segment } = total;
    const { rater } = segment.metered;
    const { columns } = this.totals;
    columns.tenant.append(segment.tenant);
    columns.customer.append(segment.customer);
    columns.subscription.append(segment.subscription);
    columns.charge.append(segment.charge);
    columns.period_start.append(segment.period.from);
    columns.segment_start.append(segment.from);
    columns.incarnation.append(state.incarnation);
    columns.partition.append(state.partition);
    columns.version.append(total.version);
    columns.epoch.append(total.epoch);
    columns.events.append(total.events);
    columns.state.append(rater.encode(total.state));
    columns.quantity.append(total.ended ? null : rater.quantity(total.state));
    columns.amount.append(
      total.ended ? 0n : rater.exactAmount(total.state, { period: segment.period }),
    );
    if (total.ended) state.totals.end(segment.key);
    if (this.totals.rows % totalsBetweenCuts === 0) this.#cut('charge_totals', this.totals);
  }

  #cut(table: BatchTable, builder: BlockSource): void {
    if (builder.rows >= blockRowsMax || builder.byteSize() >= blockBytesMax)
      this.#close(table, builder);
  }

  #close(table: BatchTable, builder: BlockSource): void {
    this.#rows += builder.rows;
    const block = builder.take();
    if (block !== undefined) (this.#blocks[table] ??= []).push(block);
  }
}

interface BlockSource {
  readonly rows: number;
  byteSize(): number;
  take(): Uint8Array<ArrayBuffer> | undefined;
}
