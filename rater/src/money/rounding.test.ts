import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lawRuns } from '../../test/laws/law-runs.ts';
import { divideFloor, divideRounded, roundingModes } from './rounding.ts';

describe('divideRounded', () => {
  it.each([
    // tenths, then half away, half even, up, down
    [25n, [3n, 2n, 3n, 2n]],
    [35n, [4n, 4n, 4n, 3n]],
    [-25n, [-3n, -2n, -3n, -2n]],
    [-35n, [-4n, -4n, -4n, -3n]],
    [24n, [2n, 2n, 3n, 2n]],
    [26n, [3n, 3n, 3n, 2n]],
    [-24n, [-2n, -2n, -3n, -2n]],
    [-26n, [-3n, -3n, -3n, -2n]],
    [5n, [1n, 0n, 1n, 0n]],
    [-5n, [-1n, 0n, -1n, 0n]],
    [1n, [0n, 0n, 1n, 0n]],
    [-1n, [0n, 0n, -1n, 0n]],
    [30n, [3n, 3n, 3n, 3n]],
    [0n, [0n, 0n, 0n, 0n]],
  ])('rounds %s tenths', (tenths, expected) => {
    expect(roundingModes.map((mode) => divideRounded(tenths, 10n, mode))).toEqual(expected);
  });

  it('moves a number by less than one, and by at most half where it rounds to the nearest', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
        fc.bigInt({ min: 1n, max: 10n ** 20n }),
        fc.constantFrom(...roundingModes),
        (numerator, denominator, mode) => {
          const distance = divideRounded(numerator, denominator, mode) * denominator - numerator;
          const absolute = distance < 0n ? -distance : distance;
          expect(absolute < denominator).toBe(true);
          if (mode.startsWith('half')) expect(absolute * 2n <= denominator).toBe(true);
        },
      ),
      lawRuns,
    );
  });
});

describe('divideFloor', () => {
  it.each([
    [7n, 2n, 3n],
    [-7n, 2n, -4n],
    [-8n, 2n, -4n],
    [8n, 2n, 4n],
    [0n, 3n, 0n],
  ])('%s over %s is at least %s', (numerator, denominator, floor) => {
    expect(divideFloor(numerator, denominator)).toBe(floor);
  });
});
