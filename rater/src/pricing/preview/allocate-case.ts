import type { Rational } from '../../money/index.ts';
import { allocate, formatRoundedTo, roundTo, scaleTo, sumOf } from '../../money/index.ts';
import { moneyOf, type Money } from '../../money/index.ts';
import { PricingError } from '../input/pricing-error.ts';
import { caseItemsMax, type CaseKind } from './case-kind.ts';
import { readPrecision } from './read-precision.ts';

/** A total split over weights by largest remainder, on request with no share above its weight. */
export const allocateCase: CaseKind = (input) => {
  const total = input.decimal('total');
  const weights = input.decimals('weights', caseItemsMax, { sign: 'not-negative' });
  const precision = readPrecision(input);
  const limited = input.boolean('limitToWeights', false);
  input.finish();
  const shares = limited
    ? allocateWithin(total, weights, precision)
    : allocateAll(roundTo(total, precision, 'half_away_from_zero'), weights);
  const sum = shares.reduce((whole, share) => whole + share, 0n);
  return {
    shares: shares.map((share) => formatRoundedTo(share, precision)),
    amount: formatRoundedTo(moneyOf(sum), precision),
  };
};

function allocateAll(total: Money, weights: readonly Rational[]): Money[] {
  if (total !== 0n && !sumOf(weights).isPositive) {
    const message = 'At least one weight must be above zero.';
    throw new PricingError('rater/weights-all-zero', message, 'weights');
  }
  return allocate(total, weights);
}

/** At most each weight, so at most their sum. */
function allocateWithin(total: Rational, weights: readonly Rational[], precision: number): Money[] {
  const limits = weights.map((weight) => scaleTo(weight, precision, 'down'));
  const room = limits.reduce((sum, limit) => sum + limit, 0n);
  const asked = roundTo(total, precision, 'half_away_from_zero');
  const sign = asked < 0n ? -1n : 1n;
  const part = asked * sign > room ? room : asked * sign;
  return allocate(moneyOf(part), weights, { limits }).map((share) => moneyOf(share * sign));
}
