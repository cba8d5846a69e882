import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, realpathSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startClickHouseHost } from '../../src/clickhouse/host/index.ts';
import type { ClickHouseHost } from '../../src/clickhouse/host/index.ts';
import { createClickHouse } from '../../src/clickhouse/index.ts';
import type { ClickHouse, ClickHouseParameter } from '../../src/clickhouse/index.ts';
import { createTemporaryDirectory } from '../../src/testing/index.ts';

const directory = createTemporaryDirectory('clickhouse');
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

const anyRow = z.record(z.string(), z.unknown());
const rows = (sql: string, parameters: Record<string, ClickHouseParameter> = {}) =>
  store.query({ sql, parameters, row: anyRow });

const nasty = `a'b\\c"d\`e\n\t\r{x:String} -- ; /* ü 😀 \\N`;

describe('bound parameters', () => {
  it.each([
    ['String', nasty, nasty],
    ['String', '', ''],
    ['LowCardinality(String)', 'x', 'x'],
    ['FixedString(4)', 'abcd', 'abcd'],
    ['UInt64', 2n ** 64n - 1n, '18446744073709551615'],
    ['Int64', -5, '-5'],
    ['UInt8', 7, 7],
    ['Bool', true, true],
    ['Float64', 1.5, 1.5],
    ['Nullable(String)', null, null],
    ['Nullable(String)', 'x', 'x'],
    ['Array(String)', [nasty, '', `'`], [nasty, '', `'`]],
    ['Array(String)', [], []],
    ['Array(UInt64)', [1, 2], ['1', '2']],
    [
      'Decimal(76, 36)',
      '-1234567890123456789012345678901234567890.000000000000000000000000000000000001',
      '-1234567890123456789012345678901234567890.000000000000000000000000000000000001',
    ],
    ['Decimal(38, 18)', '0.000000000000000001', '0.000000000000000001'],
    [`DateTime64(6, 'UTC')`, '2015-05-17 10:05:03.000001', '2015-05-17 10:05:03.000001'],
    ['Date', '2015-05-17', '2015-05-17'],
    ['UUID', '0e37df36-f698-11e6-8dd4-cb9ced3df976', '0e37df36-f698-11e6-8dd4-cb9ced3df976'],
  ])('%s', async (type, value, expected) => {
    expect(await rows(`SELECT {v:${type}} AS v, toTypeName(v) AS t`, { v: value })).toEqual([
      { v: expected, t: type },
    ]);
  });

  it('takes a DateTime64 as seconds with a fraction', async () => {
    const sql = `SELECT {v:DateTime64(6, 'UTC')} AS v`;
    expect(await rows(sql, { v: '1431857103.000001' })).toEqual([
      { v: '2015-05-17 10:05:03.000001' },
    ]);
  });

  it('leaves placeholders inside texts and comments alone', async () => {
    const sql = `SELECT '{v:String}' AS a /* {v:String} */, {v:String} AS b -- {nothing:String}`;
    expect(await rows(sql, { v: 'x' })).toEqual([{ a: '{v:String}', b: 'x' }]);
  });

  it('binds long arrays, which the client sends as a form', async () => {
    const keys = Array.from({ length: 50_000 }, (_, index) => `key-${index}-'"`);
    const sql = `SELECT length({keys:Array(String)}) AS n, {keys:Array(String)}[50000] AS last`;
    expect(await rows(sql, { keys })).toEqual([{ n: '50000', last: keys.at(-1) }]);
  });

  it('binds names and limits', async () => {
    const sql = 'SELECT count() > 0 AS some FROM system.{t:Identifier}';
    expect(await rows(sql, { t: 'functions' })).toEqual([{ some: 1 }]);
    expect(await rows('SELECT number FROM numbers(9) LIMIT {n:UInt32}', { n: 2 })).toHaveLength(2);
  });
});

describe('exceptions', () => {
  it('refuses a broken statement with the code of the engine', async () => {
    await expect(rows('SELECT nothing_like_this')).rejects.toMatchObject({
      kind: 'invariant',
      code: 'platform/clickhouse-query',
      details: { clickhouseCode: '47', clickhouseType: 'UNKNOWN_IDENTIFIER' },
    });
    await expect(rows('SELECT {absent:String}')).rejects.toMatchObject({
      details: { clickhouseCode: '456' },
    });
    await expect(store.command('SELECT 1; SELECT 2')).rejects.toMatchObject({
      details: { clickhouseType: 'SYNTAX_ERROR' },
    });
  });

  it('has the shape of a server: status, header, text', async () => {
    const answer = await fetch(`${host.url}/?query_id=q1`, {
      method: 'POST',
      body: 'SELECT * FROM absent',
    });
    expect(answer.status).toBe(404);
    expect(answer.headers.get('x-clickhouse-exception-code')).toBe('60');
    expect(await answer.text()).toMatch(
      /^Code: 60\. DB::Exception: .*absent.*\. \(UNKNOWN_TABLE\) \(version [\d.]+\)\n$/s,
    );
  });

  it('never ends a result that failed midway as if it were whole', async () => {
    const sql = 'SELECT throwIf(number = 3000000) AS x FROM numbers(10000000)';
    await expect(rows(sql)).rejects.toMatchObject({ retryable: expect.any(Boolean) as boolean });
  });

  it('reports a query over its time as unavailable', async () => {
    const impatient = createClickHouse({ url: host.url, timeoutMs: 1000 });
    await expect(
      impatient.query({ sql: 'SELECT count() FROM numbers(1000000000000)', row: anyRow }),
    ).rejects.toMatchObject({ kind: 'unavailable' });
    await impatient.close();
  });

  it('reports rows of another shape', async () => {
    const read = store.query({ sql: 'SELECT 1 AS a', row: z.object({ a: z.string() }) });
    await expect(read).rejects.toMatchObject({ code: 'platform/clickhouse-row' });
  });
});

