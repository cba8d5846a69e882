/**
 * The analytics store as a server, and the `ClickHouse` port of a process on it. Inserts may be refused, land in part, land
 * twice, land long after their caller was told that they failed, or in another order than they were sent.
 */
import type { ClickHouse, ClickHouseQuery } from '@tidemark/platform/clickhouse';
import { AppError } from '@tidemark/platform/errors';
import type { z } from 'zod';
import { noAnswer } from '../engine/simulated-process.ts';
import type { SimulatedProcess } from '../engine/simulated-process.ts';
import type { VirtualLoop } from '../engine/virtual-loop.ts';
import type { Network } from '../engine/network.ts';
import { answerNative, answerStatement } from './store-statements.ts';
import type { AnswerRow, Parameters } from './store-statements.ts';
import { StoreTables, rowsOfBlocks } from './store-tables.ts';
import type { StoredRow } from './store-tables.ts';

export class SimulatedStore {
  readonly tables: StoreTables;
  readonly #loop: VirtualLoop;
  readonly #network: Network;
  /** Answers nothing and takes nothing while true. */
  down = false;
  /** Inserts that have failed for their caller and are still to land. */
  readonly #late = new Set<() => void>();

  constructor(loop: VirtualLoop, network: Network, versions: boolean) {
    this.tables = new StoreTables(versions);
    this.#loop = loop;
    this.#network = network;
  }

  read(sql: string, parameters: Parameters): AnswerRow[] {
    this.#awake();
    return answerStatement({ sql, parameters, tables: this.tables });
  }

  readNative(sql: string, parameters: Parameters): Uint8Array {
    this.#awake();
    return answerNative({ sql, parameters, tables: this.tables });
  }

  insert(table: string, blocks: readonly Uint8Array[]): void {
    this.#awake();
    const network = this.#network;
    const landing = network.landing();
    const rows = landing === 'refused' ? [] : rowsOfBlocks(blocks);
    if (landing !== 'whole') this.#loop.note(() => `insert into ${table}: ${landing}`);
    switch (landing) {
      case 'refused':
        throw unavailable('refused');
      case 'partial':
        this.#land(
          table,
          rows.filter(() => network.random.chance(0.5)),
        );
        throw unavailable('failed in the middle');
      case 'late':
        this.#landLate(table, rows);
        throw unavailable('timed out');
      case 'twice':
        this.#landLate(table, rows);
        break;
      case 'whole':
        break;
    }
    this.#land(table, rows);
    if (network.chance(0.05)) this.tables.merge();
  }

  /** Everything that is still on its way lands now. */
  landAllLate(): void {
    for (const land of this.#late) land();
  }

  #landLate(table: string, rows: readonly StoredRow[]): void {
    const land = (): void => {
      cancel();
      this.#late.delete(land);
      this.#land(table, rows);
    };
    const cancel = this.#loop.after(this.#network.lateMs(), `rows land late in ${table}`, land);
    this.#late.add(land);
  }

  #land(table: string, rows: readonly StoredRow[]): void {
    this.#loop.note(
      () => `${rows.length} rows land in ${table}${table === 'progress' ? progressText(rows) : ''}`,
    );
    for (const row of rows) this.tables.land(table, row);
  }

  #awake(): void {
    if (this.down) throw unavailable('away');
  }
}

function unavailable(what: string): AppError {
  return new AppError('unavailable', 'platform/clickhouse-unavailable', `The store: ${what}.`);
}

function progressText(rows: readonly StoredRow[]): string {
  return ` (${rows.map((row) => `${String(row['partition'])}@${String(row['next'])}`).join(' ')})`;
}

/** Changes what a statement says or what it is answered, to take a guard away. */
export interface StoreDistortion {
  readonly sql?: (sql: string) => string;
  readonly rows?: (sql: string, rows: AnswerRow[], parameters: Parameters) => AnswerRow[];
}

/** The store as one process reaches it. */
export function storeClient(
  store: SimulatedStore,
  owner: SimulatedProcess,
  distortion: StoreDistortion = {},
): ClickHouse {
  const read = async (sql: string, parameters: Parameters): Promise<AnswerRow[]> => {
    const said = distortion.sql?.(sql) ?? sql;
    const label = /FROM (\w+)/.exec(sql)?.[1] ?? 'store';
    const rows = await owner.call(`reads ${label}`, () => store.read(said, parameters));
    return distortion.rows?.(sql, rows, parameters) ?? rows;
  };
  return {
    async query<Schema extends z.ZodType>(query: ClickHouseQuery<Schema>) {
      const rows = await read(query.sql, query.parameters ?? {});
      return rows.map((row) => query.row.parse(row));
    },
    async *stream<Schema extends z.ZodType>(query: ClickHouseQuery<Schema>) {
      const rows = await read(query.sql, query.parameters ?? {});
      const { network } = owner;
      for (let at = 0; at < rows.length;) {
        if (at > 0 && network.chance(0.03)) throw noAnswer('the rest of a stream');
        const size = network.random.between(1, 6);
        yield rows.slice(at, at + size).map((row) => query.row.parse(row));
        at += size;
      }
    },
    queryNative: (sql, parameters = {}) =>
      owner.call('reads blocks', () => store.readNative(distortion.sql?.(sql) ?? sql, parameters)),
    command: () => Promise.reject(unavailable('knows no commands')),
    insertNative: (table, _columns, blocks) =>
      owner.call(`writes ${table}`, () => store.insert(table, blocks)),
    ping: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
