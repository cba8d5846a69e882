import { describe, expect, it } from 'vitest';
import { formatMoney, formatRoundedTo, fromMoney, roundTo, scaleTo, toMoney } from './money.ts';
import { Rational } from './rational.ts';
import { moneyOf, quantityOfInteger } from './scaled.ts';

describe('money', () => {
  it('is rounded to minor units and printed with all of them', () => {
    const amount = Rational.of(14_005n, 1000n);
    expect(toMoney(amount, 2, 'half_away_from_zero')).toBe(1401n);
    expect(toMoney(amount, 2, 'half_even')).toBe(1400n);
    expect(formatMoney(moneyOf(1400n), 2)).toBe('14.00');
    expect(formatMoney(moneyOf(14n), 0)).toBe('14');
    expect(formatMoney(moneyOf(-5n), 3)).toBe('-0.005');
    expect(fromMoney(moneyOf(1401n), 2).equals(Rational.of(1401n, 100n))).toBe(true);
  });

  it('is rounded to tens and hundreds by a negative precision', () => {
    const amount = Rational.of(123_456n, 10n);
    expect(scaleTo(amount, -2, 'half_away_from_zero')).toBe(123n);
    expect(scaleTo(amount, -2, 'up')).toBe(124n);
    expect(formatRoundedTo(roundTo(amount, -2, 'down'), -2)).toBe('12300');
    expect(formatRoundedTo(roundTo(amount, 0, 'up'), 0)).toBe('12346');
    expect(formatRoundedTo(roundTo(amount, 3, 'up'), 3)).toBe('12345.600');
  });
});

describe('a quantity of an integer and its decimals', () => {
  it.each([
    [5, 0, 5_000_000_000_000_000_000n],
    [-125, 2, -1_250_000_000_000_000_000n],
    [9_007_199_254_740_991, 18, 9_007_199_254_740_991n],
    [0, 3, 0n],
  ])('%s at %s decimals is exact', (integer, scale, quantity) => {
    expect(quantityOfInteger(integer, scale)).toBe(quantity);
  });
});
