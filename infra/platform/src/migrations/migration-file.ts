/** Reads a folder of numbered, forward-only SQL files: `0001_tenants.sql`, without gaps. */
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../errors/index.ts';

export interface Migration {
  readonly version: number;
  /** `tenants` of `0001_tenants.sql`. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 over the text with Unix line ends, hexadecimal. */
  readonly checksum: string;
}

/** What the database remembers of a migration. */
export interface AppliedMigration {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
}

const fileName = /^(\d{4})_([a-z0-9_]{1,80})\.sql$/;

/** All migrations of a folder in order. Throws `platform/migration-files` on a foreign name, a gap or a number used twice. */
export async function readMigrations(directory: string | URL): Promise<Migration[]> {
  const folder = directory instanceof URL ? fileURLToPath(directory) : directory;
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file, position) => {
      const match = fileName.exec(file);
      const [, number, name] = match ?? [];
      if (number === undefined || name === undefined || Number(number) !== position + 1) {
        throw new AppError(
          'invariant',
          'platform/migration-files',
          `Migration ${file} is not named NNNN_name.sql, or its number is not the next one.`,
          { details: { file, expected: position + 1 } },
        );
      }
      const sql = (await readFile(join(folder, file), 'utf8')).replaceAll('\r\n', '\n');
      const checksum = createHash('sha256').update(sql).digest('hex');
      return { version: position + 1, name, sql, checksum };
    }),
  );
}

/**
 * The migrations that are still to run. Throws when an applied file was edited (`platform/migration-changed`) or the
 * database is ahead of this program (`platform/schema-newer`): forward only, one history.
 */
export function pendingMigrations(
  migrations: readonly Migration[],
  applied: readonly AppliedMigration[],
): Migration[] {
  const byVersion = new Map(migrations.map((migration) => [migration.version, migration]));
  for (const { version, name, checksum } of applied) {
    const file = byVersion.get(version);
    if (file === undefined) {
      throw new AppError(
        'invariant',
        'platform/schema-newer',
        `The database has migration ${version} (${name}) that this program does not know: it is older than its data.`,
        { details: { version, name } },
      );
    }
    if (file.checksum !== checksum) {
      throw new AppError(
        'invariant',
        'platform/migration-changed',
        `Migration ${version} (${name}) was edited after it was applied. Write a new one instead.`,
        { details: { version, name, applied: checksum, file: file.checksum } },
      );
    }
  }
  const done = new Set(applied.map(({ version }) => version));
  return migrations.filter(({ version }) => !done.has(version));
}
