// Expected results were checked by hand against PRICING.md.
import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../../test/fakes/refused-case.ts';
import { previewCase } from './preview-case.ts';

describe('a rounding', () => {
  it.each<[object, object]>([
    [{ amount: '2.5', precision: 0 }, { amount: '3' }],
    [{ amount: '2.5', precision: 0, mode: 'half_even' }, { amount: '2' }],
    [{ amount: '2.5', precision: 0, mode: 'down' }, { amount: '2' }],
    [{ amount: '2.1', precision: 0, mode: 'up' }, { amount: '3' }],
    [{ amount: '1255', precision: -1 }, { amount: '1260' }],
    [{ amount: '1.0005', currency: 'KWD' }, { amount: '1.001' }],
  ])('of %j is %j', (fields, expected) => {
    expect(previewCase({ kind: 'round', ...fields })).toEqual(expected);
  });
});

describe('a case', () => {
  it.each<[string, string, unknown]>([
    [
      'a currency beside a precision',
      'rater/conflicting-fields at precision',
      { kind: 'round', amount: '1', currency: 'USD', precision: 1 },
    ],
    [
      'a precision of 37',
      'rater/not-an-integer at precision',
      { kind: 'round', amount: '1', precision: 37 },
    ],
  ])('is refused: %s', (_says, refusal, input) => {
    expect(refusalOf(input)).toBe(refusal);
  });
});
