/** Splitting money so that the parts always sum to the whole: largest remainder, ties to the earlier part. */
import { Rational, sumOf } from './rational.ts';
import { divideFloor } from './rounding.ts';
import { moneyOf, type Money } from './scaled.ts';

export interface AllocateOptions {
  /** Upper bound of each part in minor units; the total must not be above their sum. */
  readonly limits?: readonly bigint[];
}

/**
 * Splits `total` minor units in proportion to `weights` (none negative). Each part is its exact share rounded down, and
 * what is left goes, one minor unit each, to the parts with the largest remainders. A negative total is split like the
 * positive one. Example: 10 over weights 1, 1, 1 gives 4, 3, 3.
 *
 * @throws RangeError when all weights are zero and the total is not.
 */
export function allocate(
  total: Money,
  weights: readonly Rational[],
  options: AllocateOptions = {},
): Money[] {
  if (total < 0n) return allocate(opposite(total), weights, options).map(opposite);
  if (total === 0n) return weights.map(() => moneyOf(0n));
  const weightTotal = sumOf(weights);
  if (!weightTotal.isPositive) throw new RangeError('Nothing to allocate over.');
  const whole = Rational.of(total).dividedBy(weightTotal);
  const shares = weights.map((weight) => whole.times(weight));
  return roundToTotal(shares, total, options);
}

/**
 * Rounds exact numbers of minor units to integers that sum to `total`, by largest remainder. `total` must be reachable:
 * between the sum of the floors and that sum plus one for each part.
 */
export function roundToTotal(
  shares: readonly Rational[],
  total: bigint,
  options: AllocateOptions = {},
): Money[] {
  const floors = shares.map((share) => divideFloor(share.numerator, share.denominator));
  let left = total - floors.reduce((sum, floor) => sum + floor, 0n);
  if (left === 0n) return floors.map(moneyOf);
  // Sorting is stable: ties stay in the order of the parts.
  const order = shares
    .map((share, index) => ({ index, remainder: share.minus(Rational.of(floors[index] ?? 0n)) }))
    .sort((left, right) => right.remainder.compare(left.remainder));
  while (left > 0n) {
    const before = left;
    for (const { index } of order) {
      const limit = options.limits?.[index];
      const part = floors[index] ?? 0n;
      if (left === 0n || (limit !== undefined && part >= limit)) continue;
      floors[index] = part + 1n;
      left--;
    }
    if (left === before) throw new RangeError('The total is above the sum of the limits.');
  }
  return floors.map(moneyOf);
}

function opposite(money: Money): Money {
  return moneyOf(0n - money);
}
