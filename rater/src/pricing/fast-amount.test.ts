import { describe, expect, it } from 'vitest';
import { parseMeter } from '../meters/meter.ts';
import { exactAmountScale, formatShortest, quantityOf, Rational } from '../money/index.ts';
import { parseCharge } from './charge.ts';
import { compileCharge } from './compile-charge.ts';
import { compileFastAmount, type FastAmount } from './fast-amount.ts';
import { previewRules } from './input/json-object.ts';

const graduated = {
  model: 'graduated',
  tiers: [
    { upTo: '10', unitAmount: '2', flatAmount: '1' },
    { upTo: null, unitAmount: '0.5' },
  ],
};

function compile(price: object, charge: object = {}, meter: object = {}): FastAmount | undefined {
  return compileFastAmount(
    parseCharge({ price: { currency: 'USD', ...price }, ...charge }, { rules: previewRules }),
    parseMeter({ aggregation: 'sum', property: 'v', ...meter }, previewRules),
  );
}

const wholePeriod = { from: 0, to: 1 };

/** The amount in thousandths at a quantity in tenths. */
function thousandths(fast: FastAmount | undefined, tenths: number): bigint | undefined {
  const sum = BigInt(tenths) * 10n ** 17n;
  const amount = fast?.({ count: tenths, sum, rest: Rational.zero });
  return amount === undefined ? undefined : amount / 10n ** 33n;
}

