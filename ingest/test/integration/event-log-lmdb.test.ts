import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createTemporaryDirectory, type TemporaryDirectory } from '@tidemark/platform/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { createLmdbEventLog } from '../../src/log/lmdb-event-log.ts';
import { describeEventLog } from './event-log-contract.ts';
import { record } from './event-log-scene.ts';

const directories: TemporaryDirectory[] = [];

function newDirectory(): string {
  const directory = createTemporaryDirectory('event-log');
  directories.push(directory);
  return directory.path;
}

afterEach(() => {
  for (const directory of directories.splice(0)) directory.remove();
});

describe('the embedded log', () => {
  describeEventLog(() => ({
    create: (partitionCount) => {
      const directory = newDirectory();
      return Promise.resolve({ open: () => createLmdbEventLog({ directory, partitionCount }) });
    },
  }));

  it('has another incarnation after its directory was made anew', async () => {
    let seconds = 1_800_000_000;
    const clock = { now: () => seconds * 1_000_000 };
    const first = await createLmdbEventLog({ directory: newDirectory(), partitionCount: 1, clock });
    seconds += 5;
    const second = await createLmdbEventLog({
      directory: newDirectory(),
      partitionCount: 1,
      clock,
    });
    expect([first.incarnation, second.incarnation]).toEqual([1_800_000_000, 1_800_000_005]);
    await Promise.all([first.close(), second.close()]);
  });

  it('never gives an earlier time to a later record, also when the clock is set back', async () => {
    let now = 1_800_000_000_000_000;
    const directory = newDirectory();
    const options = { directory, partitionCount: 1, clock: { now: () => now } };
    const log = await createLmdbEventLog(options);
    await log.append([record(0, 'a')]);
    now -= 3_600_000_000;
    await log.append([record(0, 'b')]);
    await log.close();
    const again = await createLmdbEventLog(options);
    await again.append([record(0, 'c')]);
    const times: number[] = [];
    for await (const batch of again.read(0, 0, 3))
      times.push(...batch.map((each) => each.logTimeMs));
    expect(times).toEqual([1_800_000_000_000, 1_800_000_000_000, 1_800_000_000_000]);
    await again.close();
  });

  it('refuses another number of partitions', async () => {
    const directory = newDirectory();
    const log = await createLmdbEventLog({ directory, partitionCount: 2 });
    await expect(createLmdbEventLog({ directory, partitionCount: 3 })).rejects.toMatchObject({
      code: 'log/partition-count-differs',
    });
    await log.close();
    await expect(createLmdbEventLog({ directory, partitionCount: 3 })).rejects.toMatchObject({
      code: 'log/partition-count-differs',
    });
    const again = await createLmdbEventLog({ directory, partitionCount: 2 });
    await again.close();
  });

  it('loses no acknowledged record to kill -9, and is not open to two processes', async () => {
    const directory = newDirectory();
    const child = fork(fileURLToPath(import.meta.resolve('./lmdb-appender.ts')), [directory], {
      execArgv: ['--conditions=tidemark-source'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const acknowledged: number[][] = [];
    const enough = Promise.withResolvers<undefined>();
    child.on('message', (offsets: number[]) => {
      acknowledged.push(offsets);
      if (acknowledged.length === 50) enough.resolve(undefined);
    });
    child.once('exit', (code) => {
      enough.reject(new Error(`The appender ended with ${String(code)}.`));
    });
    await enough.promise;
    await expect(createLmdbEventLog({ directory, partitionCount: 2 })).rejects.toMatchObject({
      code: 'platform/directory-in-use',
    });
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    const log = await createLmdbEventLog({ directory, partitionCount: 2 });
    const texts = new Map<string, string>();
    for (const partition of [0, 1]) {
      for await (const batch of log.read(partition, 0, Infinity)) {
        for (const { offset, value } of batch) {
          texts.set(`${partition}:${offset}`, new TextDecoder().decode(value.subarray(0, 20)));
        }
      }
    }
    acknowledged.forEach((offsets, round) => {
      offsets.forEach((offset, partition) => {
        expect(texts.get(`${partition}:${offset}`)).toMatch(new RegExp(`^${round}/${partition} `));
      });
    });
    expect(acknowledged.length).toBeGreaterThanOrEqual(50);
    await log.close();
  });
});
