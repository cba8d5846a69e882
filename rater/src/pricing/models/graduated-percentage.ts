import { Rational } from '../../money/index.ts';
import { PricingError } from '../input/pricing-error.ts';
import { atZero, rateGraduated, rateFirstTier, graduatedPieces } from './graduated.ts';
import type { PricedLine, PriceModel } from './price-model.ts';
import { readTiers, scaleBounds, type PricedTier } from './tiers.ts';

const hundred = Rational.of(100n);

/**
 * Like `graduated`, with percentages of the summed amount, which is its quantity. State: the total. Example with 2 % up
 * to 1,000 and 1 % after: 1,500 are 20.00 + 5.00 = 25.00. As Lago `graduated_percentage`.
 */
export const graduatedPercentage: PriceModel = {
  read: (price, options) => {
    const tiers: PricedTier[] = readTiers(price, (tier) => {
      if (!tier.has('rate') && !tier.has('flatAmount')) {
        const message = 'A tier needs a rate or a flatAmount.';
        throw new PricingError('rater/tier-without-price', message, tier.path);
      }
      const rate = tier.optionalDecimal('rate', { sign: 'not-negative' });
      return {
        unitAmount: rate?.dividedBy(hundred),
        flatAmount: tier.optionalDecimal('flatAmount', { sign: 'not-negative' }),
      };
    });
    return {
      takes: 'quantity',
      usesQuantity: true,
      rate: (quantity, share) =>
        (quantity.isPositive
          ? rateGraduated(scaleBounds(tiers, share.tierBounds), quantity)
          : rateFirstTier(tiers, quantity, options)
        ).map(asPercentage),
      curve: {
        atZero: atZero(tiers, options),
        pieces: graduatedPieces(tiers),
        creditSlope: tiers[0]?.unitAmount ?? Rational.zero,
      },
    };
  },
};

function asPercentage({ unitAmount, ...line }: PricedLine): PricedLine {
  return unitAmount === undefined ? line : { ...line, rate: unitAmount.times(hundred) };
}
