import { Rational } from '../../money/index.ts';
import { atZero, rateFirstTier, tierLine } from './graduated.ts';
import type { PriceModel } from './price-model.ts';
import { onePieceATier, readPricedTiers, scaleBounds, tierOf } from './tiers.ts';

/**
 * All units at the price of the tier that the quantity falls in, plus that tier's flat amount. State: the total, so the
 * price of early units changes with later ones. Example with 0.03 up to 500, 0.02 up to 1,000, 0.01 after: 700 units are
 * 700 x 0.02 = 14.00. As Stripe `tiers_mode: volume`, Lago `volume`, OpenMeter `tiered` volume.
 */
export const volume: PriceModel = {
  read: (price, options) => {
    const tiers = readPricedTiers(price);
    return {
      takes: 'quantity',
      usesQuantity: true,
      rate: (quantity, share) => {
        if (!quantity.isPositive) return rateFirstTier(tiers, quantity, options);
        const index = tierOf(scaleBounds(tiers, share.tierBounds), quantity);
        const tier = tiers[index];
        return tier === undefined ? [] : [tierLine(index, quantity, tier)];
      },
      curve: {
        atZero: atZero(tiers, options),
        pieces: onePieceATier(tiers, ({ unitAmount, flatAmount }) => ({
          slope: unitAmount ?? Rational.zero,
          intercept: flatAmount ?? Rational.zero,
        })),
        creditSlope: tiers[0]?.unitAmount ?? Rational.zero,
      },
    };
  },
};
