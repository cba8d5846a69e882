/** What every `SqlDatabase` must do, run against PGlite and against a real server. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatInstant } from '../../src/clock/index.ts';
import type { SqlDatabase } from '../../src/postgres/index.ts';

export function describeSqlDatabase(name: string, open: () => Promise<SqlDatabase>): void {
  describe(`SqlDatabase over ${name}`, () => {
    let database: SqlDatabase;
    beforeAll(async () => {
      database = await open();
    });
    afterAll(async () => {
      await database.close();
    });
    beforeEach(async () => {
      await database.query('DROP TABLE IF EXISTS child');
      await database.query('DROP TABLE IF EXISTS item');
      await database.query(
        `CREATE TABLE item (key text PRIMARY KEY, amount numeric CHECK (amount >= 0), at timestamptz,
           count bigint, body jsonb, raw bytea, flag boolean, tags text[])`,
      );
    });

    const insert = (key: string) => database.query('INSERT INTO item (key) VALUES ($1)', [key]);
    const keys = () => database.query('SELECT key FROM item ORDER BY key');

    it('round-trips every type that the product uses', async () => {
      const at = 1_431_857_103_000_001;
      const raw = new Uint8Array([0, 255, 92]);
      const body = JSON.stringify({ n: [1, null, 'ü'], s: '"' });
      const tags = ['a', 'b,c', '"', '\\', 'NULL', '', null];
      await database.query(
        `INSERT INTO item (key, amount, at, count, body, raw, flag, tags) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
        ['k', '0.000000000000000001', formatInstant(at), 2 ** 53 - 1, body, raw, true, tags],
      );
      const rows = await database.query('SELECT * FROM item');
      expect(rows).toEqual([
        {
          key: 'k',
          amount: '0.000000000000000001',
          at,
          count: 2 ** 53 - 1,
          body: { n: [1, null, 'ü'], s: '"' },
          raw,
          flag: true,
          tags,
        },
      ]);
    });

    it('reads nulls, counts, dates, plain timestamps, uuids and arrays of each kind', async () => {
      const [row] = await database.query(
        `SELECT null::timestamptz AS nothing, count(*) AS many, date '2015-05-17' AS day,
           timestamp '2015-05-17 10:05:03.5' AS local, '0e37df36-f698-11e6-8dd4-cb9ced3df976'::uuid AS id,
           ARRAY[1, 9007199254740991]::bigint[] AS counts, ARRAY[1.50, null]::numeric[] AS amounts,
           ARRAY[timestamptz '1970-01-01 00:00:00.000001Z'] AS instants, 1.5::float8 AS real, false AS flag,
           3::int AS whole, ARRAY[]::text[] AS none FROM item`,
      );
      expect(row).toEqual({
        nothing: null,
        many: 0,
        day: '2015-05-17',
        local: '2015-05-17 10:05:03.5',
        id: '0e37df36-f698-11e6-8dd4-cb9ced3df976',
        counts: [1, 9007199254740991],
        amounts: ['1.50', null],
        instants: [1],
        real: 1.5,
        flag: false,
        whole: 3,
        none: [],
      });
    });

    it('takes arrays of numbers and texts as parameters', async () => {
      await database.query(
        'INSERT INTO item (key, count) SELECT * FROM unnest($1::text[], $2::bigint[])',
        [
          ['a', 'b', 'c,"d"'],
          [1, 2, 3],
        ],
      );
      const rows = await database.query('SELECT key FROM item WHERE count = ANY($1) ORDER BY key', [
        [2, 3],
      ]);
      expect(rows).toEqual([{ key: 'b' }, { key: 'c,"d"' }]);
    });

    it('never reads parameters as SQL', async () => {
      const text = `'; DROP TABLE item; --`;
      await insert(text);
      expect(await keys()).toEqual([{ key: text }]);
    });

    it('refuses a 64-bit integer that JavaScript cannot hold', async () => {
      await expect(database.query('SELECT 9007199254740993::bigint AS n')).rejects.toMatchObject({
        code: 'platform/int8-not-safe',
      });
    });

    it('commits when the work resolves and rolls back when it throws, passing the error through', async () => {
      const result = await database.transaction(async (connection) => {
        await connection.query(`INSERT INTO item (key) VALUES ('kept')`);
        return 7;
      });
      expect(result).toBe(7);
      const error = new Error('of the work');
      const failed = database.transaction(async (connection) => {
        await connection.query(`INSERT INTO item (key) VALUES ('lost')`);
        throw error;
      });
      await expect(failed).rejects.toBe(error);
      expect(await keys()).toEqual([{ key: 'kept' }]);
    });

    it('names the constraint of a unique violation', async () => {
      await insert('a');
      await expect(insert('a')).rejects.toMatchObject({
        kind: 'conflict',
        code: 'platform/unique-violation',
        details: { constraint: 'item_pkey', table: 'item' },
      });
    });

    it('translates the other violations and a broken statement', async () => {
      await database.query('CREATE TABLE child (key text REFERENCES item (key))');
      const refused = (sql: string) => expect(database.query(sql)).rejects;
      await refused(`INSERT INTO child VALUES ('x')`).toMatchObject({
        code: 'platform/foreign-key-violation',
        details: { constraint: 'child_key_fkey' },
      });
      await refused(`INSERT INTO item (key, amount) VALUES ('x', -1)`).toMatchObject({
        kind: 'invariant',
        code: 'platform/check-violation',
      });
      await refused('SELEC 1').toMatchObject({
        kind: 'invariant',
        code: 'platform/postgres-query',
      });
    });

    it('does not commit a transaction whose failure the work swallowed', async () => {
      const swallowed = database.transaction(async (connection) => {
        await connection.query(`INSERT INTO item (key) VALUES ('a')`);
        await connection.query(`INSERT INTO item (key) VALUES ('a')`).catch(() => undefined);
      });
      await expect(swallowed).rejects.toMatchObject({ code: 'platform/transaction-aborted' });
      expect(await keys()).toEqual([]);
    });

    it('commits after a failure that the work rolled back to a savepoint', async () => {
      await database.transaction(async (connection) => {
        await connection.query(`INSERT INTO item (key) VALUES ('a')`);
        await connection.query('SAVEPOINT before');
        await connection.query(`INSERT INTO item (key) VALUES ('a')`).catch(() => undefined);
        await connection.query('ROLLBACK TO SAVEPOINT before');
      });
      expect(await keys()).toEqual([{ key: 'a' }]);
    });

    it('runs transactions again that collide, a bounded number of times', async () => {
      let attempts = 0;
      const collide = `DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$`;
      await database.transaction(async (connection) => {
        attempts += 1;
        await connection.query('INSERT INTO item (key) VALUES ($1)', [`attempt ${attempts}`]);
        if (attempts < 3) await connection.query(collide);
      });
      expect(await keys()).toEqual([{ key: 'attempt 3' }]);
      attempts = 0;
      const hopeless = database.transaction(async (connection) => {
        attempts += 1;
        await connection.query(collide);
      });
      await expect(hopeless).rejects.toMatchObject({ kind: 'unavailable', retryable: true });
      expect(attempts).toBe(5);
    });

    it('refuses use of the database inside its own transaction', async () => {
      const code = 'platform/database-used-inside-transaction';
      const nested = database.transaction(() => database.query('SELECT 1'));
      await expect(nested).rejects.toMatchObject({ code });
      const twice = database.transaction(() => database.transaction(() => Promise.resolve()));
      await expect(twice).rejects.toMatchObject({ code });
    });

    it('keeps concurrent transactions apart', async () => {
      await database.query(`INSERT INTO item (key, count) VALUES ('n', 0)`);
      const add = () =>
        database.transaction(async (connection) => {
          const [row] = await connection.query<{ count: number }>(
            `SELECT count FROM item WHERE key = 'n' FOR UPDATE`,
          );
          await connection.query(`UPDATE item SET count = $1 WHERE key = 'n'`, [row!.count + 1]);
        });
      await Promise.all(Array.from({ length: 12 }, add));
      expect(await database.query('SELECT count FROM item')).toEqual([{ count: 12 }]);
    });
  });
}
