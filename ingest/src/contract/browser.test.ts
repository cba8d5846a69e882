import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** What the SDK bundles: every module that these reach by imports of values. */
const clientModules = [
  'canonical-json.ts',
  'columns-builder.ts',
  'columns-codec.ts',
  'limits.ts',
  'parse-usage-event.ts',
  'problem-codes.ts',
];

function importsOf(
  file: string,
  seen = new Map<string, readonly string[]>(),
): Map<string, readonly string[]> {
  if (seen.has(file)) return seen;
  const source = readFileSync(join(import.meta.dirname, file), 'utf8');
  const statements = source.matchAll(/^import (?!type )[^;]*? from '([^']+)';/gm);
  const found = [...statements].map(([, specifier]) => specifier ?? '');
  seen.set(file, found);
  for (const specifier of found) {
    if (specifier.startsWith('./')) importsOf(specifier.slice(2), seen);
  }
  return seen;
}

describe('the part of the contract that a client bundles', () => {
  it('needs msgpack and the clock, nothing of Node and no schema library', () => {
    const reached = new Map(clientModules.flatMap((file) => [...importsOf(file)]));
    const packages = new Set([...reached.values()].flat().filter((each) => !each.startsWith('./')));
    expect([...packages].sort()).toEqual(['@msgpack/msgpack', '@tidemark/platform/clock']);
    expect(reached.size).toBeGreaterThan(10);
  });

  it('touches no global of Node', () => {
    const reached = new Set(clientModules.flatMap((file) => [...importsOf(file).keys()]));
    for (const file of reached) {
      const source = readFileSync(join(import.meta.dirname, file), 'utf8');
      expect(source, file).not.toMatch(/\b(Buffer|process|require|__dirname|setImmediate)\b[.(]/);
    }
  });

  it('is told apart by the test: the log codec does need Node', () => {
    expect([...importsOf('log-message-codec.ts').values()].flat()).toContain('node:crypto');
  });
});
