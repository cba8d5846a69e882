import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { aggregatorErrorCodes } from './error-codes.ts';

it('lists exactly the codes that the sources use', () => {
  const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/error-codes|\.test\./.test(name))
    .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'));
  const used = sources.flatMap((text) => text.match(/(?<=')aggregator\/[a-z-]+(?=')/g) ?? []);
  expect([...new Set(used)].sort()).toEqual(Object.keys(aggregatorErrorCodes));
});
