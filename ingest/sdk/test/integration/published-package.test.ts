/** The package as a user gets it: built, alone in a folder with its one dependency, in a process of its own. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MisbehavingServer } from '../fakes/misbehaving-server.ts';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const sdk = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;
let installed: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-sdk-'));
  installed = join(folder, 'node_modules/@tidemark/sdk');
  await run(
    process.execPath,
    [require.resolve('tsdown/run'), '--out-dir', join(installed, 'dist')],
    {
      cwd: sdk,
    },
  );
  await cp(join(sdk, 'package.json'), join(installed, 'package.json'));
  const dependency = dirname(require.resolve('@msgpack/msgpack/package.json'));
  await mkdir(join(folder, 'node_modules/@msgpack'), { recursive: true });
  await cp(dependency, join(folder, 'node_modules/@msgpack/msgpack'), { recursive: true });
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the published package', () => {
  it('imports nothing but @msgpack/msgpack, and nothing of Node', async () => {
    const code = await readFile(join(installed, 'dist/index.js'), 'utf8');
    const imported = [...code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']/g)].map(
      ([, name]) => name,
    );
    expect(imported).toEqual(['@msgpack/msgpack']);
    expect(code).not.toMatch(/node:|\brequire\(|\bzod\b/);
  });

  it('has types that stand alone', async () => {
    const types = await readFile(join(installed, 'dist/index.d.ts'), 'utf8');
    expect(types).toContain('createTidemark');
    expect(types).not.toMatch(/\bfrom\s+["']|import\(/);
  });

  it('declares no dependency of this repository', async () => {
    const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
      sideEffects: boolean;
    };
    expect(Object.keys(manifest.dependencies)).toEqual(['@msgpack/msgpack']);
    expect(manifest.sideEffects).toBe(false);
    expect(await readdir(join(folder, 'node_modules'))).toEqual(['@msgpack', '@tidemark']);
  });

  it('delivers events from a process of its own', async () => {
    const server = await MisbehavingServer.start();
    server.plan({ kind: 'answer', status: 503 });
    await writeFile(
      join(folder, 'main.mjs'),
      `import { createTidemark } from '@tidemark/sdk';
       const tidemark = createTidemark({ url: process.argv[2], apiKey: 'k', source: 'test', retryDelayMinMs: 1 });
       for (let n = 0; n < 100; n += 1) tidemark.track({ type: 't', subject: 's' + (n % 3), data: { n } });
       console.log(JSON.stringify(await tidemark.close()));`,
    );
    const { stdout } = await run(process.execPath, [join(folder, 'main.mjs'), server.url]);
    await server.stop();
    expect(JSON.parse(stdout)).toEqual({ accepted: 100, rejected: 0, failed: 0, pending: 0 });
    expect(server.stored.size).toBe(100);
  });
});
