import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDirectory } from './directory-lock.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidemark-lock-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const held = { code: 'platform/directory-in-use', kind: 'conflict' };
const lock = () => lockDirectory(directory, { purpose: 'test store' });

describe('lockDirectory', () => {
  it('refuses a second opener of the same process until the first releases', async () => {
    const first = await lock();
    await expect(lock()).rejects.toMatchObject(held);
    first.release();
    first.release();
    (await lock()).release();
  });

  it('refuses another process and names it, and is free at once after its kill -9', async () => {
    const module = new URL('./directory-lock.ts', import.meta.url).href;
    const script = `const { lockDirectory } = await import(${JSON.stringify(module)});
      await lockDirectory(${JSON.stringify(directory)}, { purpose: 'x' });
      console.log('locked'); setInterval(() => {}, 60_000);`;
    const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await expect(lock()).rejects.toMatchObject({
      ...held,
      message: expect.stringContaining(`process ${String(child.pid)}`) as string,
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
    (await lock()).release();
  });
});
