/** The command line as its users meet it, without a server: ends of a pipe, wrong use, settings. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
