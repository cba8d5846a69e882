/** The command line as its users meet it: ends of a pipe and of npx, wrong use, settings. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, test } from 'vitest';
import { runTidemark } from '../fixtures/tidemark-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidemark-command-line-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const priceCase = JSON.stringify({
  id: 'c1',
  charge: { price: { model: 'per_unit', currency: 'USD', unitAmount: '0.02' } },
  quantity: '700',
});

describe('tidemark price', () => {
  test('ends quietly when its reader has seen enough', async () => {
    const file = join(folder, 'cases.ndjson');
    writeFileSync(file, `${priceCase}\n`.repeat(50_000));
    const executable = join(import.meta.dirname, '../../bin/tidemark');
    const child = spawn(executable, ['price', file], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdout.once('data', () => child.stdout.destroy());
    const [code] = (await once(child, 'close')) as [number | null];
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('says which file it cannot read', async () => {
    const missing = join(folder, 'none.ndjson');
    const { code, stderr } = await runTidemark(['price', missing]);
    expect(code).toBe(1);
    expect(stderr).toBe(`stack/unreadable-file: ${missing} cannot be read.\n`);
  });
});

describe('wrong use', () => {
  test.each([
    [['close', '--through', 'tomorrow']],
    [['usage', '--meter', 'calls', '--from', '2015-05-01', '--to', '2015-06-01T00:00:00Z']],
    [['spend', 'acme', '--at', '2015-05-01T00:00:00']],
    [['invoices', '--limit', '0']],
    [['explain', 'inv_1']],
    [['nonsense']],
  ])('tidemark %j ends with 2 before a server is asked', async (parameters) => {
    const { code, stdout } = await runTidemark(parameters, { TIDEMARK_API_KEY: 'none' });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

test('a command below another one gets the options that stand behind it', async () => {
  const to = ['--url', 'http://127.0.0.1:1', '--key', 'none'];
  for (const command of [['dead-letters'], ['dead-letters', 'redrive']]) {
    expect(await runTidemark([...command, ...to])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('No Tidemark answers at http://127.0.0.1:1.') as string,
    });
  }
});

describe('a role', () => {
  const servers = ['--kafka', '127.0.0.1:9092', '--postgres', 'postgres://127.0.0.1/tidemark'];

  test('takes its stores from options', async () => {
    const stores = [...servers, '--clickhouse', 'http://127.0.0.1:8123'];
    for (const role of ['rater', 'api', 'close-worker']) {
      expect((await runTidemark([role, ...stores, '--check-config'])).code).toBe(0);
    }
    expect((await runTidemark(['gateway', ...servers, '--check-config'])).code).toBe(0);
  });

  test('is refused without them, with the name of each missing setting', async () => {
    const { code, stderr } = await runTidemark(['rater', '--check-config']);
    expect(code).toBe(2);
    for (const variable of ['KAFKA_BROKERS', 'CLICKHOUSE_URL', 'POSTGRES_URL']) {
      expect(stderr).toContain(`TIDEMARK_${variable}`);
    }
  });
});

describe('npx tidemark up', () => {
  test('ends with npx, and its data directory is free again', async () => {
    const dataDir = join(folder, 'npx-data');
    const first = await startWithNpx(dataDir);
    first.npx.kill('SIGTERM');
    // The next start waits for the one before it to leave the directory.
    const second = await startWithNpx(dataDir);
    expect(second.ready).toMatchObject({ dataDir, adminKey: null });
    second.npx.kill('SIGKILL');
    const third = await startWithNpx(dataDir);
    third.npx.kill('SIGTERM');
    await Promise.all([first.closed, second.closed, third.closed]);
  });
});

async function startWithNpx(dataDir: string) {
  const root = join(import.meta.dirname, '../../../..');
  const npx = spawn('npx', ['tidemark', 'up', '--data', dataDir, '--port', '0', '--json'], {
    cwd: root,
    env: { ...process.env, TIDEMARK_LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  // Closed only once the server below npx has ended too: it has the other end of the pipe.
  const closed = once(npx, 'close');
  const [line] = (await Promise.race([
    once(createInterface({ input: npx.stdout }), 'line'),
    closed.then(() => {
      throw new Error('tidemark up ended before it was ready');
    }),
  ])) as [string];
  return { npx, closed, ready: JSON.parse(line) as { adminKey: string | null } };
}
