// The steps of a charge, one by one and in their order. Expected lines were checked by hand against PRICING.md.
import { describe, expect, it } from 'vitest';
import { lineTexts, roundedAmounts } from '../../test/fakes/line-text.ts';
import { previewCase } from './preview/preview-case.ts';

const price = { model: 'per_unit', currency: 'USD', unitAmount: '0.1' };
/** What changes the charge; the quantity; its lines, exact and rounded. */
type Row = [object, string, string[], string[]];

describe('the steps of a charge', () => {
  it.each([
    [{ conversion: { operation: 'divide', factor: '10' } }, '125', ['12.5 x 0.1 = 1.25'], ['1.25']],
    [
      { conversion: { operation: 'multiply', factor: '10' } },
      '125',
      ['1250 x 0.1 = 125'],
      ['125.00'],
    ],
    [
      { conversion: { operation: 'divide', factor: '10', rounding: 'up' } },
      '125',
      ['13 x 0.1 = 1.3'],
      ['1.30'],
    ],
    [
      { conversion: { operation: 'divide', factor: '10', rounding: 'none' } },
      '125',
      ['12.5 x 0.1 = 1.25'],
      ['1.25'],
    ],
    [
      { conversion: { operation: 'divide', factor: '10', rounding: 'half_even' } },
      '125',
      ['12 x 0.1 = 1.2'],
      ['1.20'],
    ],
    [{ conversion: { rounding: 'down', precision: -2 } }, '125', ['100 x 0.1 = 10'], ['10.00']],
    [{ conversion: { rounding: 'up', precision: 1 } }, '1.11', ['1.2 x 0.1 = 0.12'], ['0.12']],
    [{ conversion: { rounding: 'up', increment: '60' } }, '125', ['180 x 0.1 = 18'], ['18.00']],
    [{ allowance: '100' }, '125', ['25 x 0.1 = 2.5'], ['2.50']],
    [{ allowance: '200' }, '125', ['0 x 0.1 = 0'], ['0.00']],
    [{ allowance: '125' }, '125', ['0 x 0.1 = 0'], ['0.00']],
    [{ allowance: '10' }, '-5', ['-5 = 0 (usage below zero is not billed)'], ['0.00']],
    [
      { allowance: '10', conversion: { operation: 'divide', factor: '10' } },
      '125',
      ['2.5 x 0.1 = 0.25'],
      ['0.25'],
    ],
    [
      { discounts: [{ percent: '10' }] },
      '125',
      ['125 x 0.1 = 12.5', 'discount = -1.25'],
      ['12.50', '-1.25'],
    ],
    [
      { discounts: [{ amount: '5' }, { percent: '10' }, { percent: '50' }] },
      '125',
      ['125 x 0.1 = 12.5', 'discount = -1.25', 'discount = -5.625', 'discount = -5'],
      ['12.50', '-1.25', '-5.62', '-5.00'],
    ],
    [
      { discounts: [{ percent: '150' }] },
      '125',
      ['125 x 0.1 = 12.5', 'discount = -12.5'],
      ['12.50', '-12.50'],
    ],
    [
      { discounts: [{ amount: '20' }, { amount: '1' }] },
      '125',
      ['125 x 0.1 = 12.5', 'discount = -12.5'],
      ['12.50', '-12.50'],
    ],
    [{ discounts: [{ percent: '0' }] }, '125', ['125 x 0.1 = 12.5'], ['12.50']],
    [{ maximum: '10' }, '125', ['125 x 0.1 = 12.5', 'maximum = -2.5'], ['12.50', '-2.50']],
    [{ maximum: '12.5' }, '125', ['125 x 0.1 = 12.5'], ['12.50']],
    [{ minimum: '12.5' }, '125', ['125 x 0.1 = 12.5'], ['12.50']],
    [{ minimum: '20' }, '125', ['125 x 0.1 = 12.5', 'minimum_true_up = 7.5'], ['12.50', '7.50']],
    [
      { minimum: '15', maximum: '15' },
      '125',
      ['125 x 0.1 = 12.5', 'minimum_true_up = 2.5'],
      ['12.50', '2.50'],
    ],
    [
      { maximum: '10', discounts: [{ percent: '50' }], minimum: '7' },
      '125',
      ['125 x 0.1 = 12.5', 'discount = -6.25', 'minimum_true_up = 0.75'],
      ['12.50', '-6.25', '0.75'],
    ],
    [
      {
        price: { model: 'per_unit', currency: 'USD', unitAmount: '0.1', negative: 'credit' },
        discounts: [{ percent: '50' }, { amount: '1' }],
        minimum: '1',
      },
      '-10',
      ['-10 x 0.1 = -1', 'minimum_true_up = 2'],
      ['-1.00', '2.00'],
    ],
    [
      {
        price: {
          model: 'graduated',
          currency: 'USD',
          tiers: [
            { upTo: '1', unitAmount: '0.005' },
            { upTo: null, unitAmount: '0.005' },
          ],
        },
      },
      '2',
      ['tier 1: 1 x 0.005 = 0.005', 'tier 2: 1 x 0.005 = 0.005'],
      ['0.01', '0.00'],
    ],
    [
      {
        price: {
          model: 'graduated',
          currency: 'USD',
          tiers: [
            { upTo: '1', unitAmount: '0.005' },
            { upTo: null, unitAmount: '0.005' },
          ],
          roundAt: 'tier',
        },
      },
      '2',
      ['tier 1: 1 x 0.005 = 0.005', 'tier 2: 1 x 0.005 = 0.005'],
      ['0.01', '0.01'],
    ],
    [
      {
        price: {
          model: 'graduated',
          currency: 'USD',
          tiers: [
            { upTo: '1', unitAmount: '0.005' },
            { upTo: null, unitAmount: '0.005' },
          ],
          roundMode: 'down',
          roundAt: 'tier',
        },
      },
      '2',
      ['tier 1: 1 x 0.005 = 0.005', 'tier 2: 1 x 0.005 = 0.005'],
      ['0.00', '0.00'],
    ],
    [
      {
        price: {
          model: 'graduated',
          currency: 'USD',
          tiers: [
            { upTo: '1', unitAmount: '0.005' },
            { upTo: null, unitAmount: '0.005' },
          ],
          roundMode: 'half_even',
        },
      },
      '1',
      ['tier 1: 1 x 0.005 = 0.005'],
      ['0.00'],
    ],
    [
      {
        price: {
          model: 'graduated',
          currency: 'USD',
          tiers: [
            { upTo: '1', unitAmount: '0.005' },
            { upTo: null, unitAmount: '0.005' },
          ],
          roundMode: 'up',
        },
      },
      '0.1',
      ['tier 1: 0.1 x 0.005 = 0.0005'],
      ['0.01'],
    ],
    [
      {
        price: {
          model: 'graduated',
          currency: 'USD',
          tiers: [
            { upTo: '1', unitAmount: '0.005' },
            { upTo: null, unitAmount: '0.005' },
          ],
          roundAt: 'tier',
        },
        maximum: '0.015',
      },
      '2',
      ['tier 1: 1 x 0.005 = 0.005', 'tier 2: 1 x 0.005 = 0.005', 'maximum = 0'],
      ['0.01', '0.01', '0.00'],
    ],
    [
      {
        price: {
          model: 'graduated',
          currency: 'USD',
          tiers: [
            { upTo: '1', unitAmount: '0.005' },
            { upTo: null, unitAmount: '0.005' },
          ],
          roundAt: 'tier',
        },
        discounts: [{ percent: '50' }],
      },
      '2',
      ['tier 1: 1 x 0.005 = 0.005', 'tier 2: 1 x 0.005 = 0.005', 'discount = -0.005'],
      ['0.01', '0.01', '-0.01'],
    ],
  ] as Row[])('%j with a quantity of %s', (change, quantity, lines, amounts) => {
    const input = { charge: { price, ...change }, quantity };
    expect(lineTexts(input)).toEqual(lines);
    expect(roundedAmounts(input)).toEqual(amounts);
  });
});

