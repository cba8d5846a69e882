import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, describe, expect, it } from 'vitest';
import { createPgliteDatabase } from '../../src/postgres/index.ts';
import { createTemporaryDirectory } from '../../src/testing/index.ts';
import { describeSqlDatabase } from '../contract/sql-database-contract.ts';

const directory = createTemporaryDirectory('pglite');
afterAll(() => directory.remove());

describeSqlDatabase('PGlite', () => createPgliteDatabase());

describe('createPgliteDatabase', () => {
  it('refuses a second opener and keeps its data for the next', async () => {
    const database = await createPgliteDatabase(directory.path);
    await database.query('CREATE TABLE t (n int)');
    await database.query('INSERT INTO t VALUES (1)');
    await expect(createPgliteDatabase(directory.path)).rejects.toMatchObject({
      code: 'platform/directory-in-use',
    });
    await database.close();
    await database.close();
    const again = await createPgliteDatabase(directory.path);
    expect(await again.query('SELECT n FROM t')).toEqual([{ n: 1 }]);
    await again.close();
  });

  it('keeps what was committed before a kill -9, and can be opened at once', async () => {
    const path = `${directory.path}/killed`;
    const module = new URL('../../src/postgres/index.ts', import.meta.url).href;
    const script = `const { createPgliteDatabase } = await import(${JSON.stringify(module)});
      const database = await createPgliteDatabase(${JSON.stringify(path)});
      await database.query('CREATE TABLE t (n int)');
      for (let n = 1; ; n++) {
        await database.transaction((c) => c.query('INSERT INTO t VALUES ($1)', [n]));
        console.log(n);
      }`;
    const options = ['--no-warnings', '--conditions=tidemark-source', '--input-type=module', '-e'];
    const child = spawn(process.execPath, [...options, script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let acknowledged = 0;
    for await (const chunk of child.stdout) {
      acknowledged = Number(String(chunk).trim().split('\n').at(-1));
      if (acknowledged >= 50) break;
    }
    child.kill('SIGKILL');
    await once(child, 'exit');
    const database = await createPgliteDatabase(path);
    const [row] = await database.query<{ n: number }>('SELECT count(*) AS n FROM t WHERE n <= $1', [
      acknowledged,
    ]);
    expect(row!.n).toBe(acknowledged);
    await database.close();
  });
});