const createTable = `CREATE TABLE IF NOT EXISTS wide (
  key UInt64, name LowCardinality(String), id FixedString(4), amount Decimal(76, 36), small Decimal(38, 18),
  at DateTime64(6, 'UTC'), maybe Nullable(String), tags Array(LowCardinality(String)))
  ENGINE = MergeTree ORDER BY key SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`;
const columns = ['key', 'name', 'id', 'amount', 'small', 'at', 'maybe', 'tags'];
const generate = (from: number, count: number) =>
  store.queryNative(
    `SELECT number AS key, toLowCardinality(concat('name ', toString(number % 7))) AS name,
       toFixedString(leftPad(toString(number % 10000), 4, '0'), 4) AS id,
       toDecimal256(number, 36) / 3 AS amount, toDecimal128(number, 18) AS small,
       fromUnixTimestamp64Micro(toInt64(number + 1431857103000001), 'UTC') AS at,
       if(number % 2 = 0, NULL, 'odd') AS maybe, [toLowCardinality('a')] AS tags
     FROM numbers({from:UInt64}, {count:UInt64})`,
    { from, count },
  );

describe('Native inserts', () => {
  it('stores several blocks of every type exactly', async () => {
    await store.command('DROP TABLE IF EXISTS wide');
    await store.command(createTable);
    await store.insertNative('wide', columns, [
      await generate(0, 1000),
      await generate(1000, 100_000),
      await generate(101_000, 1),
    ]);
    expect(
      await rows(`SELECT count() AS n, sum(key) AS keys, toString(max(amount)) AS amount,
        toString(max(small)) AS small, max(at) AS at, count(maybe) AS odd, uniqExact(name) AS names,
        uniqExact(_part) AS parts FROM wide`),
    ).toEqual([
      {
        n: '101001',
        keys: String((101_000 * 101_001) / 2),
        amount: `33666.${'6'.repeat(36)}`,
        small: '101000',
        at: '2015-05-17 10:05:03.101001',
        odd: '50500',
        names: '7',
        parts: '1',
      },
    ]);
    const back = await store.queryNative('SELECT * FROM wide WHERE key < 1000 ORDER BY key');
    expect(Buffer.from(back).includes('name 3')).toBe(true);
  });

  it('keeps three identical inserts as three: nothing drops blocks behind our back', async () => {
    await store.command(`CREATE TABLE window (n UInt64) ENGINE = MergeTree ORDER BY n
      SETTINGS non_replicated_deduplication_window = 100`);
    const block = await store.queryNative('SELECT toUInt64(1) AS n');
    for (let count = 0; count < 3; count++) await store.insertNative('window', ['n'], [block]);
    expect(await rows('SELECT count() AS n FROM window')).toEqual([{ n: '3' }]);
  });

  it('inserts into a subset of the columns', async () => {
    await store.command(
      `CREATE TABLE part (a UInt64, b String DEFAULT 'd') ENGINE = MergeTree ORDER BY a`,
    );
    await store.insertNative('part', ['a'], [await store.queryNative('SELECT toUInt64(1) AS a')]);
    expect(await rows('SELECT * FROM part')).toEqual([{ a: '1', b: 'd' }]);
  });

  it('refuses a broken body, an unknown table and a name that is none, and stores nothing', async () => {
    const broken = store.insertNative('part', ['a'], [new Uint8Array([1, 1, 1, 97])]);
    await expect(broken).rejects.toMatchObject({ kind: 'invariant' });
    const block = await store.queryNative('SELECT toUInt64(1) AS a');
    await expect(store.insertNative('absent', ['a'], [block])).rejects.toMatchObject({
      details: { clickhouseType: 'UNKNOWN_TABLE' },
    });
    await expect(store.insertNative('part; DROP', ['a'], [block])).rejects.toMatchObject({
      code: 'platform/clickhouse-name',
    });
    expect(await rows('SELECT count() AS n FROM part')).toEqual([{ n: '1' }]);
  });

  it('does not keep settings of one statement for the next', async () => {
    const once = `${host.url}/?max_threads=1`;
    const sql = `SELECT getSetting('max_threads') AS n FORMAT TabSeparated`;
    expect(await (await fetch(once, { method: 'POST', body: sql })).text()).toBe('1\n');
    const later = await Promise.all(
      Array.from({ length: 8 }, () => fetch(host.url, { method: 'POST', body: sql })),
    );
    for (const answer of later) expect(await answer.text()).not.toBe('1\n');
  });
});

