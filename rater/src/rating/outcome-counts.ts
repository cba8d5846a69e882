/** What became of the events of one record, by (tenant, type): the left side of the conservation equations. */
import type { StringColumn } from '@tidemark/ingest/contract';
import { DenseNumbers } from './dense-numbers.ts';
import type { PartitionBatch } from './partition-batch.ts';
import type { MutableCounts } from './partition-state.ts';
import { entryAt } from './property-reader.ts';
import type { RecordOrigin, RowCoordinates } from './row-coordinates.ts';

export type EventOutcome = 'stored' | 'duplicate' | 'conflict' | 'dead';

/** Told the outcome of every row, then writes the rows of `envelope_outcomes` and adds to the partition's totals. */
export interface Outcomes {
  count(row: number, outcome: Exclude<EventOutcome, 'stored'>): void;
  /** Counts a stored event and takes its payload hash, `payloads[at]` and the lane after it, into the row set's xor. */
  countStored(row: number, payloads: Uint32Array, at: number): void;
  finish(batch: PartitionBatch, coordinates: RowCoordinates, sums: MutableCounts): void;
}

type OutcomeOrigin = Pick<RecordOrigin, 'incarnation' | 'partition' | 'offset' | 'logTimeMs'>;

interface TypeCounts {
  readonly tenant: string;
  readonly type: string;
  logged: number;
  stored: number;
  duplicate: number;
  conflict: number;
  dead: number;
  xorLow: number;
  xorHigh: number;
}

export class OutcomeCounts implements Outcomes {
  readonly #tenants: StringColumn;
  readonly #types: StringColumn;
  readonly #numbers: DenseNumbers;
  readonly #counts: TypeCounts[] = [];

  constructor(tenants: StringColumn, types: StringColumn) {
    this.#tenants = tenants;
    this.#types = types;
    this.#numbers = new DenseNumbers(tenants.dictionary.length * types.dictionary.length);
  }

  count(row: number, outcome: Exclude<EventOutcome, 'stored'>): void {
    const counts = this.#of(row);
    counts.logged++;
    // A conflict is a duplicate with another payload.
    if (outcome === 'conflict') counts.duplicate++;
    counts[outcome]++;
  }

  countStored(row: number, payloads: Uint32Array, at: number): void {
    const counts = this.#of(row);
    counts.logged++;
    counts.stored++;
    counts.xorLow ^= payloads[at] ?? 0;
    counts.xorHigh ^= payloads[at + 1] ?? 0;
  }

  /** The rows are ordered by tenant and type. */
  finish(batch: PartitionBatch, coordinates: RowCoordinates, sums: MutableCounts): void {
    const { incarnation, partition } = coordinates;
    const offset = coordinates.offsetAt(0);
    const origin = { incarnation, partition, offset, logTimeMs: coordinates.logTimeAt(0) };
    const rows = this.#counts.toSorted(
      (a, b) => compare(a.tenant, b.tenant) || compare(a.type, b.type),
    );
    for (const counts of rows) {
      appendOutcome(batch, origin, counts);
      sums.logged += counts.logged;
      sums.stored += counts.stored;
      sums.duplicate += counts.duplicate;
      sums.conflict += counts.conflict;
      sums.dead += counts.dead;
    }
  }

  #of(row: number): TypeCounts {
    const tenant = entryAt(this.#tenants, row);
    const type = entryAt(this.#types, row);
    const key = tenant * this.#types.dictionary.length + type;
    const known = this.#counts[this.#numbers.find(key)];
    if (known !== undefined) return known;
    const counts = emptyCounts(
      this.#tenants.dictionary[tenant] ?? '',
      this.#types.dictionary[type] ?? '',
    );
    this.#counts[this.#numbers.add(key)] = counts;
    return counts;
  }
}

/** One record that is no batch of events: it counts as one dead event of no type. */
export function countPoison(
  batch: PartitionBatch,
  origin: OutcomeOrigin,
  sums: MutableCounts,
  tenant: string,
): void {
  appendOutcome(batch, origin, { ...emptyCounts(tenant, ''), logged: 1, dead: 1 });
  sums.logged++;
  sums.dead++;
}

function emptyCounts(tenant: string, type: string): TypeCounts {
  return {
    tenant,
    type,
    logged: 0,
    stored: 0,
    duplicate: 0,
    conflict: 0,
    dead: 0,
    xorLow: 0,
    xorHigh: 0,
  };
}

function appendOutcome(batch: PartitionBatch, origin: OutcomeOrigin, counts: TypeCounts): void {
  const { columns } = batch.outcomes;
  columns.tenant.append(counts.tenant);
  columns.type.append(counts.type);
  columns.incarnation.append(origin.incarnation);
  columns.partition.append(origin.partition);
  columns.offset.append(origin.offset);
  columns.log_time.append(origin.logTimeMs);
  columns.logged.append(counts.logged);
  columns.stored.append(counts.stored);
  columns.duplicate.append(counts.duplicate);
  columns.conflict.append(counts.conflict);
  columns.dead.append(counts.dead);
  columns.stored_xor.appendHalves(counts.xorLow >>> 0, counts.xorHigh >>> 0);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
