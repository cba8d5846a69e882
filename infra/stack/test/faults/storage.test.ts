/** Disks that are full, files that are torn, and a store that is gone: recovered, or halted aloud, never silent. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createClickHouse } from '@tidemark/platform/clickhouse';
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import { startClickHouseHost } from '@tidemark/platform/clickhouse-host';
import { createTemporaryDirectory } from '@tidemark/platform/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EmbeddedStack } from '../fixtures/embedded-stack.ts';
import { runTidemark } from '../fixtures/tidemark-process.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function startStack(directory: string): Promise<EmbeddedStack> {
  const stack = await EmbeddedStack.start(directory);
  cleanups.push(() => stack.process.kill());
  return stack;
}

function temporaryDirectory(name: string): string {
  const directory = createTemporaryDirectory(name);
  cleanups.push(() => {
    directory.remove();
  });
  return directory.path;
}

describe('a store that is lost while the log is there', () => {
  it('is rebuilt from the log, row for row', async () => {
    const stack = await startStack(temporaryDirectory('lost-store'));
    await stack.send(3_000);
    await expect.poll(() => storedEvents(stack), { timeout: 30_000 }).toBe(3_000);
    await stack.process.stop();
    const store = join(stack.dataDir, 'clickhouse');
    const before = await digestStore(store);
    expect(Object.keys(before)).toContain('usage_events');

    rmSync(store, { recursive: true });
    await stack.process.start();
    await expect.poll(() => storedEvents(stack), { timeout: 30_000 }).toBe(3_000);
    await stack.process.stop();
    expect(await digestStore(store)).toEqual(before);

    await stack.process.start();
    expect(await stack.close()).toMatchObject({
      status: 'done',
      totals: { USD: stack.expectedTotal },
    });
  });
});

describe('a store that has lost rows below its progress', () => {
  it('halts the rater, and gets them back from the log at the next close', async () => {
    const stack = await startStack(temporaryDirectory('lost-rows'));
    await stack.send(2_000);
    await expect.poll(() => storedEvents(stack), { timeout: 30_000 }).toBe(2_000);
    await stack.process.stop();
    const store = join(stack.dataDir, 'clickhouse');
    const before = await digestStore(store);
    await withEngine(store, async (clickHouse) => {
      for (const [table, rows] of [
        ['usage_events', 'offset % 2 = 0'],
        ['event_owners', 'offset % 2 = 0'],
        ['envelope_outcomes', 'offset % 3 = 0'],
      ]) {
        await clickHouse.command(
          `ALTER TABLE ${table} DELETE WHERE ${rows} SETTINGS mutations_sync = 1`,
        );
      }
    });
    expect(await digestStore(store)).not.toEqual(before);

    await stack.process.start();
    await expect
      .poll(() => metrics(stack), { timeout: 30_000 })
      .toContain('reason="rater/counts-differ"} 1');
    expect(await stack.close()).toMatchObject({
      status: 'done',
      totals: { USD: stack.expectedTotal },
    });
    expect(await metrics(stack)).toMatch(/tidemark_close_repairs_total [1-9]/);
    await stack.process.stop();
    expect(await digestStore(store)).toEqual(before);
    await stack.process.start();
    await stack.send(10);
    await expect.poll(() => storedEvents(stack), { timeout: 30_000 }).toBe(2_010);
  });
});

const noTmpfs = whyNoTmpfs();
describe.skipIf(noTmpfs !== null)(
  `a store on a full disk${noTmpfs === null ? '' : ` (${noTmpfs})`}`,
  () => {
    it('takes nothing for a while; what was accepted is billed once there is room', async () => {
      const directory = temporaryDirectory('full-store');
      const store = join(directory, 'data/clickhouse');
      mkdirSync(store, { recursive: true });
      mount('-t', 'tmpfs', '-o', 'size=256m', 'tmpfs', store);
      cleanups.push(() => {
        spawnSync('umount', ['-l', store]);
      });
      const stack = await startStack(directory);
      await stack.send(100);
      await expect.poll(() => storedEvents(stack), { timeout: 30_000 }).toBe(100);
      const ballast = join(store, 'ballast');
      fillDisk(ballast);
      // The log stands on another disk: the gateway goes on.
      await stack.send(5_000, 200);
      await expect
        .poll(
          () => {
            // What the engine tidies up meanwhile is taken as well.
            fillDisk(ballast);
            return sinkFailures(stack);
          },
          { timeout: 60_000, interval: 200 },
        )
        .toBeGreaterThan(0);
      expect(await storedEvents(stack)).toBe(100);

      rmSync(ballast);
      await expect.poll(() => storedEvents(stack), { timeout: 60_000 }).toBe(5_100);
      expect(await stack.close()).toMatchObject({
        status: 'done',
        totals: { USD: stack.expectedTotal },
      });
      expect(await stack.reconciliation()).toMatchObject({
        reconciled: true,
        totals: { duplicate: 0, difference: 0 },
      });
    });
  },
);

describe('a torn embedded log', () => {
  it('is told, by name, and nothing is billed from it', async () => {
    const stack = await startStack(temporaryDirectory('torn-log'));
    await stack.send(4_000, 200);
    await expect.poll(() => storedEvents(stack), { timeout: 30_000 }).toBe(4_000);
    await stack.process.stop();
    // A disk that lost pages in the middle of the file, and a store that has to be filled from it.
    tear(join(stack.dataDir, 'log/data.mdb'));
    rmSync(join(stack.dataDir, 'clickhouse'), { recursive: true });
    const told = await Promise.race([
      stack.process.start().then(() => untilHalted(stack)),
      untilEnded(stack),
    ]);
    expect(told).toMatch(/rater\/(record-corrupt|log-gap|log-shorter)|log\/|partition halted|MDB_/);
    expect(await storedEvents(stack).catch(() => 0)).toBeLessThan(4_000);
  });
});

describe('a data directory that is in use', () => {
  it('is not opened twice', async () => {
    const stack = await startStack(temporaryDirectory('opened-twice'));
    const second = await runTidemark(['up', '--data', stack.dataDir, '--port', '0', '--json']);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain('platform/directory-in-use');
    await stack.send(100);
    expect(await stack.close()).toMatchObject({ totals: { USD: stack.expectedTotal } });
  });
});

describe('an engine that dies alone', () => {
  it('takes its process along, which comes back with everything', async () => {
    const stack = await startStack(temporaryDirectory('dead-engine'));
    await stack.send(500);
    const before = stack.process.ends;
    const { stdout } = spawnSync('pgrep', ['-P', String(stack.process.processId)]);
    const children = String(stdout).trim().split('\n').filter(Boolean).map(Number);
    expect(children.length).toBeGreaterThan(0);
    for (const child of children) process.kill(child, 'SIGKILL');
    await expect.poll(() => stack.process.ends, { timeout: 30_000 }).toBe(before + 1);
    await stack.process.ready();
    await stack.send(500);
    expect(await stack.close()).toMatchObject({ totals: { USD: stack.expectedTotal } });
  });
});

async function storedEvents(stack: EmbeddedStack): Promise<number> {
  const { totals } = await stack.reconciliation();
  return totals['stored'] ?? 0;
}

async function metrics(stack: EmbeddedStack): Promise<string> {
  return (await fetch(`${stack.api.url}/metrics`)).text();
}

async function sinkFailures(stack: EmbeddedStack): Promise<number> {
  const text = await metrics(stack);
  return Number(/^tidemark_rater_sink_failures_total(?:\{.*\})? (\d+)/m.exec(text)?.[1] ?? 0);
}

const digestRow = z.object({ name: z.string(), digest: z.string() });

async function withEngine<Result>(
  dataDir: string,
  work: (clickHouse: ClickHouse) => Promise<Result>,
): Promise<Result> {
  const host = await startClickHouseHost({ dataDir });
  const clickHouse = createClickHouse({ url: host.url });
  try {
    return await work(clickHouse);
  } finally {
    await clickHouse.close();
    await host.stop();
  }
}

/** A hash over every row of every table of usage, each coordinate once. */
function digestStore(dataDir: string): Promise<Record<string, string>> {
  return withEngine(dataDir, async (clickHouse) => {
    const tables = await clickHouse.query({
      sql: `SELECT name, '' AS digest FROM system.tables
            WHERE database = currentDatabase() AND engine = 'ReplacingMergeTree'
              AND name != 'schema_migrations' ORDER BY name`,
      row: digestRow,
    });
    const digests: Record<string, string> = {};
    for (const { name } of tables) {
      const [row] = await clickHouse.query({
        sql: `SELECT '${name}' AS name, toString(groupBitXor(cityHash64(*))) || '/' || toString(count()) AS digest
              FROM ${name} FINAL`,
        row: digestRow,
      });
      digests[name] = row?.digest ?? '';
    }
    return digests;
  });
}

