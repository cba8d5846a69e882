import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createTemporaryDirectory } from '@tidemark/platform/testing';
import { describe, expect, it } from 'vitest';
import { createLmdbEventLog } from '../../src/log/lmdb-event-log.ts';

const run = promisify(execFile);

describe('the embedded log on a disk that is full', () => {
  it('rejects appends, stays readable, loses nothing, and takes more when there is room', async () => {
    using directory = createTemporaryDirectory('full-disk');
    const program = fileURLToPath(import.meta.resolve('./lmdb-filler.ts'));
    // A limit on the size of files stands for the full disk: writes fail, and the signal that would kill is ignored.
    const command = `ulimit -f 4096; trap '' XFSZ; exec "$@"`;
    const { stdout } = await run('bash', [
      ...['-c', command, 'bash', process.execPath, '--conditions=tidemark-source'],
      ...[program, directory.path],
    ]);
    const told = JSON.parse(stdout) as {
      stored: number;
      codes: string[];
      end: number;
      readable: number;
    };
    expect(told.stored).toBeGreaterThan(5);
    expect(told.codes).toEqual(['log/unavailable', 'log/unavailable', 'log/unavailable']);
    expect([told.end, told.readable]).toEqual([told.stored, told.stored]);

    const log = await createLmdbEventLog({ directory: directory.path, partitionCount: 1 });
    expect(await log.endOffsets()).toEqual([told.stored]);
    const next = { partition: 0, key: null, value: new Uint8Array(100_000), headers: {} };
    expect(await log.append([next])).toEqual([told.stored]);
    await log.close();
  });
});
