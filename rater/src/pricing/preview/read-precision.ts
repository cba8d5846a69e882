import { minorUnitsOf } from '../../money/index.ts';
import type { JsonObject } from '../input/json-object.ts';
import { PricingError } from '../input/pricing-error.ts';

const precisionMax = 36;

/** How many decimals amounts are rounded to: those of a `currency`, or a `precision` (negative: tens, hundreds). */
export function readPrecision(input: JsonObject): number {
  if (input.has('currency') && input.has('precision')) {
    const message = 'Give either a currency or a precision.';
    throw new PricingError('rater/conflicting-fields', message, 'precision');
  }
  if (input.has('precision')) return input.integer('precision', -precisionMax, precisionMax);
  return minorUnitsOf(input.currency()) ?? 2;
}
