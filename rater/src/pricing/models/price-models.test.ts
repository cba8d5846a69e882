// Every price model at its edges: what each line multiplies and adds. Expected lines were checked by hand against PRICING.md.
import { describe, expect, it } from 'vitest';
import { lineTexts } from '../../../test/fakes/line-text.ts';

/** Options of the price; one quantity, or the values of transactions; the lines. */
type Row = [object, string | string[], string[]];

/** One quantity, or the values of transactions in order. */
function rate(price: object, usage: string | readonly string[]): string[] {
  const charge = { price: { currency: 'USD', ...price } };
  return typeof usage === 'string'
    ? lineTexts({ charge, quantity: usage })
    : lineTexts({ charge, transactions: usage.map((value) => ({ value })) });
}

describe('graduated', () => {
  const price = {
    model: 'graduated',
    tiers: [
      { upTo: '10', unitAmount: '2', flatAmount: '1' },
      { upTo: '20', flatAmount: '5' },
      { upTo: null, unitAmount: '0.5' },
    ],
  };
  it.each([
    [{}, '0', ['tier 1: 0 x 2 + 1 = 1']],
    [{}, '10', ['tier 1: 10 x 2 + 1 = 21']],
    [{}, '10.5', ['tier 1: 10 x 2 + 1 = 21', 'tier 2: 0.5 + 5 = 5']],
    [{}, '20', ['tier 1: 10 x 2 + 1 = 21', 'tier 2: 10 + 5 = 5']],
    [{}, '25', ['tier 1: 10 x 2 + 1 = 21', 'tier 2: 10 + 5 = 5', 'tier 3: 5 x 0.5 = 2.5']],
    [{}, '-4', ['-4 = 0 (usage below zero is not billed)']],
    [{ zeroUsageFirstTierFlat: 'not_charged' }, '0', ['tier 1: 0 x 2 = 0']],
    [{ zeroUsageFirstTierFlat: 'not_charged' }, '1', ['tier 1: 1 x 2 + 1 = 3']],
    [{ negative: 'credit' }, '-4', ['tier 1: -4 x 2 = -8']],
    [{ negative: 'credit' }, '0', ['tier 1: 0 x 2 + 1 = 1']],
    [{ negative: 'reject' }, '-4', ['rater/negative-total']],
    [{ negative: 'reject' }, '0', ['tier 1: 0 x 2 + 1 = 1']],
  ] as Row[])('with %j of %j is %j', (options, usage, lines) => {
    expect(rate({ ...price, ...options }, usage)).toEqual(lines);
  });
});

describe('volume', () => {
  const price = {
    model: 'volume',
    tiers: [
      { upTo: '10', unitAmount: '2', flatAmount: '1' },
      { upTo: '20', flatAmount: '5' },
      { upTo: null, unitAmount: '0.5' },
    ],
  };
  it.each([
    [{}, '0', ['tier 1: 0 x 2 + 1 = 1']],
    [{}, '10', ['tier 1: 10 x 2 + 1 = 21']],
    [{}, '10.000000000000000001', ['tier 2: 10.000000000000000001 + 5 = 5']],
    [{}, '20', ['tier 2: 20 + 5 = 5']],
    [{}, '21', ['tier 3: 21 x 0.5 = 10.5']],
    [{}, '-4', ['-4 = 0 (usage below zero is not billed)']],
    [{ zeroUsageFirstTierFlat: 'not_charged' }, '0', ['tier 1: 0 x 2 = 0']],
    [{ zeroUsageFirstTierFlat: 'not_charged' }, '1', ['tier 1: 1 x 2 + 1 = 3']],
    [{ negative: 'credit' }, '-4', ['tier 1: -4 x 2 = -8']],
  ] as Row[])('with %j of %j is %j', (options, usage, lines) => {
    expect(rate({ ...price, ...options }, usage)).toEqual(lines);
  });
});

