/**
 * Applies migrations to Postgres (or PGlite), each in one transaction with its record, under a transaction-scoped
 * advisory lock: concurrent runners wait for each other, and a killed one leaves nothing half done.
 */
import type { SqlConnection, SqlDatabase } from '../postgres/index.ts';
import { pendingMigrations } from './migration-file.ts';
import type { AppliedMigration, Migration } from './migration-file.ts';
import { splitStatements } from './split-statements.ts';

/** Any number that nothing else in the database locks. */
const advisoryLockKey = 7_446_181_230;

const createTable = `CREATE TABLE IF NOT EXISTS schema_migrations (
  version integer PRIMARY KEY,
  name text NOT NULL,
  checksum text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
)`;

/** Applies what is pending; resolves to the names of what it applied. Safe to run twice and at once. */
export async function migratePostgres(
  database: SqlDatabase,
  migrations: readonly Migration[],
): Promise<string[]> {
  const applied: string[] = [];
  for (;;) {
    const name = await database.transaction(async (connection) => {
      await connection.query('SELECT pg_advisory_xact_lock($1)', [advisoryLockKey]);
      await connection.query(createTable);
      const [next] = pendingMigrations(migrations, await readApplied(connection));
      if (next !== undefined) await apply(connection, next);
      return next?.name;
    });
    if (name === undefined) return applied;
    applied.push(name);
  }
}

function readApplied(
  connection: SqlConnection,
): Promise<(AppliedMigration & Record<string, unknown>)[]> {
  return connection.query('SELECT version, name, checksum FROM schema_migrations ORDER BY version');
}

async function apply(connection: SqlConnection, migration: Migration): Promise<void> {
  for (const statement of splitStatements(migration.sql, 'postgres')) {
    await connection.query(statement);
  }
  await connection.query(
    'INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)',
    [migration.version, migration.name, migration.checksum],
  );
}