/** Appends to the file until the disk has no room. */
function fillDisk(file: string): void {
  const descriptor = openSync(file, 'a');
  try {
    for (const size of [1_048_576, 4096]) {
      const bytes = new Uint8Array(size);
      while (hasRoom(() => writeSync(descriptor, bytes) === size));
    }
  } finally {
    closeSync(descriptor);
  }
}

function hasRoom(write: () => boolean): boolean {
  try {
    return write();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}

/** Overwrites pages in the middle of a file. */
function tear(file: string): void {
  const { size } = statSync(file);
  const descriptor = openSync(file, 'r+');
  for (let at = 0.3; at < 0.9; at += 0.1) {
    writeSync(descriptor, new Uint8Array(16_384).fill(0xdb), 0, 16_384, Math.floor(size * at));
  }
  closeSync(descriptor);
}

async function untilHalted(stack: EmbeddedStack): Promise<string> {
  for (;;) {
    const log = readFileSync(join(stack.dataDir, '../up.log'), 'utf8');
    if (/halted|cannot read|MDB_|log\//.test(log)) return log;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function untilEnded(stack: EmbeddedStack): Promise<string> {
  const before = stack.process.ends;
  while (stack.process.ends === before) await new Promise((resolve) => setTimeout(resolve, 200));
  return readFileSync(join(stack.dataDir, '../up.log'), 'utf8');
}

function whyNoTmpfs(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    return 'skipped: mounting a small disk needs root on Linux';
  }
  const probe = createTemporaryDirectory('tmpfs');
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe.path]);
  spawnSync('umount', [probe.path]);
  probe.remove();
  return mounted.status === 0 ? null : 'skipped: this system does not let us mount a tmpfs';
}

function mount(...parameters: string[]): void {
  const { status, stderr } = spawnSync('mount', parameters);
  if (status !== 0) throw new Error(`mount: ${String(stderr)}`);
}
