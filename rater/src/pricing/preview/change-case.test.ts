// Expected results were checked by hand against PRICING.md.
import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../../test/fakes/refused-case.ts';
import { previewCase } from './preview-case.ts';

const period = { from: '2024-01-01T00:00:00Z', to: '2024-01-31T00:00:00Z' };

describe('a change of plan', () => {
  it('is by the second where nothing else is said', () => {
    const change = {
      before: '30',
      after: '60',
      currency: 'USD',
      at: '2024-01-15T12:00:00Z',
      period,
    };
    expect(previewCase({ kind: 'change', ...change })).toMatchObject({ amount: '15.50' });
  });

  it.each<[object, object]>([
    [
      {
        before: '30',
        after: '60',
        currency: 'USD',
        basis: 'second',
        at: '2024-01-11T00:00:00Z',
        period,
      },
      {
        lines: [
          { kind: 'proration_credit', amount: '-20.00' },
          { kind: 'proration_charge', amount: '40.00' },
        ],
        amount: '20.00',
      },
    ],
    [
      {
        before: '30',
        after: '60',
        currency: 'USD',
        basis: 'second',
        at: '2024-01-11T00:00:00Z',
        period,
        newPeriod: true,
      },
      {
        lines: [
          { kind: 'proration_credit', amount: '-20.00' },
          { kind: 'proration_charge', amount: '60.00' },
        ],
        amount: '40.00',
      },
    ],
    [
      {
        before: '0',
        after: '60',
        currency: 'USD',
        basis: 'second',
        at: '2024-01-11T00:00:00Z',
        period,
      },
      { lines: [{ kind: 'proration_charge', amount: '40.00' }], amount: '40.00' },
    ],
    [
      {
        before: '30',
        after: '0',
        currency: 'USD',
        basis: 'second',
        at: '2024-01-11T00:00:00Z',
        period,
      },
      { lines: [{ kind: 'proration_credit', amount: '-20.00' }], amount: '-20.00' },
    ],
    [
      {
        before: '30',
        after: '60',
        currency: 'USD',
        basis: 'second',
        at: '2023-01-01T00:00:00Z',
        period,
      },
      {
        lines: [
          { kind: 'proration_credit', amount: '-30.00' },
          { kind: 'proration_charge', amount: '60.00' },
        ],
        amount: '30.00',
      },
    ],
    [
      {
        before: '30',
        after: '60',
        currency: 'USD',
        basis: 'second',
        at: '2025-01-01T00:00:00Z',
        period,
      },
      { lines: [], amount: '0.00' },
    ],
    [
      {
        before: '30',
        after: '60',
        currency: 'USD',
        basis: 'second',
        at: '2024-01-31T00:00:00Z',
        period,
      },
      { lines: [], amount: '0.00' },
    ],
    [
      {
        before: '30',
        after: '60',
        currency: 'USD',
        basis: 'day_inclusive',
        at: '2024-01-31T12:00:00Z',
        period,
      },
      {
        lines: [
          { kind: 'proration_credit', amount: '-0.97' },
          { kind: 'proration_charge', amount: '1.94' },
        ],
        amount: '0.97',
      },
    ],
    [
      {
        before: '30',
        after: '60',
        currency: 'USD',
        basis: 'day_inclusive',
        at: '2024-02-01T00:00:00Z',
        period,
      },
      { lines: [], amount: '0.00' },
    ],
    [
      {
        before: '30',
        after: '60',
        currency: 'USD',
        basis: 'day_inclusive',
        at: '2024-01-31T00:00:00Z',
        period,
      },
      {
        lines: [
          { kind: 'proration_credit', amount: '-0.97' },
          { kind: 'proration_charge', amount: '1.94' },
        ],
        amount: '0.97',
      },
    ],
    [
      {
        before: '10.5',
        after: '60',
        currency: 'JPY',
        basis: 'second',
        at: '2024-01-11T00:00:00Z',
        period,
      },
      {
        lines: [
          { kind: 'proration_credit', amount: '-7' },
          { kind: 'proration_charge', amount: '40' },
        ],
        amount: '33',
      },
    ],
    [
      {
        before: '31',
        after: '62',
        currency: 'USD',
        basis: 'day_inclusive',
        at: '2024-01-12T00:00:00Z',
        period,
      },
      {
        lines: [
          { kind: 'proration_credit', amount: '-20.00' },
          { kind: 'proration_charge', amount: '40.00' },
        ],
        amount: '20.00',
      },
    ],
  ])('of %j is %j', (fields, expected) => {
    expect(previewCase({ kind: 'change', ...fields })).toEqual(expected);
  });
});

describe('a case', () => {
  it.each<[string, string, unknown]>([
    [
      'an unknown field of a change',
      'rater/unknown-field at of',
      {
        kind: 'change',
        before: '1',
        after: '2',
        currency: 'USD',
        basis: 'day',
        at: period.from,
        period,
        of: 1,
      },
    ],
    [
      'a negative price before a change',
      'rater/negative-value at before',
      {
        kind: 'change',
        before: '-1',
        after: '2',
        currency: 'USD',
        basis: 'day',
        at: period.from,
        period,
      },
    ],
    [
      'a negative price after a change',
      'rater/negative-value at after',
      {
        kind: 'change',
        before: '1',
        after: '-2',
        currency: 'USD',
        basis: 'day',
        at: period.from,
        period,
      },
    ],
  ])('is refused: %s', (_says, refusal, input) => {
    expect(refusalOf(input)).toBe(refusal);
  });
});
