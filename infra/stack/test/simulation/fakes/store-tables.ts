/**
 * The rows of the analytics store in memory, with the behaviour of ReplacingMergeTree. Sort keys and version columns are read
 * from the product's own migrations: what collapses here is what collapses in ClickHouse.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { migrationsFolder } from '@tidemark/aggregator/store';
import { decodeNativeBlocks } from '@tidemark/rater/rows';
import type { NativeColumn } from '@tidemark/rater/rows';

/** Texts, numbers (integers below 2^53, times in ticks), hashes as bigint, decimals as scaled bigint, bytes as hex. */
type StoredValue = string | number | bigint | null;
export type StoredRow = Readonly<Record<string, StoredValue>>;

interface TableShape {
  readonly key: readonly string[];
  /** Greatest wins; `null`: the row that was inserted last. */
  readonly version: string | null;
}

const shapes = readShapes();
const hashColumns = new Set(['payload_hash', 'stored_xor']);
const ownerColumns = [
  'incarnation',
  'partition',
  'fingerprint',
  'offset',
  'index',
  'payload_hash',
  'log_time',
];

class StoredTable {
  readonly shape: TableShape;
  /** Every physical row, in the order of landing; merges take some away. */
  physical: StoredRow[] = [];
  readonly #collapsed = new Map<string, StoredRow>();

  constructor(shape: TableShape) {
    this.shape = shape;
  }

  land(row: StoredRow): void {
    this.physical.push(row);
    const key = this.keyOf(row);
    const known = this.#collapsed.get(key);
    const { version } = this.shape;
    const isOlder =
      known !== undefined && version !== null && Number(row[version]) < Number(known[version]);
    if (!isOlder) this.#collapsed.set(key, row);
  }

  /** As `FINAL` reads it, or every physical row. */
  rows(final: boolean): readonly StoredRow[] {
    return final ? [...this.#collapsed.values()] : this.physical;
  }

  /** A background merge: only the rows that win are left. */
  merge(): void {
    this.physical = [...this.#collapsed.values()];
  }

  keyOf(row: StoredRow): string {
    let key = '';
    for (const column of this.shape.key) key += `${String(row[column])}\n`;
    return key;
  }

  /** Takes rows away as if they had never been written; answers them with older rows of their keys coming back. */
  remove(where: (row: StoredRow) => boolean): StoredRow[] {
    const removed = this.physical.filter(where);
    const left = this.physical.filter((row) => !where(row));
    this.physical = [];
    this.#collapsed.clear();
    for (const row of left) this.land(row);
    return removed;
  }
}

export class StoreTables {
  readonly #tables = new Map<string, StoredTable>();
  readonly #versions: boolean;

  /** Without `versions` the row that landed last wins. */
  constructor(versions: boolean) {
    this.#versions = versions;
  }

  table(name: string): StoredTable {
    let table = this.#tables.get(name);
    if (table === undefined) {
      const shape = shapes.get(name);
      if (shape === undefined) throw new Error(`No migration creates the table ${name}.`);
      table = new StoredTable(this.#versions ? shape : { ...shape, version: null });
      this.#tables.set(name, table);
    }
    return table;
  }

  /** Lands a row, and what the materialised view makes of it. */
  land(table: string, row: StoredRow): void {
    this.table(table).land(row);
    if (table !== 'usage_events') return;
    const owner = Object.fromEntries(ownerColumns.map((column) => [column, row[column] ?? null]));
    this.table('event_owners').land(owner);
  }

  merge(): void {
    for (const table of this.#tables.values()) table.merge();
  }
}

/** The rows of encoded blocks. */
export function rowsOfBlocks(blocks: readonly Uint8Array[]): StoredRow[] {
  return blocks.flatMap((block) =>
    decodeNativeBlocks(block).flatMap(({ rows, columns }) => {
      const values = columns.map(valuesOf);
      return Array.from({ length: rows }, (_, at) => {
        const row: Record<string, StoredValue> = {};
        columns.forEach(({ name }, column) => {
          row[name] = values[column]?.[at] ?? null;
        });
        return row;
      });
    }),
  );
}

function valuesOf(column: NativeColumn): readonly StoredValue[] {
  switch (column.kind) {
    case 'text':
    case 'decimal':
      return column.values;
    case 'number':
      return Array.from(column.values);
    case 'integer': {
      const isHash = hashColumns.has(column.name);
      return Array.from<bigint, StoredValue>(column.values as ArrayLike<bigint>, (value) =>
        isHash ? value : Number(value),
      );
    }
    case 'bytes': {
      const { width, values } = column;
      return Array.from({ length: values.length / width }, (_, at) =>
        Buffer.from(values.subarray(at * width, (at + 1) * width)).toString('hex'),
      );
    }
  }
}

function readShapes(): Map<string, TableShape> {
  const found = new Map<string, TableShape>();
  for (const file of readdirSync(migrationsFolder).sort()) {
    const sql = readFileSync(new URL(file, migrationsFolder), 'utf8').replace(/--.*$/gm, '');
    const statement =
      /CREATE TABLE (?:IF NOT EXISTS )?(\w+)[\s\S]*?ENGINE = ReplacingMergeTree(?:\((\w+)\))?[\s\S]*?ORDER BY \(([^)]*)\)/g;
    for (const [, name = '', version, key = ''] of sql.matchAll(statement)) {
      const columns = key.split(',').map((column) => column.trim().replaceAll('`', ''));
      found.set(name, { key: columns, version: version ?? null });
    }
  }
  return found;
}
