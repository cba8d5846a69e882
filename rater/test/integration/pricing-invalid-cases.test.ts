// Every invalid case is answered with an error of code, message and path; nothing is thrown, and nothing hangs.
import { describe, expect, it } from 'vitest';
import { previewCase } from '@tidemark/rater/pricing';
import type { InvalidCase } from '../examples/invalid-case.ts';
import { invalidCases } from '../examples/invalid-cases.ts';

const rows = invalidCases.map((row): [string, InvalidCase] => [row.says, row]);

describe('an invalid case', () => {
  it.each(rows)('is refused: %s', (_says, { input, names }) => {
    const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
    const withId: unknown = isObject ? { id: 'case-7', ...input } : input;
    const result = previewCase(withId) as Record<string, unknown>;
    expect(result).toHaveProperty('error');
    expect(result).not.toHaveProperty('amount');
    if (isObject) expect(result['id']).toBe('case-7');
    const error = result['error'] as Record<string, unknown>;
    expect(error['code']).toMatch(/^[a-z]+\/[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(error['message']).toEqual(expect.stringMatching(/\S/));
    expect(error['path']).toBeTypeOf('string');
    for (const name of names) expect(error['path']).toContain(name);
  });

  it('leaves objects as they were', () => {
    const input = JSON.parse(
      '{"charge":{"price":{"model":"flat","currency":"USD","amount":"1","__proto__":{"polluted":"1"}}}}',
    ) as unknown;
    previewCase(input);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
