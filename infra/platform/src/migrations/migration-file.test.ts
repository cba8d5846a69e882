import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTemporaryDirectory } from '../testing/index.ts';
import type { TemporaryDirectory } from '../testing/index.ts';
import { pendingMigrations, readMigrations } from './migration-file.ts';

let directory: TemporaryDirectory;
beforeEach(() => {
  directory = createTemporaryDirectory('migrations');
});
afterEach(() => directory.remove());

const write = (file: string, sql = 'SELECT 1') => {
  writeFileSync(join(directory.path, file), sql);
};

describe('readMigrations', () => {
  it('reads files in order and ignores line ends in the checksum', async () => {
    write('0002_b.sql', 'SELECT 1\r\n');
    write('0001_a.sql', 'SELECT 1\n');
    write('README.md');
    const migrations = await readMigrations(directory.path);
    expect(migrations.map(({ version, name }) => [version, name])).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
    expect(migrations[0]?.checksum).toBe(migrations[1]?.checksum);
  });

  it.each([
    ['a gap', ['0001_a.sql', '0003_c.sql']],
    ['a number used twice', ['0001_a.sql', '0001_b.sql']],
    ['a foreign name', ['0001_a.sql', '0002-b.sql']],
  ])('refuses %s', async (_, files) => {
    for (const file of files) write(file);
    await expect(readMigrations(directory.path)).rejects.toMatchObject({
      code: 'platform/migration-files',
    });
  });
});

describe('pendingMigrations', () => {
  const migration = (version: number) => ({ version, name: 'n', sql: '', checksum: `c${version}` });

  it('leaves out what is applied', () => {
    expect(pendingMigrations([migration(1), migration(2)], [migration(1)])).toEqual([migration(2)]);
  });

  it('refuses an edited file and a database ahead of the program', () => {
    const edited = { ...migration(1), checksum: 'other' };
    expect(() => pendingMigrations([migration(1)], [edited])).toThrow(/edited/);
    expect(() => pendingMigrations([migration(1)], [migration(1), migration(2)])).toThrow(/older/);
  });
});
