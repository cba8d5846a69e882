import { Rational } from '../../money/index.ts';

/** What lies above the maximum: taken off as a line of its own. Example: 620.00 with a maximum of 500.00 is capped by 120.00. */
export function aboveMaximum(amount: Rational, maximum: Rational): Rational {
  return amount.isAbove(maximum) ? amount.minus(maximum) : Rational.zero;
}

/** What is missing to the minimum: the true-up line. Example: 42.50 with a minimum of 50.00 is raised by 7.50. */
export function belowMinimum(amount: Rational, minimum: Rational): Rational {
  return amount.isBelow(minimum) ? minimum.minus(amount) : Rational.zero;
}
