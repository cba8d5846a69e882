/**
 * The analytics store in memory: takes the rater's Native blocks, keeps every physical row, and reads as ClickHouse is read:
 * collapsed by key, bounded by offset. It watches the two laws on which everything rests: a row with a given coordinate is
 * always the same row, and `progress` never promises what is not there.
 */
import { AppError } from '@tidemark/platform/errors';
import type {
  OwnerColumns,
  OwnerQuery,
  OwnerRange,
  PartitionBound,
  Progress,
  StoredChargeTotal,
  StoredUsageEvent,
  UsageEventQuery,
  UsageSink,
  UsageStore,
} from '../../src/ports.ts';
import { decodeNativeBlocks } from '../../src/rating/rows.ts';
import type { NativeColumn, RowBlocks, RowTable } from '../../src/rating/rows.ts';

export type Row = Readonly<Record<string, string>>;
type Table = Exclude<RowTable, 'progress'>;

const coordinate = ['incarnation', 'partition', 'offset', 'index'];
const totalKey = ['tenant', 'subscription', 'charge', 'period_start', 'segment_start'];

/** Columns that identify a physical row; equal keys must mean equal rows. */
const rowKeys: Readonly<Record<Table, readonly string[]>> = {
  usage_events: coordinate,
  charge_totals: [...totalKey, 'incarnation', 'partition', 'version'],
  envelope_outcomes: ['tenant', 'type', 'incarnation', 'partition', 'offset'],
  dead_letters: coordinate,
  event_conflicts: coordinate,
};

export type SinkFault =
  /** The write never arrives. */
  | 'refused'
  /** The write lands, the answer is lost. */
  | 'answer-lost'
  /** The write is reported as failed and lands at the next `landLate`. */
  | 'late';

export class MemoryUsageStore implements UsageSink, UsageStore {
  readonly #tables = new Map<Table, Map<string, Row>>();
  readonly #progress: Progress[] = [];
  readonly #late: (() => void)[] = [];
  /** Faults of the next writes, in order. */
  readonly rowFaults: SinkFault[] = [];
  readonly progressFaults: SinkFault[] = [];
  /** Reads fail while true, writes too. */
  down = false;
  /** What broke one of the laws. */
  readonly violations: string[] = [];
  physicalRows = 0;
  rowWrites = 0;
  lastWriteRows = 0;
  /** Called after each write that landed. */
  onWrite: (() => void) | undefined;

  writeRows(blocks: RowBlocks): Promise<void> {
    this.rowWrites++;
    return this.#write(this.rowFaults.shift(), () => this.#landRows(blocks));
  }

  writeProgress(rows: readonly Progress[]): Promise<void> {
    return this.#write(this.progressFaults.shift(), () => this.#landProgress(rows));
  }

