// Largest remainder: every part is cut down to a minor unit, and the units left over go one by one to the parts that lost
// the most, the earlier part on a tie. A negative whole over weights is split as its size, so that it mirrors the positive.
import type { Fraction } from './fraction.ts';
import {
  add,
  compare,
  divide,
  fraction,
  isNegative,
  isZero,
  multiply,
  negate,
  subtract,
  sum,
  tenToThe,
  truncate,
  ZERO,
} from './fraction.ts';

/** `whole` is a multiple of 10^-decimals and `parts`, of any sign, sum to it but for one rounding. */
export function splitByRemainder(
  whole: Fraction,
  parts: readonly Fraction[],
  decimals: number,
): Fraction[] {
  const unit = tenToThe(-decimals);
  const inUnits = parts.map((part) => divide(part, unit));
  const shares = inUnits.map(floor);
  let left = subtract(divide(whole, unit), sum(shares));
  const losses = inUnits.map((part, index) => ({ index, loss: subtract(part, shares[index]!) }));
  losses.sort((a, b) => compare(b.loss, a.loss) || a.index - b.index);
  for (let position = 0; !isZero(left); position = (position + 1) % losses.length) {
    const { index } = losses[position]!;
    shares[index] = add(shares[index]!, fraction(1));
    left = subtract(left, fraction(1));
  }
  return shares.map((share) => multiply(share, unit));
}

/** The greatest integer that is not above the value. */
function floor(value: Fraction): Fraction {
  const { whole, rest } = truncate(value);
  return isNegative(rest) ? subtract(whole, fraction(1)) : whole;
}

/** Splits `whole` (a multiple of 10^-decimals) in proportion to the weights; weights without a sum give zeros. */
export function splitByWeight(
  whole: Fraction,
  weights: readonly Fraction[],
  decimals: number,
): Fraction[] {
  if (isNegative(whole)) return splitByWeight(negate(whole), weights, decimals).map(negate);
  const total = sum(weights);
  if (isZero(total)) return weights.map(() => ZERO);
  const parts = weights.map((weight) => divide(multiply(whole, weight), total));
  return splitByRemainder(whole, parts, decimals);
}
