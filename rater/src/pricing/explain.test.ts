import { expect, test } from 'vitest';
import { parseMeter } from '../meters/index.ts';
import { parseQuantity, quantityOf } from '../money/index.ts';
import { compileCharge } from './compile-charge.ts';
import { parseCharge } from './charge.ts';

const meter = parseMeter({ key: 'm', eventType: 't', aggregation: 'sum', property: 'value' });
const charge = parseCharge({
  key: 'c',
  meter: 'm',
  price: {
    model: 'graduated',
    currency: 'USD',
    tiers: [
      { upTo: '10', unitAmount: '1' },
      { upTo: null, unitAmount: '0.333' },
    ],
  },
  conversion: { operation: 'divide', factor: '1000', rounding: 'up', precision: 0 },
  allowance: '2',
  discounts: [{ percent: '10' }],
  maximum: '9.60',
  minimum: '5',
});
const period = { from: 0, to: 1_000_000 };

test('every intermediate stands in the order of rating, and the last is the amount', () => {
  const rater = compileCharge(charge, meter);
  const state = rater.empty(period);
  rater.addTotals(state, 3, parseQuantity('13500') ?? quantityOf(0n));
  const steps = rater.explain(state, { period });
  expect(steps).toEqual([
    { step: 'quantity', quantity: '13500', exactAmount: '0' },
    { step: 'conversion', quantity: '14', exactAmount: '0' },
    { step: 'allowance', quantity: '12', exactAmount: '0' },
    { step: 'price_model', quantity: '12', exactAmount: '10.666' },
    { step: 'tier_rounding', quantity: '12', exactAmount: '10.666' },
    { step: 'percentage_discount', quantity: '12', exactAmount: '9.5994' },
    { step: 'fixed_discount', quantity: '12', exactAmount: '9.5994' },
    { step: 'maximum', quantity: '12', exactAmount: '9.5994' },
    { step: 'minimum', quantity: '12', exactAmount: '9.5994' },
    { step: 'rounding', quantity: '12', exactAmount: '9.5994', amount: '9.60' },
  ]);
  const { amount, exactAmount } = rater.rate(state, { period });
  expect(steps.at(-1)).toMatchObject({ amount, exactAmount });
});

test('a minimum is due where nothing was used', () => {
  const rater = compileCharge(charge, meter);
  const steps = rater.explain(rater.empty(period), { period });
  expect(steps.slice(-2)).toMatchObject([
    { step: 'minimum', exactAmount: '5' },
    { step: 'rounding', amount: '5.00' },
  ]);
});