  /** Lets the writes land that were reported as failed. */
  landLate(): void {
    for (const land of this.#late.splice(0)) land();
  }

  readProgress(): Promise<Progress[]> {
    if (this.down) return Promise.reject(unavailable());
    const greatest = new Map<string, Progress>();
    for (const row of this.#progress) {
      const key = `${row.incarnation}/${row.partition}`;
      if ((greatest.get(key)?.next ?? -1) <= row.next) greatest.set(key, row);
    }
    return Promise.resolve([...greatest.values()]);
  }

  async countEvents(bound: PartitionBound): Promise<number> {
    await this.#arrive();
    return this.#events(bound).length;
  }

  async *readOwners(range: OwnerRange): AsyncIterable<OwnerColumns> {
    await this.#arrive();
    const owned = this.#events(range).filter((row) => Number(row['offset']) >= range.from);
    for (let at = 0; at < owned.length; at += 5) yield ownerColumns(owned.slice(at, at + 5));
  }

  async findOwners(query: OwnerQuery): Promise<OwnerColumns> {
    await this.#arrive();
    const wanted = new Set<string>();
    for (let at = 0; at < query.fingerprints.length; at += 16) {
      wanted.add(Buffer.from(query.fingerprints.subarray(at, at + 16)).toString('hex'));
    }
    return ownerColumns(this.#events(query).filter((row) => wanted.has(row['fingerprint'] ?? '')));
  }

  async *readChargeTotals(query: PartitionBound): AsyncIterable<StoredChargeTotal[]> {
    await this.#arrive();
    const rows = this.collapsed('charge_totals').filter((row) => isOf(row, query));
    for (const row of rows) {
      yield [
        {
          tenant: row['tenant'] ?? '',
          customer: row['customer'] ?? '',
          subscription: row['subscription'] ?? '',
          charge: row['charge'] ?? '',
          periodStart: Number(row['period_start']),
          segmentStart: Number(row['segment_start']),
          version: Number(row['version']),
          events: Number(row['events']),
          state: row['state'] ?? '',
        },
      ];
    }
  }

  async *readUsageEvents(query: UsageEventQuery): AsyncIterable<StoredUsageEvent[]> {
    await this.#arrive();
    const events = this.#events(query)
      .filter(
        (row) =>
          row['tenant'] === query.tenant &&
          query.subjects.includes(row['subject'] ?? '') &&
          query.types.includes(row['type'] ?? '') &&
          Number(row['time']) >= query.from &&
          Number(row['time']) < query.to,
      )
      .map((row): StoredUsageEvent => ({
        tenant: row['tenant'] ?? '',
        subject: row['subject'] ?? '',
        type: row['type'] ?? '',
        source: row['source'] ?? '',
        id: row['id'] ?? '',
        time: Number(row['time']),
        data: row['data'] ?? '',
        partition: Number(row['partition']),
        offset: Number(row['offset']),
        index: Number(row['index']),
      }))
      .sort(
        (a, b) =>
          (a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : 0) ||
          a.time - b.time ||
          a.offset - b.offset ||
          a.index - b.index,
      );
    for (let at = 0; at < events.length; at += 4) yield events.slice(at, at + 4);
  }

  /** The rows as a reader sees them, in the order of their keys. */
  collapsed(table: Table): Row[] {
    const rows = [...(this.#tables.get(table)?.entries() ?? [])];
    if (table !== 'charge_totals') return rows.sort(byText).map(([, row]) => row);
    const newest = new Map<string, Row>();
    for (const [, row] of rows) {
      const key = keyOf(row, [...totalKey, 'incarnation', 'partition']);
      if (Number(newest.get(key)?.['version'] ?? -1) < Number(row['version'])) newest.set(key, row);
    }
    return [...newest.entries()].sort(byText).map(([, row]) => row);
  }

  /** Everything a reader can see, as one comparable value. */
  contents(): Record<Table, Row[]> {
    return {
      usage_events: this.collapsed('usage_events'),
      charge_totals: this.collapsed('charge_totals'),
      envelope_outcomes: this.collapsed('envelope_outcomes'),
      dead_letters: this.collapsed('dead_letters'),
      event_conflicts: this.collapsed('event_conflicts'),
    };
  }

  /** Rows that a power failure took although they were acknowledged. */
  lose(table: Table, where: (row: Row) => boolean): void {
    const rows = this.#tables.get(table);
    for (const [key, row] of rows ?? []) if (where(row)) rows?.delete(key);
  }

  /** Goes back to an earlier promise, as if the later ones had never been written. */
  forgetProgressAbove(partition: number, next: number): void {
    for (let at = this.#progress.length - 1; at >= 0; at--) {
      const row = this.#progress[at];
      if (row?.partition === partition && row.next > next) this.#progress.splice(at, 1);
    }
  }

  progressRows(partition: number): Progress[] {
    return this.#progress.filter((row) => row.partition === partition);
  }

  async #write(fault: SinkFault | undefined, land: () => void): Promise<void> {
    await Promise.resolve();
    if (this.down || fault === 'refused') throw unavailable();
    if (fault === 'late') {
      this.#late.push(land);
      throw unavailable();
    }
    land();
    this.onWrite?.();
    if (fault === 'answer-lost') throw unavailable();
  }

  async #arrive(): Promise<void> {
    await Promise.resolve();
    if (this.down) throw unavailable();
  }

  #landRows(blocks: RowBlocks): void {
    this.lastWriteRows = 0;
    for (const [table, encoded] of Object.entries(blocks)) {
      for (const row of encoded.flatMap(rowsOf)) this.#landRow(table as Table, row);
    }
  }

  #landRow(table: Table, row: Row): void {
    this.physicalRows++;
    this.lastWriteRows++;
    const rows = this.#tables.get(table) ?? new Map<string, Row>();
    this.#tables.set(table, rows);
    const key = keyOf(row, rowKeys[table]);
    const known = rows.get(key);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(row)) {
      this.violations.push(
        `${table} ${key}: ${JSON.stringify(known)} became ${JSON.stringify(row)}`,
      );
    }
    rows.set(key, row);
  }

  #landProgress(rows: readonly Progress[]): void {
    for (const row of rows) {
      const stored = this.#events({ ...row, below: row.next }).length;
      if (stored !== row.counts.stored) {
        this.violations.push(
          `progress ${row.partition}@${row.next} promises ${row.counts.stored} events, ${stored} are stored`,
        );
      }
      const { logged, duplicate, dead } = row.counts;
      if (logged !== row.counts.stored + duplicate + dead) {
        this.violations.push(`progress ${row.partition}@${row.next} does not add up`);
      }
      this.#progress.push(row);
    }
  }

  #events(bound: PartitionBound): Row[] {
    return this.collapsed('usage_events').filter(
      (row) => isOf(row, bound) && Number(row['offset']) < bound.below,
    );
  }
}

function unavailable(): AppError {
  return new AppError('unavailable', 'test/store-away', 'The store is away.');
}

function isOf(row: Row, bound: PartitionBound): boolean {
  return (
    Number(row['incarnation']) === bound.incarnation && Number(row['partition']) === bound.partition
  );
}

function keyOf(row: Row, columns: readonly string[]): string {
  return columns.map((column) => (row[column] ?? '').padStart(20, '0')).join(' ');
}

function byText(left: readonly [string, Row], right: readonly [string, Row]): number {
  return left[0] < right[0] ? -1 : left[0] > right[0] ? 1 : 0;
}

/** The rows of one encoded block, all values as text. */
export function rowsOf(block: Uint8Array): Row[] {
  return decodeNativeBlocks(block).flatMap(({ rows, columns }) =>
    Array.from({ length: rows }, (_, row) =>
      Object.fromEntries(columns.map((column) => [column.name, textOf(column, row)])),
    ),
  );
}

function textOf(column: NativeColumn, row: number): string {
  if (column.kind !== 'bytes') return String(column.values[row]);
  const { width, values } = column;
  return Buffer.from(values.subarray(row * width, (row + 1) * width)).toString('hex');
}

function ownerColumns(rows: readonly Row[]): OwnerColumns {
  return {
    count: rows.length,
    fingerprints: Uint8Array.from(
      Buffer.concat(rows.map((row) => Buffer.from(row['fingerprint'] ?? '', 'hex'))),
    ),
    offsets: Float64Array.from(rows, (row) => Number(row['offset'])),
    indices: Uint32Array.from(rows, (row) => Number(row['index'])),
    payloadHashes: BigUint64Array.from(rows, (row) => BigInt(row['payload_hash'] ?? 0)),
  };
}
