import { describe, expect, it } from 'vitest';
import { parseMeter } from '../../meters/meter.ts';
import { formatFraction, Rational } from '../../money/index.ts';
import { previewRules } from '../input/json-object.ts';
import { exactNumber, measuredProperty, sampleOf, textOf } from './json-sample.ts';

describe('an exact number', () => {
  it.each<[unknown, string]>([
    [1, '1'],
    [-1.5, '-1.5'],
    [0.1, '0.1'],
    [1e-7, '0.0000001'],
    [-1.25e-7, '-0.000000125'],
    [1.5e-10, '0.00000000015'],
    [9_007_199_254_740_991, '9007199254740991'],
    [-9_007_199_254_740_991, '-9007199254740991'],
    [9_007_199_254_740_992, 'ingest/number-not-exact'],
    [-9_007_199_254_740_992, 'ingest/number-not-exact'],
    [1e21, 'ingest/number-not-exact'],
    // What JSON.parse makes of 1e400.
    [Infinity, 'ingest/number-not-exact'],
    [NaN, 'ingest/value-not-a-number'],
    ['1.50', '1.5'],
    ['99999999999999999999', '99999999999999999999'],
    ['1e3', 'ingest/value-not-a-number'],
    ['', 'ingest/value-not-a-number'],
    [true, 'ingest/value-not-a-number'],
    [null, 'ingest/value-not-a-number'],
    [[1], 'ingest/value-not-a-number'],
  ])('of %s is %s', (value, expected) => {
    const number = exactNumber(value);
    expect(number instanceof Rational ? formatFraction(number) : number).toBe(expected);
  });
});

describe('a sample of JSON', () => {
  const sample = sampleOf({
    time: 7,
    index: 3,
    properties: { n: 0.5, t: 'x', b: false, o: {}, long: `0.${'1'.repeat(19)}`, small: 1e-7 },
  });

  it('stands at its place in the list', () => {
    expect(sample).toMatchObject({ time: 7, offset: 0, index: 3 });
  });

  it('reads numbers in full, and as decimals of 18 places where they fit', () => {
    expect(sample.decimal('n')).toBe(5n * 10n ** 17n);
    expect(sample.decimal('long')).toBe('not-a-number');
    expect(['t', 'b', 'o'].map((name) => sample.decimal(name))).toEqual(
      Array.from({ length: 3 }, () => 'not-a-number'),
    );
    expect(['absent', 'toString'].map((name) => sample.decimal(name))).toEqual([
      undefined,
      undefined,
    ]);
    const exact = sample.exact?.('long');
    expect(exact instanceof Rational && formatFraction(exact)).toBe(`0.${'1'.repeat(19)}`);
    expect([sample.exact?.('t'), sample.exact?.('absent')]).toEqual(['not-a-number', undefined]);
  });

  it('reads texts, numbers and truths as texts', () => {
    const names = ['t', 'n', 'b', 'o', 'absent', 'toString', 'small'];
    expect(names.map((name) => sample.text(name))).toEqual([
      'x',
      '0.5',
      'false',
      undefined,
      undefined,
      undefined,
      '0.0000001',
    ]);
    expect([textOf(null), textOf(1e21)]).toEqual([undefined, `1${'0'.repeat(21)}`]);
    expect([textOf(1.5e22), textOf(-1.25e-9)]).toEqual([`15${'0'.repeat(21)}`, '-0.00000000125']);
  });
});

describe('the property that a value stands for', () => {
  it('is the one that the meter measures', () => {
    const of = (fields: object): string | undefined =>
      measuredProperty(parseMeter(fields, previewRules));
    expect(of({ aggregation: 'sum', property: 'v' })).toBe('v');
    expect(of({ aggregation: 'sum', property: 'v * w' })).toBeUndefined();
    expect(of({ aggregation: 'count' })).toBeUndefined();
  });
});
