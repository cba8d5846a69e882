// Largest remainder: the whole is cut toward zero into minor units, and the units left over go one by one to the parts
// that lost the most, the earlier part on a tie. With mixed signs the units go to the parts that lost in that direction.
import type { Fraction } from './fraction.ts';
import {
  add,
  compare,
  divide,
  fraction,
  isNegative,
  isZero,
  multiply,
  subtract,
  sum,
  tenToThe,
  truncate,
  ZERO,
} from './fraction.ts';

/** `whole` is a multiple of 10^-decimals and `parts` sum to it but for one rounding. */
export function splitByRemainder(
  whole: Fraction,
  parts: readonly Fraction[],
  decimals: number,
): Fraction[] {
  const unit = tenToThe(-decimals);
  const cut = parts.map((part) => truncate(divide(part, unit)));
  const shares = cut.map((part) => part.whole);
  let left = subtract(divide(whole, unit), sum(shares));
  const step = fraction(isNegative(left) ? -1 : 1);
  const losses = cut.map((part, index) => ({ index, loss: multiply(part.rest, step) }));
  losses.sort((a, b) => compare(b.loss, a.loss) || a.index - b.index);
  for (let position = 0; !isZero(left); position = (position + 1) % losses.length) {
    const { index } = losses[position]!;
    shares[index] = add(shares[index]!, step);
    left = subtract(left, step);
  }
  return shares.map((share) => multiply(share, unit));
}

/** Splits `whole` (a multiple of 10^-decimals) in proportion to the weights; weights without a sum give zeros. */
export function splitByWeight(
  whole: Fraction,
  weights: readonly Fraction[],
  decimals: number,
): Fraction[] {
  const total = sum(weights);
  if (isZero(total)) return weights.map(() => ZERO);
  const parts = weights.map((weight) => divide(multiply(whole, weight), total));
  return splitByRemainder(whole, parts, decimals);
}
