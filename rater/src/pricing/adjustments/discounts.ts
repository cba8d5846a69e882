import { Rational } from '../../money/index.ts';
import type { JsonObject } from '../input/json-object.ts';
import { PricingError } from '../input/pricing-error.ts';

/** Discounts of a charge. All percentages come before all fixed ones; within each kind the written order holds. */
export interface Discounts {
  /** Each of what the ones before it left. */
  readonly percents: readonly Rational[];
  readonly fixed: readonly Rational[];
}

const discountsMax = 50;
const hundred = Rational.of(100n);

/** Reads `[ { "percent": "10" }, { "amount": "5.00" } ]`. Above 100 percent is allowed: it takes what is there. */
export function readDiscounts(charge: JsonObject): Discounts {
  const percents: Rational[] = [];
  const fixed: Rational[] = [];
  for (const object of charge.optionalObjects('discounts', discountsMax)) {
    if (object.has('percent') && object.has('amount')) {
      const message = 'A discount is either a percent or an amount.';
      throw new PricingError('rater/conflicting-fields', message, object.path);
    }
    if (object.has('amount')) fixed.push(object.decimal('amount', { sign: 'not-negative' }));
    else percents.push(object.decimal('percent', { sign: 'not-negative' }));
    object.finish();
  }
  return { percents, fixed };
}

/** What a percentage takes from `left`: never more than there is, and nothing from a credit. */
export function percentOff(left: Rational, percent: Rational): Rational {
  return fixedOff(left, left.times(percent).dividedBy(hundred));
}

/** What a fixed discount takes from `left`: never more than there is, and nothing from a credit. */
export function fixedOff(left: Rational, amount: Rational): Rational {
  if (!left.isPositive) return Rational.zero;
  return amount.isAbove(left) ? left : amount;
}
