import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeErrorDocs } from './error-docs.ts';

it('is the reference of codes that is in docs/errors.md', async () => {
  const path = join(import.meta.dirname, '../../../../docs/errors.md');
  expect(await readFile(path, 'utf8')).toBe(writeErrorDocs());
});
