/** The outcomes of a run: each of its records holds one event, so each has one row. */
import type { EventColumns } from '@tidemark/ingest/contract';
import type { EventOutcome, Outcomes } from './outcome-counts.ts';
import type { PartitionBatch } from './partition-batch.ts';
import type { MutableCounts } from './partition-state.ts';
import type { RowCoordinates } from './row-coordinates.ts';

const countColumns = ['stored', 'duplicate', 'conflict', 'dead'] as const;

export class RunOutcomes implements Outcomes {
  readonly #columns: EventColumns;
  readonly #rows: Uint32Array;
  /** Payload hashes of stored events, two lanes a row; 0 for all others, as the xor of no event. */
  readonly #xors: Uint32Array;
  /** 1 in the rows that count; a conflict counts as a duplicate too. */
  readonly #counts: Readonly<Record<EventOutcome, Uint8Array>>;

  constructor(columns: EventColumns) {
    const { count } = columns;
    this.#columns = columns;
    this.#rows = Uint32Array.from({ length: count }, (_, row) => row);
    this.#xors = new Uint32Array(count * 2);
    this.#counts = {
      stored: new Uint8Array(count),
      duplicate: new Uint8Array(count),
      conflict: new Uint8Array(count),
      dead: new Uint8Array(count),
    };
  }

  count(row: number, outcome: Exclude<EventOutcome, 'stored'>): void {
    this.#counts[outcome][row] = 1;
    if (outcome === 'conflict') this.#counts.duplicate[row] = 1;
  }

  countStored(row: number, payloads: Uint32Array, at: number): void {
    this.#counts.stored[row] = 1;
    this.#xors[row * 2] = payloads[at] ?? 0;
    this.#xors[row * 2 + 1] = payloads[at + 1] ?? 0;
  }

  finish(batch: PartitionBatch, coordinates: RowCoordinates, sums: MutableCounts): void {
    const { columns } = batch.outcomes;
    const { count, tenant, type } = this.#columns;
    columns.tenant.appendEntries(tenant, this.#rows);
    columns.type.appendEntries(type, this.#rows);
    coordinates.append(columns, this.#rows);
    columns.logged.appendRun(1, count);
    sums.logged += count;
    for (const name of countColumns) sums[name] += appendFlags(columns[name], this.#counts[name]);
    columns.stored_xor.appendLanes(this.#xors, 2, this.#rows);
  }
}

type FlagColumn = PartitionBatch['outcomes']['columns']['stored'];

/** Appends the flags, nearly always all alike; answers how many are set. */
function appendFlags(column: FlagColumn, flags: Uint8Array): number {
  let set = 0;
  for (const flag of flags) set += flag;
  if (set === 0 || set === flags.length) column.appendRun(set === 0 ? 0 : 1, flags.length);
  else for (const flag of flags) column.append(flag);
  return set;
}
