// What is not valid in an invoice and its lines.
import { describe, expect, it } from 'vitest';
import { many, period, price, refusalOf } from '../../../test/fakes/refused-case.ts';

describe('a case', () => {
  it.each<[string, string, unknown]>([
    [
      'a coupon in percent and amount',
      'rater/conflicting-fields at coupons[0]',
      { kind: 'invoice', currency: 'USD', lines: [], coupons: [{ percent: '1', amount: '1' }] },
    ],
    [
      'an unknown field of a coupon',
      'rater/unknown-field at coupons[0].of',
      { kind: 'invoice', currency: 'USD', lines: [], coupons: [{ percent: '1', of: 1 }] },
    ],
    [
      'a negative coupon',
      'rater/negative-value at coupons[0].amount',
      { kind: 'invoice', currency: 'USD', lines: [], coupons: [{ amount: '-1' }] },
    ],
    [
      'an unknown field of a credit',
      'rater/unknown-field at credits[0].of',
      { kind: 'invoice', currency: 'USD', lines: [], credits: [{ id: 'a', amount: '1', of: 1 }] },
    ],
    [
      'an unknown field of a tax',
      'rater/unknown-field at tax[0].of',
      { kind: 'invoice', currency: 'USD', lines: [], tax: [{ percent: '1', of: 1 }] },
    ],
    [
      'a negative coupon in percent',
      'rater/negative-value at coupons[0].percent',
      { kind: 'invoice', currency: 'USD', lines: [], coupons: [{ percent: '-1' }] },
    ],
    [
      'a negative credit',
      'rater/negative-value at credits[0].amount',
      { kind: 'invoice', currency: 'USD', lines: [], credits: [{ id: 'a', amount: '-1' }] },
    ],
    [
      'a negative tax',
      'rater/negative-value at tax[0].percent',
      { kind: 'invoice', currency: 'USD', lines: [], tax: [{ percent: '-1' }] },
    ],
    [
      'a negative minimum of an invoice',
      'rater/negative-value at minimum',
      { kind: 'invoice', currency: 'USD', lines: [], minimum: '-1' },
    ],
    [
      'a negative maximum of an invoice',
      'rater/negative-value at maximum',
      { kind: 'invoice', currency: 'USD', lines: [], maximum: '-1' },
    ],
    [
      '10,000 lines that 67 coupons, credits and taxes each go over',
      'rater/too-many-items at lines',
      {
        kind: 'invoice',
        currency: 'USD',
        lines: many(10_000, { key: 'a', amount: '1' }),
        coupons: many(67, { percent: '1' }),
        credits: many(67, { amount: '1' }),
        tax: many(67, { percent: '1' }),
      },
    ],
    [
      'a charge of a line that is none',
      'rater/missing-field at lines[0].charge.price',
      { kind: 'invoice', currency: 'USD', lines: [{ key: 'a', charge: {}, quantity: '1' }] },
    ],
    [
      'a line below zero that its price rejects',
      'rater/negative-total at lines[0].quantity',
      {
        kind: 'invoice',
        currency: 'USD',
        lines: [{ key: 'a', charge: { price: { ...price, negative: 'reject' } }, quantity: '-1' }],
      },
    ],
    [
      'an invoice minimum above its maximum',
      'rater/minimum-above-maximum at minimum',
      { kind: 'invoice', currency: 'USD', lines: [], minimum: '2', maximum: '1' },
    ],
    [
      'an invoice service without a period',
      'rater/period-required at period',
      { kind: 'invoice', currency: 'USD', lines: [], service: period },
    ],
    [
      'a line service without a period',
      'rater/period-required at lines[0].period',
      { kind: 'invoice', currency: 'USD', lines: [{ key: 'a', amount: '1', service: period }] },
    ],
    [
      'a line of an amount and a charge',
      'rater/conflicting-fields at lines[0].amount',
      { kind: 'invoice', currency: 'USD', lines: [{ key: 'a', amount: '1', charge: {} }] },
    ],
    [
      'a line without a key',
      'rater/missing-field at lines[0].key',
      { kind: 'invoice', currency: 'USD', lines: [{ amount: '1' }] },
    ],
    [
      'an unknown field of a line',
      'rater/unknown-field at lines[0].of',
      { kind: 'invoice', currency: 'USD', lines: [{ key: 'a', amount: '1', of: 1 }] },
    ],
    [
      'an unknown field of a line with a charge',
      'rater/unknown-field at lines[0].of',
      {
        kind: 'invoice',
        currency: 'USD',
        lines: [{ key: 'a', charge: { price }, quantity: '1', of: 1 }],
      },
    ],
    [
      'a line of usage without a quantity',
      'rater/missing-field at lines[0].quantity',
      { kind: 'invoice', currency: 'USD', lines: [{ key: 'a', charge: { price } }] },
    ],
    [
      'an unknown field of an invoice',
      'rater/unknown-field at of',
      { kind: 'invoice', currency: 'USD', lines: [], of: 1 },
    ],
  ])('is refused: %s', (_says, refusal, input) => {
    expect(refusalOf(input)).toBe(refusal);
  });
});
