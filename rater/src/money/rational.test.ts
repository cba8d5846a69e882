import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lawRuns } from '../../test/laws/law-runs.ts';
import { greaterOf, Rational, smallerOf, sumOf } from './rational.ts';

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat({ max: 36 }))
  .map(([scaled, scale]) => Rational.fromScaled(scaled, scale));
const fractions = fc
  .tuple(fc.bigInt({ min: -1000n, max: 1000n }), fc.bigInt({ min: -60n, max: 60n }))
  .filter(([, denominator]) => denominator !== 0n)
  .map(([numerator, denominator]) => Rational.of(numerator, denominator));
const rationals = fc.oneof(decimals, fractions);

/** The plain arithmetic of fractions, with nothing clever. */
const naive = (value: Rational): [bigint, bigint] => [value.numerator, value.denominator];
const same = (value: Rational, [numerator, denominator]: [bigint, bigint]): boolean =>
  value.numerator * denominator === numerator * value.denominator && value.denominator > 0n;

describe('Rational', () => {
  it('adds, subtracts, multiplies, divides and compares as fractions do', () => {
    fc.assert(
      fc.property(rationals, rationals, (left, right) => {
        const [a, b] = naive(left);
        const [c, d] = naive(right);
        expect(same(left.plus(right), [a * d + c * b, b * d])).toBe(true);
        expect(same(left.minus(right), [a * d - c * b, b * d])).toBe(true);
        expect(same(left.times(right), [a * c, b * d])).toBe(true);
        if (c !== 0n) expect(same(left.dividedBy(right).times(right), [a, b])).toBe(true);
        const difference = a * d - c * b;
        const order = difference < 0n ? -1 : difference > 0n ? 1 : 0;
        expect(left.compare(right)).toBe(order);
        expect(left.isAbove(right)).toBe(order > 0);
        expect(left.isBelow(right)).toBe(order < 0);
        expect(left.equals(right)).toBe(order === 0);
      }),
      lawRuns,
    );
  });

  it('keeps its value in lowest terms', () => {
    const lowest = Rational.of(-3n, 7n);
    expect(lowest.reduced()).toBe(lowest);
    expect(Rational.of(-6n, 4n).reduced()).toMatchObject({ numerator: -3n, denominator: 2n });
    expect(Rational.of(0n, 7n).reduced()).toMatchObject({ numerator: 0n, denominator: 1n });
    expect(Rational.of(3n, -9n).reduced()).toMatchObject({ numerator: -1n, denominator: 3n });
  });

  it('knows its scale only where the denominator is a power of ten', () => {
    expect(Rational.of(5n).scale).toBe(0);
    expect(Rational.of(5n, 100n).scale).toBe(2);
    expect(Rational.of(5n, 3n).scale).toBeUndefined();
    expect(Rational.fromScaled(5n, 2).times(Rational.fromScaled(1n, 3)).scale).toBe(5);
    expect(Rational.of(1n, 3n).times(Rational.of(1n, 10n)).scale).toBeUndefined();
    expect(Rational.of(1n, 3n).plus(Rational.of(2n, 3n)).scale).toBeUndefined();
    expect(Rational.of(1n, 3n).plus(Rational.of(1n, 30n)).reduced()).toMatchObject({
      numerator: 11n,
      denominator: 30n,
    });
  });

  it('does not let a long sum grow its denominator', () => {
    let sum = Rational.zero;
    for (let step = 0; step < 300; step++)
      sum = sum.plus(Rational.of(1n, step % 2 === 0 ? 6n : 4n));
    expect(sum.reduced()).toMatchObject({ numerator: 125n, denominator: 2n });
    expect(sum.denominator <= 24n).toBe(true);
  });

  it('has no zero denominator', () => {
    expect(() => Rational.of(1n, 0n)).toThrow(RangeError);
    expect(() => Rational.one.dividedBy(Rational.zero)).toThrow(RangeError);
  });

  it('knows its sign', () => {
    const [below, zero, above] = [Rational.of(-1n), Rational.zero, Rational.of(1n)];
    expect([below, zero, above].map((value) => value.isNegative)).toEqual([true, false, false]);
    expect([below, zero, above].map((value) => value.isZero)).toEqual([false, true, false]);
    expect([below, zero, above].map((value) => value.isPositive)).toEqual([false, false, true]);
    expect(below.absolute().equals(above)).toBe(true);
    expect(above.absolute()).toBe(above);
  });

  it('rounds to integers, scales and multiples', () => {
    const value = Rational.of(-7n, 4n);
    expect(value.toInteger('half_away_from_zero')).toBe(-2n);
    expect(value.toScaled(1, 'down')).toBe(-17n);
    expect(value.toScaled(1, 'up')).toBe(-18n);
    expect(value.toFloor(1)).toBe(-18n);
    expect(value.toScaledExactly(2)).toBe(-175n);
    expect(value.toScaledExactly(1)).toBeUndefined();
    expect(
      Rational.of(61n).roundedToMultipleOf(Rational.of(60n), 'up').equals(Rational.of(120n)),
    ).toBe(true);
    expect(
      Rational.of(61n).roundedToMultipleOf(Rational.of(60n), 'down').equals(Rational.of(60n)),
    ).toBe(true);
  });

  it('finds the smaller, the greater and the sum', () => {
    const [small, great] = [Rational.of(1n, 3n), Rational.of(1n, 2n)];
    expect(smallerOf(small, great)).toBe(small);
    expect(smallerOf(great, small)).toBe(small);
    expect(greaterOf(small, great)).toBe(great);
    expect(greaterOf(great, small)).toBe(great);
    expect(sumOf([small, great, great]).equals(Rational.of(4n, 3n))).toBe(true);
    expect(sumOf([])).toBe(Rational.zero);
  });
});
