// What is not valid in the usage that a charge is given, and totals that a price rejects.
import { describe, expect, it } from 'vitest';
import { aCharge, aPrice, many, one, period, refusalOf } from '../../../test/fakes/refused-case.ts';

describe('a case', () => {
  it.each<[string, string, unknown]>([
    [
      'a rejected total',
      'rater/negative-total at quantity',
      aPrice({ model: 'per_unit', unitAmount: '1', negative: 'reject' }, { quantity: '-1' }),
    ],
    [
      'a rejected total among several',
      'rater/negative-total at quantities[1]',
      aPrice(
        { model: 'per_unit', unitAmount: '1', negative: 'reject' },
        { quantities: ['1', '-1'] },
      ),
    ],
    [
      'a rejected total of the last run',
      'rater/negative-total at snapshots[1]',
      aPrice(
        { model: 'per_unit', unitAmount: '1', negative: 'reject' },
        { snapshots: ['-1', '-1'] },
      ),
    ],
    [
      'a rejected total of transactions',
      'rater/negative-total at transactions',
      aPrice({ model: 'dynamic', negative: 'reject' }, { transactions: [{ value: '-1' }] }),
    ],
    [
      'an unknown field of a transaction',
      'rater/unknown-field at transactions[0].of',
      aPrice({ model: 'dynamic' }, { transactions: [{ value: '1', of: 1 }] }),
    ],
    [
      'a service without its period',
      'rater/period-required at period',
      aCharge({}, { ...one, service: period }),
    ],
    [
      'a threshold below zero',
      'rater/negative-value at thresholds[0]',
      aCharge({}, { snapshots: ['1'], thresholds: ['-1'] }),
    ],
    [
      '1,001 snapshots',
      'rater/too-many-items at snapshots',
      aCharge({}, { snapshots: many(1001, '1') }),
    ],
    [
      'an unknown field beside a quantity',
      'rater/unknown-field at of',
      aCharge({}, { ...one, of: 1 }),
    ],
    [
      'an unknown field beside quantities',
      'rater/unknown-field at of',
      aCharge({}, { quantities: ['1'], of: 1 }),
    ],
    [
      'an unknown field beside snapshots',
      'rater/unknown-field at of',
      aCharge({}, { snapshots: ['1'], of: 1 }),
    ],
    [
      'an unknown field beside transactions',
      'rater/unknown-field at of',
      aCharge({}, { transactions: [], of: 1 }),
    ],
    [
      'an unknown field beside a flat price',
      'rater/unknown-field at of',
      aPrice({ model: 'flat', amount: '1' }, { of: 1 }),
    ],
    [
      'an unknown field beside events',
      'rater/unknown-field at of',
      aCharge({}, { events: [], meter: { aggregation: 'count' }, period, of: 1 }),
    ],
    [
      'an open that is no truth',
      'rater/not-a-boolean at open',
      aCharge({}, { snapshots: ['1'], open: 'yes' }),
    ],
    [
      'dimensions that are numbers',
      'rater/not-a-text at dimensions.a',
      aCharge({}, { ...one, dimensions: { a: 1 } }),
    ],
  ])('is refused: %s', (_says, refusal, input) => {
    expect(refusalOf(input)).toBe(refusal);
  });
});
