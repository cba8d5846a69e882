// Charges of a service that is shorter than its period. Expected lines were checked by hand against PRICING.md.
import { describe, expect, it } from 'vitest';
import { lineTexts, roundedAmounts } from '../../test/fakes/line-text.ts';

const price = { model: 'per_unit', currency: 'USD', unitAmount: '0.1' };
/** What changes the charge; the quantity; its lines, exact and rounded. */
type Row = [object, string, string[], string[]];

describe('a service of half the period', () => {
  const half = {
    period: { from: '2024-01-01T00:00:00Z', to: '2024-01-31T00:00:00Z' },
    service: { from: '2024-01-16T00:00:00Z', to: '2024-01-31T00:00:00Z' },
  };

  it.each([
    [{ minimum: '20' }, '125', ['125 x 0.1 = 12.5'], ['12.50']],
    [{ minimum: '40' }, '125', ['125 x 0.1 = 12.5', 'minimum_true_up = 7.5'], ['12.50', '7.50']],
    [{ maximum: '20' }, '125', ['125 x 0.1 = 12.5', 'maximum = -2.5'], ['12.50', '-2.50']],
    [{ allowance: '100' }, '125', ['75 x 0.1 = 7.5'], ['7.50']],
    [
      {
        price: {
          model: 'graduated',
          currency: 'USD',
          tiers: [
            { upTo: '100', unitAmount: '1' },
            { upTo: null, unitAmount: '0.1' },
          ],
        },
      },
      '125',
      ['tier 1: 100 x 1 = 100', 'tier 2: 25 x 0.1 = 2.5'],
      ['100.00', '2.50'],
    ],
    [
      {
        price: {
          model: 'graduated',
          currency: 'USD',
          tiers: [
            { upTo: '100', unitAmount: '1' },
            { upTo: null, unitAmount: '0.1' },
          ],
        },
        proration: { tierBounds: true },
      },
      '125',
      ['tier 1: 50 x 1 = 50', 'tier 2: 75 x 0.1 = 7.5'],
      ['50.00', '7.50'],
    ],
    [
      {
        price: {
          model: 'volume',
          currency: 'USD',
          tiers: [
            { upTo: '100', unitAmount: '1' },
            { upTo: null, unitAmount: '0.1' },
          ],
        },
        proration: { tierBounds: true },
      },
      '60',
      ['tier 2: 60 x 0.1 = 6'],
      ['6.00'],
    ],
    [{ price: { model: 'flat', currency: 'USD', amount: '30' } }, '1', ['+ 30 = 15'], ['15.00']],
    [
      { price: { model: 'flat', currency: 'USD', amount: '30' }, proration: { basis: 'none' } },
      '1',
      ['+ 30 = 30'],
      ['30.00'],
    ],
    [
      {
        price: { model: 'flat', currency: 'USD', amount: '31' },
        proration: { basis: 'day_inclusive' },
      },
      '1',
      ['+ 31 = 16'],
      ['16.00'],
    ],
  ] as Row[])('prorates %j with a quantity of %s', (change, quantity, lines, amounts) => {
    const input = { charge: { price, ...change }, quantity, ...half };
    expect(lineTexts(input)).toEqual(lines);
    expect(roundedAmounts(input)).toEqual(amounts);
  });

  it('is the whole where no service is given', () => {
    const flat = { model: 'flat', currency: 'USD', amount: '30' };
    const input = { charge: { price: flat }, quantity: '1', period: half.period };
    expect(lineTexts(input)).toEqual(['+ 30 = 30']);
  });
});
