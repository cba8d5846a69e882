// What each run of a period bills. Expected amounts were checked by hand against PRICING.md.
import { describe, expect, it } from 'vitest';
import { roundedAmounts } from '../../test/fakes/line-text.ts';
import { previewCase } from './preview/preview-case.ts';

describe('the runs of a period', () => {
  it.each([
    [
      {
        charge: { price: { model: 'flat', currency: 'USD', amount: '30' }, minimum: '50' },
        snapshots: ['1', '2'],
      },
      ['0.00', '50.00'],
      ['30.00', '20.00'],
    ],
    [
      {
        charge: {
          price: { model: 'flat', currency: 'USD', amount: '30' },
          minimum: '50',
          timing: 'in_advance',
        },
        snapshots: ['1', '2'],
      },
      ['30.00', '20.00'],
      ['30.00', '20.00'],
    ],
    [
      {
        charge: { price: { model: 'per_unit', currency: 'USD', unitAmount: '0.1' }, minimum: '50' },
        snapshots: ['100', '200'],
        open: true,
      },
      ['10.00', '10.00'],
      ['20.00'],
    ],
    [
      {
        charge: { price: { model: 'per_unit', currency: 'USD', unitAmount: '0.1' }, minimum: '50' },
        snapshots: ['100', '200', '100'],
      },
      ['10.00', '10.00', '30.00'],
      ['10.00', '40.00'],
    ],
    [
      {
        charge: {
          price: { model: 'per_unit', currency: 'USD', unitAmount: '0.1', negative: 'reject' },
        },
        snapshots: ['-100', '200'],
      },
      ['0.00', '20.00'],
      ['20.00'],
    ],
    [
      {
        charge: { price: { model: 'percentage', rate: '1', fixedAmount: '1', currency: 'USD' } },
        snapshots: ['100', '100', '300'],
      },
      ['2.00', '0.00', '3.00'],
      ['5.00'],
    ],
  ] as [object, string[], string[]][])('%j bill %j', (input, deltas, amounts) => {
    expect(previewCase(input)).toMatchObject({ deltas });
    expect(roundedAmounts(input)).toEqual(amounts);
  });
});
