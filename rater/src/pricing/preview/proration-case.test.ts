// Expected results were checked by hand against PRICING.md.
import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../../test/fakes/refused-case.ts';
import { previewCase } from './preview-case.ts';

const period = { from: '2024-01-01T00:00:00Z', to: '2024-01-31T00:00:00Z' };
const service = { from: '2024-01-16T00:00:00Z', to: '2024-01-31T00:00:00Z' };

describe('a proration', () => {
  it.each<[object, object]>([
    [
      { amount: '30', currency: 'USD', basis: 'second', service, period },
      { fraction: { numerator: '1', denominator: '2' }, amount: '15.00' },
    ],
    [
      { amount: '30', currency: 'USD', service, period },
      { fraction: { numerator: '1', denominator: '2' }, amount: '15.00' },
    ],
    [
      {
        amount: '-31',
        currency: 'USD',
        basis: 'day',
        service: { from: '2024-01-15T23:30:00Z', to: '2024-01-30T23:00:00Z' },
        period: { from: '2023-12-31T23:00:00Z', to: '2024-01-30T23:00:00Z' },
        timeZone: 'Europe/Berlin',
      },
      { fraction: { numerator: '1', denominator: '2' }, amount: '-15.50' },
    ],
  ])('of %j is %j', (fields, expected) => {
    expect(previewCase({ kind: 'proration', ...fields })).toEqual(expected);
  });
});

describe('a case', () => {
  it.each<[string, string, unknown]>([
    [
      'an unknown field of a proration case',
      'rater/unknown-field at of',
      {
        kind: 'proration',
        amount: '1',
        currency: 'USD',
        basis: 'day',
        service: period,
        period,
        of: 1,
      },
    ],
  ])('is refused: %s', (_says, refusal, input) => {
    expect(refusalOf(input)).toBe(refusal);
  });
});
