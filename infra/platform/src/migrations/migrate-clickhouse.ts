/**
 * Applies migrations to ClickHouse. It has neither transactions nor locks: so every statement must be idempotent, a
 * runner that was killed midway starts the file again, and two runners at once do the same harmless work twice.
 */
import { z } from 'zod';
import type { ClickHouse } from '../clickhouse/index.ts';
import { AppError } from '../errors/index.ts';
import { pendingMigrations } from './migration-file.ts';
import type { Migration } from './migration-file.ts';
import { splitStatements } from './split-statements.ts';

const createTable = `CREATE TABLE IF NOT EXISTS schema_migrations
(
    version UInt32,
    name String,
    checksum String,
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree
-- The checksum is part of the key: an edited file must show as a second row, never replace the first.
ORDER BY (version, checksum)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`;

const appliedRow = z.object({ version: z.number(), name: z.string(), checksum: z.string() });

/** Applies what is pending; resolves to the names of what it applied. Throws `platform/migration-not-idempotent`. */
export async function migrateClickHouse(
  store: ClickHouse,
  migrations: readonly Migration[],
): Promise<string[]> {
  await store.command(createTable);
  const applied = await store.query({
    sql: `SELECT version, any(name) AS name, checksum FROM schema_migrations
          GROUP BY version, checksum ORDER BY version`,
    row: appliedRow,
  });
  const pending = pendingMigrations(migrations, applied);
  for (const migration of pending) {
    const statements = splitStatements(migration.sql, 'clickhouse');
    for (const statement of statements) assertIdempotent(migration, statement);
    for (const statement of statements) await store.command(statement);
    await record(store, migration);
  }
  return pending.map(({ name }) => name);
}

async function record(store: ClickHouse, { version, name, checksum }: Migration): Promise<void> {
  // Safe to write into the text: the reader of the files admits only [a-z0-9_] in names.
  await store.command(
    `INSERT INTO schema_migrations (version, name, checksum) SELECT ${version}, '${name}', '${checksum}'`,
  );
}

/** `CREATE`, `DROP`, `ADD` and the like must say `IF [NOT] EXISTS` or `OR REPLACE`; data is never written by a migration. */
function assertIdempotent(migration: Migration, statement: string): void {
  const code = statement.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ').trim();
  const guarded = /\bIF\s+(NOT\s+)?EXISTS\b|\bOR\s+REPLACE\b/i.test(code);
  const naturally = /^ALTER\s+TABLE\b[\s\S]*\bMODIFY\b/i.test(code);
  if (guarded || naturally) return;
  throw new AppError(
    'invariant',
    'platform/migration-not-idempotent',
    `Migration ${migration.version} (${migration.name}) has a statement without IF [NOT] EXISTS.`,
    { details: { version: migration.version, statement: code.slice(0, 200) } },
  );
}
