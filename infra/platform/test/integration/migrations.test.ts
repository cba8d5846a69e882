import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startClickHouseHost } from '../../src/clickhouse/host/index.ts';
import type { ClickHouseHost } from '../../src/clickhouse/host/index.ts';
import { createClickHouse } from '../../src/clickhouse/index.ts';
import type { ClickHouse } from '../../src/clickhouse/index.ts';
import { migrateClickHouse, migratePostgres } from '../../src/migrations/index.ts';
import type { Migration } from '../../src/migrations/index.ts';
import { createPgliteDatabase, createPostgresDatabase } from '../../src/postgres/index.ts';
import type { SqlDatabase } from '../../src/postgres/index.ts';
import {
  checkPostgresServer,
  createTemporaryDirectory,
  startPostgresServer,
} from '../../src/testing/index.ts';

const migration = (version: number, sql: string, checksum = `sum ${version}`): Migration => ({
  version,
  name: `step_${version}`,
  sql,
  checksum,
});

function describePostgresMigrations(name: string, open: () => Promise<SqlDatabase[]>): void {
  describe(`migratePostgres over ${name}`, () => {
    let databases: SqlDatabase[];
    let database: SqlDatabase;
    beforeAll(async () => {
      databases = await open();
      database = databases[0]!;
    });
    afterAll(async () => {
      for (const one of new Set(databases)) await one.close();
    });

    const first = migration(1, 'CREATE TABLE a (n int); -- one;\nINSERT INTO a VALUES (1);');
    const broken = migration(2, 'CREATE TABLE b (n int); SELECT nonsense;');
    const second = migration(2, 'CREATE TABLE b (n int);');

    it('applies each file once, also when several run at once', async () => {
      const runs = await Promise.all(databases.map((one) => migratePostgres(one, [first])));
      expect(runs.flat()).toEqual(['step_1']);
      expect(await database.query('SELECT n FROM a')).toEqual([{ n: 1 }]);
    });

    it('leaves nothing of a file that fails', async () => {
      await expect(migratePostgres(database, [first, broken])).rejects.toMatchObject({
        code: 'platform/postgres-query',
      });
      expect(await migratePostgres(database, [first, second])).toEqual(['step_2']);
      expect(await migratePostgres(database, [first, second])).toEqual([]);
    });

    it('refuses an edited file', async () => {
      const edited = migration(1, 'SELECT 1', 'another');
      await expect(migratePostgres(database, [edited, second])).rejects.toMatchObject({
        code: 'platform/migration-changed',
      });
    });
  });
}

describePostgresMigrations('PGlite', async () => {
  const database = await createPgliteDatabase();
  return [database, database];
});

const available = checkPostgresServer();
if (available.kind === 'unavailable') {
  describe.skip(`migratePostgres over a server: ${available.reason}`, () => {
    it.todo('runs where the binaries are installed');
  });
} else {
  const server = startPostgresServer();
  afterAll(async () => {
    await (await server).stop();
  });
  describePostgresMigrations('a server', async () => {
    const { url } = await server;
    return [1, 2, 3].map(() => createPostgresDatabase({ url }));
  });
}

describe('migrateClickHouse', () => {
  const directory = createTemporaryDirectory('clickhouse-migrations');
  let host: ClickHouseHost;
  let store: ClickHouse;
  beforeAll(async () => {
    host = await startClickHouseHost({ dataDir: directory.path });
    store = createClickHouse({ url: host.url });
  });
  afterAll(async () => {
    await store.close();
    await host.stop();
    directory.remove();
  });

  const table = (name: string) =>
    `CREATE TABLE IF NOT EXISTS ${name} (n UInt8) ENGINE = MergeTree ORDER BY n;`;
  const first = migration(1, `-- two; tables\n${table('a')}\n${table('b')}`);
  const count = z.object({ n: z.string() });

  it('applies files once in order, also when two run at once', async () => {
    await Promise.all([migrateClickHouse(store, [first]), migrateClickHouse(store, [first])]);
    expect(await migrateClickHouse(store, [first])).toEqual([]);
    const sql = `SELECT count() AS n FROM system.tables WHERE name IN ('a', 'b')`;
    expect(await store.query({ sql, row: count })).toEqual([{ n: '2' }]);
  });

  it('starts a file again that was interrupted', async () => {
    const broken = migration(
      2,
      `${table('c')} CREATE TABLE IF NOT EXISTS d (n Nonsense) ENGINE = Log;`,
    );
    await expect(migrateClickHouse(store, [first, broken])).rejects.toThrow();
    const mended = migration(2, `${table('c')} ${table('d')}`);
    expect(await migrateClickHouse(store, [first, mended])).toEqual(['step_2']);
  });

  it('refuses an edited file and a statement that is not idempotent', async () => {
    const edited = migration(1, table('a'), 'another');
    const known = migration(2, '');
    await expect(migrateClickHouse(store, [edited, known])).rejects.toMatchObject({
      code: 'platform/migration-changed',
    });
    const unsafe = migration(3, 'CREATE TABLE e (n UInt8) ENGINE = Log');
    await expect(migrateClickHouse(store, [first, known, unsafe])).rejects.toMatchObject({
      code: 'platform/migration-not-idempotent',
    });
  });
});
