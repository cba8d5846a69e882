// A price rates the form of usage that its own fold makes, and no other.
import { describe, expect, it } from 'vitest';
import { formatFraction, Rational } from '../money/index.ts';
import { applyPriceModel } from './apply-price-model.ts';
import { parseCharge } from './charge.ts';
import { previewRules } from './input/json-object.ts';
import type { RatingLine } from './rating.ts';
import type { Usage } from './usage.ts';

const two = Rational.of(2n);
const prices = {
  quantity: { model: 'per_unit', unitAmount: '3' },
  'count-and-sum': { model: 'percentage', rate: '300' },
  transactions: { model: 'percentage', rate: '300', maxPerTransaction: '100' },
  amounts: { model: 'dynamic', multiplier: '3' },
  cells: {
    model: 'matrix',
    dimensions: ['region'],
    cells: [{ when: { region: ['eu'] }, price: { model: 'per_unit', unitAmount: '3' } }],
  },
};
const usages: Record<keyof typeof prices, Usage> = {
  quantity: { takes: 'quantity', quantity: two },
  'count-and-sum': { takes: 'count-and-sum', count: 1, sum: two },
  transactions: {
    takes: 'transactions',
    state: { count: 1, sum: two, due: Rational.of(6n), freeEnded: true },
    sum: two,
  },
  amounts: { takes: 'amounts', quantity: two, amount: two },
  cells: { takes: 'cells', cells: [{ index: 0, usage: { takes: 'quantity', quantity: two } }] },
};
const forms = Object.keys(prices) as (keyof typeof prices)[];

function linesOf(price: object, usage: Usage): readonly RatingLine[] {
  const charge = parseCharge({ price: { currency: 'USD', ...price } }, { rules: previewRules });
  const share = { flat: Rational.one, tierBounds: Rational.one };
  return applyPriceModel({ charge, share, final: true, onReject: 'throw', usage, lines: [] }).lines;
}

describe.each(forms)('a price that takes %s', (takes) => {
  it.each(forms)('meets %s', (form) => {
    const work = () => linesOf(prices[takes], usages[form]);
    if (form === takes) expect(work().map(({ exact }) => formatFraction(exact))).toEqual(['6']);
    else expect(work).toThrow(RangeError);
  });
});

describe('a matrix', () => {
  it('has no cell beyond its last', () => {
    const cells = [{ index: 1, usage: usages.quantity }] as Extract<
      Usage,
      { takes: 'cells' }
    >['cells'];
    expect(() => linesOf(prices.cells, { takes: 'cells', cells })).toThrow(RangeError);
  });
});