describe('stairstep', () => {
  const price = {
    model: 'stairstep',
    tiers: [
      { upTo: '100', flatAmount: '10' },
      { upTo: '500', flatAmount: '25' },
      { upTo: null, flatAmount: '60' },
    ],
  };
  it.each([
    [{}, '0', ['tier 1: 0 + 10 = 10']],
    [{}, '100', ['tier 1: 100 + 10 = 10']],
    [{}, '120', ['tier 2: 120 + 25 = 25']],
    [{}, '501', ['tier 3: 501 + 60 = 60']],
    [{ mode: 'sum' }, '0', ['tier 1: 0 + 10 = 10']],
    [{ mode: 'sum' }, '100', ['tier 1: 100 + 10 = 10']],
    [{ mode: 'sum' }, '120', ['tier 1: + 10 = 10', 'tier 2: 120 + 25 = 25']],
    [{ mode: 'sum' }, '501', ['tier 1: + 10 = 10', 'tier 2: + 25 = 25', 'tier 3: 501 + 60 = 60']],
    [{ negative: 'credit' }, '-4', ['tier 1: -4 = 0']],
    [{ zeroUsageFirstTierFlat: 'not_charged' }, '0', ['tier 1: 0 = 0']],
    [{ mode: 'sum', zeroUsageFirstTierFlat: 'not_charged' }, '0', ['tier 1: 0 = 0']],
    [{ zeroUsageFirstTierFlat: 'not_charged' }, '1', ['tier 1: 1 + 10 = 10']],
  ] as Row[])('with %j of %j is %j', (options, usage, lines) => {
    expect(rate({ ...price, ...options }, usage)).toEqual(lines);
  });
});

describe('package', () => {
  const price = { model: 'package', packageSize: '1000', packageAmount: '5' };
  it.each([
    [{}, '0', ['0 in 0 x 5 = 0']],
    [{}, '1', ['1 in 1 x 5 = 5']],
    [{}, '1000', ['1000 in 1 x 5 = 5']],
    [{}, '1000.1', ['1000.1 in 2 x 5 = 10']],
    [{ rounding: 'down' }, '0', ['0 in 0 x 5 = 0']],
    [{ rounding: 'down' }, '999', ['999 in 0 x 5 = 0']],
    [{ rounding: 'down' }, '1000', ['1000 in 1 x 5 = 5']],
    [{ rounding: 'down' }, '1999', ['1999 in 1 x 5 = 5']],
    [{ negative: 'credit' }, '-1', ['-1 in -1 x 5 = -5']],
    [{ negative: 'credit', rounding: 'down' }, '-1', ['-1 in 0 x 5 = 0']],
  ] as Row[])('with %j of %j is %j', (options, usage, lines) => {
    expect(rate({ ...price, ...options }, usage)).toEqual(lines);
  });
});

describe('tiered_package', () => {
  const price = {
    model: 'tiered_package',
    tiers: [
      { upTo: '1000', packageSize: '100', packageAmount: '5' },
      { upTo: null, packageSize: '500', packageAmount: '10' },
    ],
  };
  it.each([
    [{}, '0', ['tier 1: 0 in 0 x 5 = 0']],
    [{}, '1', ['tier 1: 1 in 1 x 5 = 5']],
    [{}, '1000', ['tier 1: 1000 in 10 x 5 = 50']],
    [{}, '1200', ['tier 1: 1000 in 10 x 5 = 50', 'tier 2: 200 in 1 x 10 = 10']],
    [{ mode: 'volume' }, '0', ['tier 1: 0 in 0 x 5 = 0']],
    [{ mode: 'volume' }, '1000', ['tier 1: 1000 in 10 x 5 = 50']],
    [{ mode: 'volume' }, '1200', ['tier 2: 1200 in 3 x 10 = 30']],
    [{ negative: 'credit' }, '-150', ['tier 1: -150 in -2 x 5 = -10']],
    [{ mode: 'volume', negative: 'credit' }, '-150', ['tier 1: -150 in -2 x 5 = -10']],
  ] as Row[])('with %j of %j is %j', (options, usage, lines) => {
    expect(rate({ ...price, ...options }, usage)).toEqual(lines);
  });
});

