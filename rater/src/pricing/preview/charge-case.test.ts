import { describe, expect, it } from 'vitest';
import { previewCase } from './preview-case.ts';

function deltasOf(fields: object): unknown {
  const price = { model: 'per_unit', currency: 'USD', unitAmount: '0.01' };
  return (previewCase({ charge: { price }, ...fields }) as { readonly deltas?: unknown }).deltas;
}

describe('billing runs with thresholds', () => {
  it('pass a threshold that is finer than the minor unit with the next unit above it', () => {
    const runs = (threshold: string): unknown =>
      deltasOf({ snapshots: ['0', '1', '2'], open: true, thresholds: [threshold] });
    expect(runs('0.004')).toEqual(['0.00', '0.01', '0.00']);
    expect(runs('0.005')).toEqual(['0.00', '0.01', '0.00']);
    expect(runs('0.01')).toEqual(['0.00', '0.01', '0.00']);
    expect(runs('0.0100000001')).toEqual(['0.00', '0.00', '0.02']);
  });

  it('bill nothing until a threshold is reached, and everything in the last run', () => {
    const snapshots = ['100', '499', '500', '501', '900'];
    expect(deltasOf({ snapshots, thresholds: ['5'] })).toEqual([
      '0.00',
      '0.00',
      '5.00',
      '0.00',
      '4.00',
    ]);
  });
});

describe('a single result', () => {
  it('of a flat price needs no usage, and is that of the last run', () => {
    const price = { model: 'flat', currency: 'USD', amount: '5' };
    const minimum = '7';
    expect(previewCase({ charge: { price, minimum } })).toMatchObject({ amount: '7.00' });
  });

  it('is of the cell that the dimensions of the usage match', () => {
    const cell = (region: string, unitAmount: string): object => ({
      when: { region },
      price: { model: 'per_unit', unitAmount },
    });
    const cells = [cell('us', '1'), cell('eu', '2')];
    const otherwise = { model: 'per_unit', unitAmount: '5' };
    const matrix = { model: 'matrix', currency: 'USD', dimensions: ['region'], cells };
    const price = { ...matrix, default: otherwise };
    const of = (region: string): object =>
      previewCase({ charge: { price }, quantity: '3', dimensions: { region } });
    expect([of('us'), of('eu'), of('asia')]).toMatchObject([
      { amount: '3.00' },
      { amount: '6.00' },
      { amount: '15.00' },
    ]);
  });
});

describe('results of many quantities', () => {
  it('are refused where they have more lines than memory should hold', () => {
    const tiers = [
      ...Array.from({ length: 999 }, (_, index) => ({ upTo: `${index + 1}`, unitAmount: '1' })),
      { upTo: null, unitAmount: '1' },
    ];
    const charge = { price: { model: 'graduated', currency: 'USD', tiers } };
    const quantities = Array.from({ length: 501 }, () => '5000');
    expect(previewCase({ charge, quantities })).toMatchObject({
      error: { code: 'rater/too-many-items', path: 'quantities' },
    });
    expect(previewCase({ charge, quantities: quantities.slice(1) })).toHaveProperty('results');
  });
});
