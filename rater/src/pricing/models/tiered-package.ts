import { Rational } from '../../money/index.ts';
import { packagesLine, type PackageTerms } from './package.ts';
import type { PricedLine, PriceModel } from './price-model.ts';
import { readTiers, scaleBounds, tierOf, type Bounded } from './tiers.ts';

type PackageTier = Bounded & PackageTerms;

/**
 * Packages whose size and amount depend on the tier. `graduated` (default) counts packages inside every tier, each tier
 * rounded up by itself; `volume` counts all of them by the tier of the total. State: the total. Example with packages of
 * 100 at 5.00 up to 1,000 and of 500 at 10.00 after: 1,200 units are 10 x 5.00 + 1 x 10.00 = 60.00, by volume
 * 3 x 10.00 = 30.00. As Orb `tiered_package`. A negative quantity is credited in packages of the first tier.
 */
export const tieredPackage: PriceModel = {
  read: (price) => {
    const tiers = readTiers(price, (tier) => ({
      packageSize: tier.decimal('packageSize', { sign: 'positive' }),
      packageAmount: tier.decimal('packageAmount', { sign: 'not-negative' }),
    }));
    const mode = price.choiceOr('mode', ['graduated', 'volume'], 'graduated');
    return {
      takes: 'quantity',
      usesQuantity: true,
      rate: (quantity, share) => {
        const scaled = scaleBounds(tiers, share.tierBounds);
        return mode === 'volume' || !quantity.isPositive
          ? rateOneTier(scaled, quantity)
          : rateEachTier(scaled, quantity);
      },
    };
  },
};

/** All packages of the tier that the quantity falls in. */
function rateOneTier(tiers: readonly PackageTier[], quantity: Rational): PricedLine[] {
  const index = tierOf(tiers, quantity);
  return tiers.slice(index, index + 1).map((tier) => tierLine(index, quantity, tier));
}

function rateEachTier(tiers: readonly PackageTier[], quantity: Rational): PricedLine[] {
  const lines: PricedLine[] = [];
  let below = Rational.zero;
  for (const [index, tier] of tiers.entries()) {
    if (!quantity.isAbove(below)) break;
    const top = tier.upTo !== null && quantity.isAbove(tier.upTo) ? tier.upTo : quantity;
    lines.push(tierLine(index, top.minus(below), tier));
    below = top;
  }
  return lines;
}

function tierLine(index: number, quantity: Rational, tier: PackageTier): PricedLine {
  return { kind: 'tier', tier: index + 1, ...packagesLine(quantity, tier, 'up') };
}