describe('reads', () => {
  it('streams a large result in chunks', async () => {
    let count = 0;
    let chunks = 0;
    const row = z.object({ number: z.string() });
    for await (const part of store.stream({ sql: 'SELECT number FROM numbers(500000)', row })) {
      count += part.length;
      chunks += 1;
    }
    expect(count).toBe(500_000);
    expect(chunks).toBeGreaterThan(10);
  });

  it('frees the connection of a reader that leaves early', async () => {
    const row = z.object({ number: z.string() });
    const sql = 'SELECT number FROM numbers(50000000)';
    for (let reader = 0; reader < 6; reader++) {
      for await (const part of store.stream({ sql, row })) {
        expect(part.length).toBeGreaterThan(0);
        break;
      }
    }
    expect(await rows('SELECT 1 AS a')).toEqual([{ a: 1 }]);
  });

  it('answers a short query while a long one runs', async () => {
    const long = rows('SELECT sleep(2) AS s');
    const order: string[] = [];
    await Promise.all([
      long.then(() => order.push('long')),
      rows('SELECT {v:String} AS v', { v: 'x' }).then(() => order.push('short')),
    ]);
    expect(order).toEqual(['short', 'long']);
  });

  it('compresses answers for a client that asks', async () => {
    const compressed = createClickHouse({ url: host.url, compressAnswers: true });
    const row = z.object({ number: z.string() });
    expect(await compressed.query({ sql: 'SELECT number FROM numbers(20000)', row })).toHaveLength(
      20_000,
    );
    await expect(compressed.query({ sql: 'SELECT nothing', row })).rejects.toMatchObject({
      details: { clickhouseCode: '47' },
    });
    await compressed.close();
  });

  it('answers ping, and reports a store that is not there', async () => {
    await store.ping();
    const nowhere = createClickHouse({ url: 'http://127.0.0.1:1' });
    await expect(nowhere.ping()).rejects.toMatchObject({ code: 'platform/clickhouse-unavailable' });
    await nowhere.close();
  });
});

describe('the process', () => {
  it('loses nothing acknowledged when it is killed in the middle of inserts', async () => {
    using data = createTemporaryDirectory('clickhouse-kill');
    let acknowledged = 0;
    for (let round = 0; round < 3; round++) {
      const victim = await startClickHouseHost({ dataDir: data.path });
      const client = createClickHouse({ url: victim.url });
      await client.command(createTable);
      const [before] = await client.query({
        sql: 'SELECT count() AS n, uniqExact(key) AS keys FROM wide WHERE key < {bound:UInt64}',
        parameters: { bound: acknowledged },
        row: z.object({ n: z.string(), keys: z.string() }),
      });
      expect(Number(before!.keys)).toBe(acknowledged);
      const enough = Promise.withResolvers<undefined>();
      const start = acknowledged;
      const writing = (async () => {
        for (;;) {
          const block = await generate(acknowledged, 500);
          await client.insertNative('wide', columns, [block]);
          acknowledged += 500;
          if (acknowledged >= start + 5000) enough.resolve(undefined);
        }
      })();
      const stopped = expect(writing).rejects.toMatchObject({ kind: 'unavailable' });
      await enough.promise;
      await victim.kill();
      await stopped;
      await client.close();
    }
    const last = await startClickHouseHost({ dataDir: data.path });
    const client = createClickHouse({ url: last.url });
    const [after] = await client.query({
      sql: 'SELECT uniqExact(key) AS keys, count() AS n FROM wide WHERE key < {bound:UInt64}',
      parameters: { bound: acknowledged },
      row: z.object({ keys: z.string(), n: z.string() }),
    });
    expect(Number(after!.keys)).toBe(acknowledged);
    await client.close();
    await last.stop();
  });

  it('refuses a second host on one directory once the wait is over', async () => {
    const second = startClickHouseHost({ dataDir: directory.path, lockWaitMs: 100 });
    await expect(second).rejects.toMatchObject({ code: 'platform/directory-in-use' });
  });

  it('ends when its parent is killed', async () => {
    using data = createTemporaryDirectory('clickhouse-orphan');
    const module = new URL('../../src/clickhouse/host/index.ts', import.meta.url).href;
    const script = `const { startClickHouseHost } = await import(${JSON.stringify(module)});
      const host = await startClickHouseHost({ dataDir: ${JSON.stringify(data.path)} });
      console.log(host.processId); setInterval(() => {}, 60_000);`;
    const options = ['--no-warnings', '--conditions=tidemark-source', '--input-type=module', '-e'];
    const parent = spawn(process.execPath, [...options, script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    expect(Number(String(line))).toBeGreaterThan(0);
    parent.kill('SIGKILL');
    // The next host waits for the lock: it can only start when the orphan has ended.
    const next = await startClickHouseHost({ dataDir: data.path });
    await next.stop();
    const name = createHash('sha256').update(realpathSync(data.path)).digest('hex').slice(0, 16);
    expect(existsSync(`/dev/shm/tidemark-clickhouse-${name}`)).toBe(false);
  });
});
