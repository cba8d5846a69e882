import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPostgresDatabase } from '../../src/postgres/index.ts';
import { checkPostgresServer, findFreePort, startPostgresServer } from '../../src/testing/index.ts';
import type { PostgresServer } from '../../src/testing/index.ts';
import { describeSqlDatabase } from '../contract/sql-database-contract.ts';

const available = checkPostgresServer();

if (available.kind === 'unavailable') {
  describe.skip(`PostgreSQL server: ${available.reason}`, () => {
    it.todo('runs where the binaries are installed');
  });
} else {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgresServer();
  });
  afterAll(async () => {
    await server.stop();
  });

  describeSqlDatabase('a PostgreSQL server', () =>
    Promise.resolve(createPostgresDatabase({ url: server.url })),
  );

  describe('createPostgresDatabase', () => {
    it('reports a server that is not there as unavailable', async () => {
      const port = await findFreePort();
      const database = createPostgresDatabase({ url: `postgres://x@127.0.0.1:${port}/x` });
      await expect(database.query('SELECT 1')).rejects.toMatchObject({
        kind: 'unavailable',
        code: 'platform/postgres-unavailable',
      });
      await database.close();
    });

    it('reports a statement over its time as unavailable', async () => {
      const database = createPostgresDatabase({ url: server.url, statementTimeoutMs: 50 });
      await expect(database.query('SELECT pg_sleep(30)')).rejects.toMatchObject({
        code: 'platform/postgres-timeout',
      });
      await database.close();
    });

    it('works again after the server was killed and came back', async () => {
      const database = createPostgresDatabase({ url: server.url });
      await database.query('CREATE TABLE survivor AS SELECT 1 AS n');
      const running = database.query('SELECT pg_sleep(30)');
      const lost = expect(running).rejects.toMatchObject({ kind: 'unavailable' });
      await server.kill();
      await lost;
      await expect(database.query('SELECT 1')).rejects.toMatchObject({ kind: 'unavailable' });
      await server.start();
      expect(await database.query('SELECT n FROM survivor')).toEqual([{ n: 1 }]);
      await database.close();
    });
  });
}
