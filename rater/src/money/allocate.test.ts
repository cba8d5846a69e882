import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lawRuns } from '../../test/laws/law-runs.ts';
import { allocate, roundToTotal } from './allocate.ts';
import { Rational, sumOf } from './rational.ts';
import { moneyOf } from './scaled.ts';

const integers = (...numbers: number[]): Rational[] =>
  numbers.map((number) => Rational.of(BigInt(number)));
const sum = (parts: readonly bigint[]): bigint => parts.reduce((total, part) => total + part, 0n);

describe('allocate', () => {
  it.each([
    [10, [1, 1, 1], [4n, 3n, 3n]],
    [11, [1, 1, 1], [4n, 4n, 3n]],
    [-10, [1, 1, 1], [-4n, -3n, -3n]],
    [100, [2, 3, 5], [20n, 30n, 50n]],
    [7, [0, 1, 0], [0n, 7n, 0n]],
    [1, [1, 2], [0n, 1n]],
    [0, [0, 0], [0n, 0n]],
    [5, [3], [5n]],
  ])('splits %s over %j', (total, weights, parts) => {
    expect(allocate(moneyOf(BigInt(total)), integers(...weights))).toEqual(parts);
  });

  it('has nowhere to put a total when all weights are zero', () => {
    expect(() => allocate(moneyOf(1n), integers(0, 0))).toThrow(RangeError);
  });

  it('sums to the whole and gives each part its share within one unit', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
        fc.array(fc.bigInt({ min: 0n, max: 10n ** 9n }), { minLength: 1, maxLength: 12 }),
        (total, weights) => {
          fc.pre(sum(weights) > 0n);
          const parts = allocate(
            moneyOf(total),
            weights.map((weight) => Rational.of(weight)),
          );
          expect(sum(parts)).toBe(total);
          weights.forEach((weight, index) => {
            const share = Rational.of(total * weight, sum(weights));
            const distance = Rational.of(parts[index] ?? 0n)
              .minus(share)
              .absolute();
            expect(distance.isBelow(Rational.one)).toBe(true);
          });
        },
      ),
      lawRuns,
    );
  });

  it('keeps every part within its limit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: 0n, max: 50n }), { minLength: 1, maxLength: 8 }),
        fc.bigInt({ min: 0n, max: 400n }),
        (limits, wanted) => {
          const total = wanted < sum(limits) ? wanted : sum(limits);
          const weights = limits.map((limit) => Rational.of(limit * 10n + 7n, 10n));
          const parts = allocate(moneyOf(total), weights, { limits });
          expect(sum(parts)).toBe(total);
          expect(parts.every((part, index) => part <= (limits[index] ?? 0n))).toBe(true);
        },
      ),
      lawRuns,
    );
  });

  it('says so when the limits do not hold the total', () => {
    expect(() => allocate(moneyOf(5n), integers(1, 1), { limits: [2n, 2n] })).toThrow(RangeError);
  });
});

describe('roundToTotal', () => {
  const halves = (...numbers: number[]): Rational[] =>
    numbers.map((number) => Rational.of(BigInt(number), 2n));

  it.each([
    // 0.5 and 0.5 to 1: the tie goes to the earlier part
    [[1, 1], 1n, [1n, 0n]],
    // 1.5 and -0.5 to 1: floors 1 and -1
    [[3, -1], 1n, [2n, -1n]],
    [[4, -2], 1n, [2n, -1n]],
    [[], 0n, []],
  ])('rounds the halves %j to %s', (numbers, total, parts) => {
    expect(roundToTotal(halves(...numbers), total)).toEqual(parts);
  });

  it('reaches every total next to the sum', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.bigInt({ min: -99n, max: 99n }), fc.constantFrom(1n, 3n, 7n)), {
          maxLength: 8,
        }),
        fc.boolean(),
        (fractions, up) => {
          const shares = fractions.map(([numerator, denominator]) =>
            Rational.of(numerator, denominator),
          );
          const exact = sumOf(shares);
          const total = up ? -exact.negated().toFloor(0) : exact.toFloor(0);
          const parts = roundToTotal(shares, total);
          expect(sum(parts)).toBe(total);
          parts.forEach((part, index) => {
            const share = shares[index] ?? Rational.zero;
            expect(Rational.of(part).minus(share).absolute().isBelow(Rational.one)).toBe(true);
          });
        },
      ),
      lawRuns,
    );
  });
});
