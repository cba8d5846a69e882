import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { apiProblemCodes } from './problem-codes.ts';

test('every code that is used is listed, and every listed one is used', () => {
  const folder = new URL('.', import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'problem-codes.ts',
  );
  const used = new Set<string>();
  for (const file of files) {
    const text = readFileSync(new URL(file, folder), 'utf8');
    for (const [, code] of text.matchAll(/'(api\/[a-z-]+)'/g)) used.add(code ?? '');
    if (text.includes('`api/unknown-${what}`'))
      used.add('api/unknown-customer').add('api/unknown-plan');
  }
  // Purposes of derived secrets are no codes.
  expect([...used].sort()).toEqual(Object.keys(apiProblemCodes).sort());
});
