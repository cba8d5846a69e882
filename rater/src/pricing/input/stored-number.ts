import { parseFraction, type Rational } from '../../money/index.ts';
import type { JsonObject } from './json-object.ts';
import { PricingError } from './pricing-error.ts';

const storedLengthMax = 100_000;

/** A number of a stored state, of any length, as `formatFraction` wrote it. */
export function decodeNumber(stored: JsonObject, field: string): Rational {
  const number = parseFraction(stored.text(field, storedLengthMax));
  if (number !== undefined) return number;
  throw new PricingError(
    'rater/state-not-valid',
    'This is no stored number.',
    stored.pathOf(field),
  );
}