describe('the fast path', () => {
  it.each<[string, FastAmount | undefined]>([
    ['a flat price', compile({ model: 'flat', amount: '5' })],
    ['a unit price', compile({ model: 'per_unit', unitAmount: '0.01' })],
    ['tiers', compile(graduated)],
    ['tiers by volume', compile({ ...graduated, model: 'volume' })],
    ['steps', compile({ model: 'stairstep', tiers: [{ upTo: null, flatAmount: '1' }] })],
    [
      'percentages in tiers',
      compile({ model: 'graduated_percentage', tiers: [{ upTo: null, rate: '1' }] }),
    ],
    ['a count', compile(graduated, {}, { aggregation: 'count', property: undefined })],
    ['buckets that sum', compile(graduated, {}, { aggregation: 'bucketed_sum', bucket: 'day' })],
    [
      'an exact conversion',
      compile(graduated, { conversion: { operation: 'divide', factor: '8' } }),
    ],
    [
      'all adjustments',
      compile(graduated, {
        allowance: '3',
        discounts: [{ percent: '10' }, { amount: '1' }],
        minimum: '1',
        maximum: '9',
      }),
    ],
  ])('is there for %s', (_says, fast) => {
    expect(fast).toBeTypeOf('function');
  });

  it.each<[string, FastAmount | undefined]>([
    ['packages', compile({ model: 'package', packageSize: '5', packageAmount: '1' })],
    ['a percentage', compile({ model: 'percentage', rate: '1' })],
    ['a maximum', compile(graduated, {}, { aggregation: 'max' })],
    ['a rounded quantity', compile(graduated, { conversion: { rounding: 'up' } })],
    [
      'an endless quotient',
      compile(graduated, { conversion: { operation: 'divide', factor: '3' } }),
    ],
    [
      'units without an end',
      compile(graduated, {}, { conversion: { operation: 'divide', factor: '3' } }),
    ],
    [
      'an intercept beyond the scale',
      compile(
        { model: 'volume', tiers: [{ upTo: null, flatAmount: `0.${'1'.repeat(36)}` }] },
        { discounts: [{ percent: '50.5' }] },
      ),
    ],
  ])('is not there for %s', (_says, fast) => {
    expect(fast).toBeUndefined();
  });

  it.each<[number, bigint]>([
    [0, 1000n],
    [1, 1200n],
    [100, 21_000n],
    [101, 21_050n],
    [-10, 0n],
  ])('prices %s tenths at %s thousandths', (tenths, amount) => {
    expect(thousandths(compile(graduated), tenths)).toBe(amount);
  });

  const steps = [
    { upTo: '10', flatAmount: '3' },
    { upTo: '20', flatAmount: '5' },
    { upTo: null, flatAmount: '7' },
  ];
  const priced = [
    { upTo: '10', unitAmount: '2', flatAmount: '1' },
    { upTo: '20', flatAmount: '5' },
    { upTo: null, unitAmount: '0.5', flatAmount: '4' },
  ];
  const rates = [
    { upTo: '10', rate: '3', flatAmount: '1' },
    { upTo: null, rate: '2' },
  ];
  it.each([
    [{ model: 'flat', amount: '5' }],
    [{ model: 'per_unit', unitAmount: '0.01' }],
    [{ model: 'graduated', tiers: priced }],
    [{ model: 'volume', tiers: priced }],
    [{ model: 'stairstep', tiers: steps }],
    [{ model: 'stairstep', tiers: steps, mode: 'sum' }],
    [{ model: 'graduated_percentage', tiers: rates }],
  ])('gives the digits of the lines at every edge of %j', (price) => {
    for (const negative of ['zero', 'credit', 'reject']) {
      for (const zeroUsageFirstTierFlat of ['charged', 'not_charged']) {
        const options = 'tiers' in price ? { negative, zeroUsageFirstTierFlat } : { negative };
        for (const allowance of [undefined, '5']) {
          const full = { price: { currency: 'USD', ...price, ...options }, allowance };
          const charge = parseCharge(full, { rules: previewRules });
          const meter = parseMeter({ aggregation: 'sum', property: 'v' }, previewRules);
          const rater = compileCharge(charge, meter);
          const fast = compileFastAmount(charge, meter);
          for (const tenths of [-10, -1, 0, 1, 50, 51, 100, 101, 150, 151, 200, 201, 250, 251]) {
            const sum = quantityOf(BigInt(tenths) * 10n ** 17n);
            const state = rater.empty(wholePeriod);
            rater.addTotals(state, 1, sum);
            // The lines of a rejected total are an error.
            if (negative === 'reject' && tenths < 0) continue;
            const { exactAmount } = rater.rate(state, { period: wholePeriod });
            const amount = fast?.({ count: 1, sum, rest: Rational.zero }) ?? -1n;
            expect([tenths, formatShortest(amount, exactAmountScale)]).toEqual([
              tenths,
              exactAmount,
            ]);
          }
        }
      }
    }
  });

  it('counts whole units', () => {
    const fast = compile(graduated, {}, { aggregation: 'count', property: undefined });
    expect([0, 10, 11].map((count) => thousandths(fast, count))).toEqual([1000n, 21_000n, 21_500n]);
  });

  it('credits below zero where the price says so', () => {
    const fast = compile({ ...graduated, negative: 'credit' }, { discounts: [{ percent: '50' }] });
    expect([-10, 0, 10].map((tenths) => thousandths(fast, tenths))).toEqual([-2000n, 500n, 1500n]);
  });

  it('leaves the included quantity free, up to it and no further', () => {
    const fast = compile({ model: 'per_unit', unitAmount: '1' }, { allowance: '5' });
    expect([49, 50, 51].map((tenths) => thousandths(fast, tenths))).toEqual([0n, 0n, 100n]);
    const tiers = compile(graduated, { allowance: '5' });
    expect([50, 150, 151].map((tenths) => thousandths(tiers, tenths))).toEqual([
      1000n,
      21_000n,
      21_050n,
    ]);
  });

  it('takes off discounts, then caps, then raises', () => {
    const unit = { model: 'per_unit', unitAmount: '1' };
    const discounts = [{ amount: '2' }, { percent: '50' }, { amount: '1' }];
    const of = (charge: object, tenths: number) => thousandths(compile(unit, charge), tenths);
    expect([40, 60, 100].map((tenths) => of({ discounts }, tenths))).toEqual([0n, 0n, 2000n]);
    expect(of({ discounts: [{ percent: '150' }] }, 100)).toBe(0n);
    expect([19, 20, 21].map((tenths) => of({ discounts: [{ amount: '2' }] }, tenths))).toEqual([
      0n,
      0n,
      100n,
    ]);
    expect(of({ maximum: '9' }, 90)).toBe(9000n);
    expect(of({ maximum: '9' }, 91)).toBe(9000n);
    expect(of({ minimum: '9' }, 90)).toBe(9000n);
    expect(of({ minimum: '9' }, 89)).toBe(9000n);
    expect(of({ minimum: '9' }, 91)).toBe(9100n);
    expect(of({ minimum: '9', maximum: '9', discounts }, 500)).toBe(9000n);
    expect(of({ discounts: [{ amount: '2' }], minimum: '1' }, 5)).toBe(1000n);
  });

  it('converts both units', () => {
    const fast = compile(
      { model: 'per_unit', unitAmount: '1' },
      { conversion: { operation: 'multiply', factor: '3' } },
      { conversion: { operation: 'divide', factor: '2' } },
    );
    expect(thousandths(fast, 20)).toBe(3000n);
  });
});
