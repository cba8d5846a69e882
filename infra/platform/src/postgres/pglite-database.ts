/**
 * `SqlDatabase` over PGlite: Postgres in this process, for the embedded size. One connection, so transactions run one
 * after another. PGlite never calls fsync: it survives a kill of the process, not a power failure.
 */
import { PGlite } from '@electric-sql/pglite';
import { lockDirectory } from '../directory-lock/index.ts';
import { columnParsers } from './column-types.ts';
import type { SqlConnection, SqlDatabase, SqlParameter } from './sql-database.ts';
import { TransactionGuard, translated } from './transaction-guard.ts';

interface Queryable {
  query(text: string, parameters: unknown[]): Promise<{ rows: unknown[] }>;
}

/**
 * Opens, and creates at first, the database in `directory`; without one it is kept in memory. Two processes on one
 * directory would silently lose commits, so it is locked until `close` or the end of the process
 * (`platform/directory-in-use`).
 */
export async function createPgliteDatabase(
  directory?: string,
  options: { readonly lockWaitMs?: number } = {},
): Promise<SqlDatabase> {
  const waitMs = options.lockWaitMs ?? 0;
  const lock =
    directory === undefined
      ? undefined
      : await lockDirectory(directory, { purpose: 'database', waitMs });
  try {
    const pglite = await translated(() =>
      PGlite.create({
        // A folder of its own: initdb wants an empty one, and the lock lies beside it.
        dataDir: directory === undefined ? 'memory://' : `${directory}/pgdata`,
        relaxedDurability: false,
        parsers: columnParsers,
      }),
    );
    await pglite.exec("SET timezone = 'UTC'; SET datestyle = 'ISO'; SET bytea_output = 'hex';");
    return new PgliteDatabase(pglite, () => lock?.release());
  } catch (error) {
    lock?.release();
    throw error;
  }
}

class PgliteDatabase implements SqlDatabase {
  readonly #pglite: PGlite;
  readonly #releaseLock: () => void;
  readonly #guard = new TransactionGuard();

  constructor(pglite: PGlite, releaseLock: () => void) {
    this.#pglite = pglite;
    this.#releaseLock = releaseLock;
  }

  async query<Row extends Record<string, unknown>>(
    text: string,
    parameters: readonly SqlParameter[] = [],
  ): Promise<Row[]> {
    this.#guard.assertOutside();
    return run<Row>(this.#pglite, text, parameters);
  }

  transaction<Result>(work: (connection: SqlConnection) => Promise<Result>): Promise<Result> {
    return this.#guard.run(async () => {
      let thrownByWork: { readonly error: unknown } | undefined;
      const call = () =>
        this.#pglite.transaction(async (transaction) => {
          try {
            return await work({
              query: (text, parameters = []) => run(transaction, text, parameters),
            });
          } catch (error) {
            thrownByWork = { error };
            throw error;
          }
        });
      try {
        return await translated(call);
      } catch (error) {
        // What `work` threw passes through as it was, whatever it is.
        throw thrownByWork === undefined ? error : thrownByWork.error;
      }
    });
  }

  async close(): Promise<void> {
    if (!this.#pglite.closed) await this.#pglite.close();
    this.#releaseLock();
  }
}

function run<Row>(
  target: Queryable,
  text: string,
  parameters: readonly SqlParameter[],
): Promise<Row[]> {
  return translated(async () => {
    const { rows } = await target.query(text, [...parameters]);
    return rows as Row[];
  });
}
