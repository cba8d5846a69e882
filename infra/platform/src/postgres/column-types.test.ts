import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatInstant, instantMax, instantMin } from '../clock/index.ts';
import { parseArray, parseTimestamptz } from './column-types.ts';

const asText = (text: string) => text;

describe('parseTimestamptz', () => {
  it('reads what Postgres writes, exact to the microsecond', () => {
    expect(parseTimestamptz('1970-01-01 00:00:00.000001+00')).toBe(1);
    expect(parseTimestamptz('2015-05-17 10:05:03.12+00')).toBe(1_431_857_103_120_000);
    expect(parseTimestamptz('1969-12-31 23:59:59.999999+00')).toBe(-1);
  });

  it('agrees with formatInstant for every instant', () => {
    fc.assert(
      fc.property(fc.integer({ min: instantMin, max: instantMax - 1 }), (instant) => {
        const text = formatInstant(instant).replace('T', ' ').replace('Z', '+00');
        expect(parseTimestamptz(text)).toBe(instant);
      }),
    );
  });

  it.each([
    'infinity',
    '0044-03-15 00:00:00+00 BC',
    '2015-05-17 10:05:03+02',
    '9999-01-01 00:00:00+00',
  ])('refuses %s', (text) => {
    expect(() => parseTimestamptz(text)).toThrow(
      expect.objectContaining({ code: 'platform/timestamp-out-of-range' }),
    );
  });
});

describe('parseArray', () => {
  it('reads bare, quoted, escaped and null elements', () => {
    expect(parseArray('{}', asText)).toEqual([]);
    expect(parseArray('{1,NULL,3}', Number)).toEqual([1, null, 3]);
    expect(parseArray(String.raw`{a,"b,c","d\"e\\f","NULL",""}`, asText)).toEqual([
      'a',
      'b,c',
      String.raw`d"e\f`,
      'NULL',
      '',
    ]);
  });

  it('refuses nested arrays', () => {
    expect(() => parseArray('{{1},{2}}', Number)).toThrow(
      expect.objectContaining({ code: 'platform/array-not-supported' }),
    );
  });
});
