import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '@tidemark/ingest/contract';
import type { JsonValue } from '@tidemark/ingest/contract';
import { StoredSample } from './stored-sample.ts';

const sampleOf = (data: string) =>
  new StoredSample().moveTo({ time: 1, offset: 2, index: 3, data });

describe('StoredSample', () => {
  it('keeps every digit of a number and of a decimal string', () => {
    const sample = sampleOf(
      '{"a":0.900719925474099312,"b":"-12345678901234567890.000000000000000001"}',
    );
    expect(sample.decimal('a')).toBe(900719925474099312n);
    expect(sample.decimal('b')).toBe(-12345678901234567890000000000000000001n);
  });

  it.each([
    '"x"',
    '"+5"',
    '"1e3"',
    '" 1"',
    'true',
    'null',
    '[1]',
    '{"a":1}',
    '"0.1234567890123456789"',
  ])('says that %s is no number', (value) => {
    expect(sampleOf(`{"v":${value}}`).decimal('v')).toBe('not-a-number');
    expect(sampleOf(`{"v":${value}}`).decimal('w')).toBeUndefined();
  });

  it('finds a property of its own object only', () => {
    const sample = sampleOf('{"a":{"v":1},"b":"\\"v\\":2,","c":["v",3]}');
    expect(sample.decimal('v')).toBeUndefined();
    expect(sampleOf('{"a\\"v":7,"v":8}').decimal('v')).toBe(8n * 10n ** 18n);
  });

  it('reads any canonical text as JSON.parse does', () => {
    const value = fc.letrec<{ json: JsonValue }>((tie) => ({
      json: fc.oneof(
        { maxDepth: 3 },
        fc.string({ unit: 'grapheme' }),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('json'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'b', 'a"b', 'b\\', '{', ''), tie('json'), {
          maxKeys: 3,
        }),
      ),
    })).json;
    const object = fc.dictionary(fc.constantFrom('a', 'b', 'a"b', 'b\\', '{', ''), value, {
      maxKeys: 6,
    });
    fc.assert(
      fc.property(object, fc.constantFrom('a', 'b', 'a"b', 'b\\', '{', ''), (data, name) => {
        const expected = Object.hasOwn(data, name) ? data[name] : undefined;
        const text =
          typeof expected === 'string' ||
          typeof expected === 'number' ||
          typeof expected === 'boolean'
            ? String(expected)
            : undefined;
        expect(sampleOf(canonicalJson(data)).text(name)).toBe(text);
      }),
    );
  });
});
