import { Rational } from '../../money/index.ts';

/**
 * What is left of a quantity after the included part. Never below zero by the allowance itself; a quantity that is
 * negative already stays as it is. Example: 1,200 with 1,000 included leave 200, 800 leave 0.
 */
export function subtractAllowance(quantity: Rational, allowance: Rational | undefined): Rational {
  if (allowance === undefined || quantity.isNegative) return quantity;
  const left = quantity.minus(allowance);
  return left.isNegative ? Rational.zero : left;
}