describe('graduated_percentage', () => {
  const price = {
    model: 'graduated_percentage',
    tiers: [
      { upTo: '1000', rate: '2', flatAmount: '3' },
      { upTo: null, rate: '1' },
    ],
  };
  it.each([
    [{}, '0', ['tier 1: 0 x 2% + 3 = 3']],
    [{}, '1000', ['tier 1: 1000 x 2% + 3 = 23']],
    [{}, '1500', ['tier 1: 1000 x 2% + 3 = 23', 'tier 2: 500 x 1% = 5']],
    [{ negative: 'credit' }, '-100', ['tier 1: -100 x 2% = -2']],
    [{ tiers: [{ upTo: null, flatAmount: '3' }] }, '7', ['tier 1: 7 + 3 = 3']],
    [{ zeroUsageFirstTierFlat: 'not_charged' }, '0', ['tier 1: 0 x 2% = 0']],
    [{ zeroUsageFirstTierFlat: 'not_charged' }, '1', ['tier 1: 1 x 2% + 3 = 3.02']],
  ] as Row[])('with %j of %j is %j', (options, usage, lines) => {
    expect(rate({ ...price, ...options }, usage)).toEqual(lines);
  });
});

describe('percentage', () => {
  const price = { model: 'percentage', rate: '1', fixedAmount: '0.30' };
  it.each([
    [{}, ['10', '20'], ['30 x 1% = 0.9']],
    [{}, [], ['0 x 1% = 0']],
    [{ freeAmount: '100' }, ['60', '60', '50'], ['170 x 1% = 1.3']],
    [{ freeAmount: '100' }, ['100', '1'], ['101 x 1% = 0.31']],
    [{ freeAmount: '100' }, ['50'], ['50 x 1% = 0']],
    [{ freeTransactions: '2' }, ['60', '60', '50'], ['170 x 1% = 0.8']],
    [{ freeTransactions: '0' }, ['60'], ['60 x 1% = 0.9']],
    [{ freeTransactions: 2 }, ['60', '60', '50'], ['170 x 1% = 0.8']],
    [{ freeTransactions: '2', freeAmount: '100' }, ['30', '30', '50'], ['110 x 1% = 0.8']],
    [{ freeTransactions: '2', freeAmount: '50' }, ['30', '30', '50'], ['110 x 1% = 1.2']],
    [{ freeAmount: '0' }, ['60'], ['60 x 1% = 0.9']],
    [{ minPerTransaction: '0.5' }, ['10', '20', '30'], ['60 x 1% = 1.6']],
    [{ maxPerTransaction: '0.5' }, ['10', '20', '30'], ['60 x 1% = 1.4']],
    [
      { minPerTransaction: '0.45', maxPerTransaction: '0.5' },
      ['10', '20', '30'],
      ['60 x 1% = 1.45'],
    ],
    [{ minPerTransaction: '0.5', maxPerTransaction: '0.5' }, ['10', '30'], ['40 x 1% = 1']],
  ] as Row[])('with %j of %j is %j', (options, usage, lines) => {
    expect(rate({ ...price, ...options }, usage)).toEqual(lines);
  });
});

describe('dynamic', () => {
  const price = { model: 'dynamic' };
  it.each([
    [{ multiplier: '1.2' }, ['1.25', '0.40'], ['1.65 x 1.2 = 1.98']],
    [{}, ['3'], ['3 x 1 = 3']],
    [{ negative: 'credit' }, ['-3'], ['-3 x 1 = -3']],
    [{}, ['-3'], ['-3 = 0 (usage below zero is not billed)']],
    [{}, ['4', '-3'], ['1 x 1 = 1']],
  ] as Row[])('with %j of %j is %j', (options, usage, lines) => {
    expect(rate({ ...price, ...options }, usage)).toEqual(lines);
  });
});

describe('flat', () => {
  const price = { model: 'flat', amount: '5' };
  it.each([
    [{}, '0', ['+ 5 = 5']],
    [{}, '9', ['+ 5 = 5']],
    [{}, '-9', ['+ 5 = 5']],
  ] as Row[])('with %j of %j is %j', (options, usage, lines) => {
    expect(rate({ ...price, ...options }, usage)).toEqual(lines);
  });
});

describe('per_unit', () => {
  const price = { model: 'per_unit', unitAmount: '0.04' };
  it.each([
    [{}, '12.5', ['12.5 x 0.04 = 0.5']],
    [{}, '0', ['0 x 0.04 = 0']],
    [{ negative: 'credit' }, '-12.5', ['-12.5 x 0.04 = -0.5']],
    [{}, '-12.5', ['-12.5 = 0 (usage below zero is not billed)']],
    [{ negative: 'reject' }, '-12.5', ['rater/negative-total']],
  ] as Row[])('with %j of %j is %j', (options, usage, lines) => {
    expect(rate({ ...price, ...options }, usage)).toEqual(lines);
  });
});
