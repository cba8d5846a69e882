// What is not valid in a charge, beside its price.
import { describe, expect, it } from 'vitest';
import { aCharge, many, one, refusalOf } from '../../../test/fakes/refused-case.ts';

describe('a case', () => {
  it.each<[string, string, unknown]>([
    [
      'a filter of 33 dimensions',
      'rater/too-many-items at charge.filter',
      aCharge({ filter: Object.fromEntries(many(33).map((_, index) => [`d${index}`, 'x'])) }),
    ],
    ['a filter of no value', 'rater/empty-list at charge.filter.a', aCharge({ filter: { a: [] } })],
    [
      'a filter of an object',
      'rater/not-a-text at charge.filter.a',
      aCharge({ filter: { a: { b: 1 } } }),
    ],
    [
      'a filter of 1,001 values',
      'rater/too-many-items at charge.filter.a',
      aCharge({ filter: { a: many(1001) } }),
    ],
    [
      'a filter that reads the prototype',
      'rater/forbidden-property at charge.filter.prototype',
      aCharge({ filter: { prototype: 'x' } }),
    ],
    [
      'a precision beside an increment',
      'rater/conflicting-fields at charge.conversion.increment',
      aCharge({ conversion: { rounding: 'up', precision: 1, increment: '2' } }),
    ],
    [
      'an increment without a rounding',
      'rater/missing-field at charge.conversion.rounding',
      aCharge({ conversion: { operation: 'divide', factor: '2', increment: '2' } }),
    ],
    [
      'a conversion of nothing',
      'rater/missing-field at charge.conversion.operation',
      aCharge({ conversion: {} }),
    ],
    [
      'a conversion that rounds without its factor',
      'rater/missing-field at charge.conversion.factor',
      aCharge({ conversion: { operation: 'divide', rounding: 'up' } }),
    ],
    [
      'a conversion without its factor',
      'rater/missing-field at charge.conversion.factor',
      aCharge({ conversion: { operation: 'divide' } }),
    ],
    [
      'a conversion without its operation',
      'rater/missing-field at charge.conversion.operation',
      aCharge({ conversion: { factor: '2', rounding: 'up' } }),
    ],
    [
      'an unknown field of a conversion',
      'rater/unknown-field at charge.conversion.by',
      aCharge({ conversion: { operation: 'divide', factor: '2', by: '1' } }),
    ],
    [
      'usage in advance',
      'rater/option-not-supported at charge.timing',
      aCharge({ timing: 'in_advance' }),
    ],
    [
      'a least amount above the greatest',
      'rater/minimum-above-maximum at charge.minimum',
      aCharge({ minimum: '2', maximum: '1' }),
    ],
    [
      'an unknown field of a discount',
      'rater/unknown-field at charge.discounts[0].of',
      aCharge({ discounts: [{ percent: '1', of: 'all' }] }),
    ],
    [
      '51 discounts',
      'rater/too-many-items at charge.discounts',
      aCharge({ discounts: many(51, { percent: '1' }) }),
    ],
    [
      'an unknown field of a proration',
      'rater/unknown-field at charge.proration.by',
      aCharge({ proration: { by: 'day' } }),
    ],
    [
      'prorated tier bounds in words',
      'rater/not-a-boolean at charge.proration.tierBounds',
      aCharge({ proration: { tierBounds: 'yes' } }),
    ],
    [
      'an allowance of single transactions',
      'rater/option-not-supported at charge.allowance',
      {
        charge: {
          price: { model: 'percentage', currency: 'USD', rate: '1', freeAmount: '1' },
          allowance: '1',
        },
        ...one,
      },
    ],
    [
      'a rounding of single transactions',
      'rater/option-not-supported at charge.conversion',
      {
        charge: {
          price: { model: 'percentage', currency: 'USD', rate: '1', maxPerTransaction: '1' },
          conversion: { rounding: 'up' },
        },
        ...one,
      },
    ],
    ['a key with a space', 'rater/not-a-key at charge.key', aCharge({ key: 'a b' })],
    ['a key of 129 characters', 'rater/not-a-key at charge.key', aCharge({ key: 'a'.repeat(129) })],
    [
      'a name of 257 characters',
      'rater/not-a-text at charge.name',
      aCharge({ name: 'a'.repeat(257) }),
    ],
    ['a name that is no text', 'rater/not-a-text at charge.name', aCharge({ name: 1 })],
    [
      'a cadence in words',
      'rater/value-not-allowed at charge.cadence',
      aCharge({ cadence: 'fortnight' }),
    ],
  ])('is refused: %s', (_says, refusal, input) => {
    expect(refusalOf(input)).toBe(refusal);
  });
});