describe('a price of values', () => {
  it.each([
    [{ model: 'percentage', rate: '10', fixedAmount: '1' }, '50 x 10% = 6'],
    [
      { model: 'graduated_percentage', tiers: [{ upTo: null, rate: '10' }] },
      'tier 1: 50 x 10% = 5',
    ],
    [{ model: 'dynamic', multiplier: '3' }, '50 x 3 = 150'],
  ])('%j is of what is left after conversion and allowance', (model, line) => {
    const conversion = { operation: 'multiply', factor: '2' };
    const charge = { price: { currency: 'USD', ...model }, conversion, allowance: '150' };
    expect(lineTexts({ charge, quantity: '100' })).toEqual([line]);
  });
});

describe('the cells of a matrix', () => {
  it('round their tiers each as it says, and the rest of the line once', () => {
    const cell = (roundAt: string): object => ({
      model: 'per_unit',
      unitAmount: '0.005',
      roundAt,
    });
    const matrix = {
      model: 'matrix',
      currency: 'USD',
      dimensions: ['kind'],
      cells: [{ when: { kind: 'a' }, price: cell('tier') }],
      default: cell('line'),
    };
    const at = '2024-01-01T00:00:00Z';
    const input = {
      charge: { price: matrix, maximum: '0.012' },
      meter: { aggregation: 'count' },
      period: { from: at, to: '2024-02-01T00:00:00Z' },
      events: [{ time: at, data: { kind: 'a' } }, { time: at }],
    };
    // 0.005 is 0.01 as a tier of its own; with 0.005 it is 0.015 and capped at 0.012.
    expect(roundedAmounts(input)).toEqual(['0.01', '0.00', '0.00']);
    expect(previewCase(input)).toMatchObject({ amount: '0.01', exactAmount: '0.01' });
  });
});
