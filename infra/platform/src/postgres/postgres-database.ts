/** `SqlDatabase` over a real PostgreSQL server: node-postgres with a pool. */
import { Pool } from 'pg';
import type { PoolClient } from 'pg';
import { redactUrl, silentLogger } from '../log/index.ts';
import type { Logger } from '../log/index.ts';
import { columnParsers } from './column-types.ts';
import type { SqlConnection, SqlDatabase, SqlParameter } from './sql-database.ts';
import { TransactionGuard, translated } from './transaction-guard.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`, also with `?sslmode=`. */
  readonly url: string;
  readonly connectionsMax?: number;
  readonly connectTimeoutMs?: number;
  readonly statementTimeoutMs?: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
  readonly log?: Logger;
}

interface Queryable {
  query(config: {
    text: string;
    values: unknown[];
    types: typeof types;
  }): Promise<{ rows: unknown[] }>;
}

const types = {
  getTypeParser: (id: number) => columnParsers[id] ?? ((text: string) => text),
};

/** Opens a pool; connects lazily, so a server that is down shows at the first query. */
export function createPostgresDatabase(options: PostgresOptions): SqlDatabase {
  return new PostgresDatabase(options);
}

class PostgresDatabase implements SqlDatabase {
  readonly #pool: Pool;
  readonly #guard = new TransactionGuard();

  constructor(options: PostgresOptions) {
    const log = options.log ?? silentLogger;
    this.#pool = new Pool({
      connectionString: options.url,
      max: options.connectionsMax ?? 10,
      connectionTimeoutMillis: options.connectTimeoutMs ?? 5000,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      application_name: options.applicationName ?? 'tidemark',
      statement_timeout: options.statementTimeoutMs ?? 60_000,
      idle_in_transaction_session_timeout: 120_000,
      // The parsers rely on it; a server may be configured otherwise.
      options:
        '-c timezone=UTC -c datestyle=ISO -c bytea_output=hex -c standard_conforming_strings=on',
    });
    // A connection that dies while idle is replaced by the pool; without a listener the process would end.
    this.#pool.on('error', (error) => {
      log.warn({ err: error, url: redactUrl(options.url) }, 'idle database connection lost');
    });
  }

  async query<Row extends Record<string, unknown>>(
    text: string,
    parameters: readonly SqlParameter[] = [],
  ): Promise<Row[]> {
    this.#guard.assertOutside();
    return run<Row>(this.#pool, text, parameters);
  }

  transaction<Result>(work: (connection: SqlConnection) => Promise<Result>): Promise<Result> {
    return this.#guard.run(async () => {
      const client = await translated(() => this.#pool.connect());
      try {
        const result = await this.#runTransaction(client, work);
        client.release();
        return result;
      } catch (error) {
        // A connection in an unknown state is closed, never handed to the next caller.
        const clean = await rollBack(client);
        client.release(!clean);
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    if (!this.#pool.ending) await this.#pool.end();
  }

  async #runTransaction<Result>(
    client: PoolClient,
    work: (connection: SqlConnection) => Promise<Result>,
  ): Promise<Result> {
    await run(client, 'BEGIN ISOLATION LEVEL READ COMMITTED');
    const statements = { failed: false };
    const connection: SqlConnection = {
      query: async <Row extends Record<string, unknown>>(
        text: string,
        parameters: readonly SqlParameter[] = [],
      ) => {
        try {
          return await run<Row>(client, text, parameters);
        } catch (error) {
          statements.failed = true;
          throw error;
        }
      },
    };
    const result = await work(connection);
    // COMMIT of an aborted transaction answers without an error although it rolls back; this statement does not.
    if (statements.failed) await run(client, 'SELECT 1');
    await run(client, 'COMMIT');
    return result;
  }
}

function run<Row>(
  target: Queryable,
  text: string,
  parameters: readonly SqlParameter[] = [],
): Promise<Row[]> {
  return translated(async () => {
    const { rows } = await target.query({ text, values: [...parameters], types });
    return rows as Row[];
  });
}

async function rollBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}
