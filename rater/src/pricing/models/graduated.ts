import { Rational } from '../../money/index.ts';
import type { PricedLine, PriceModel, PriceModelOptions, PricePiece } from './price-model.ts';
import { readPricedTiers, scaleBounds, type PricedTier } from './tiers.ts';

/**
 * Each unit at the price of its own tier; a tier's flat amount once the tier is entered, that is with a quantity above
 * the bound below it. State: the total. Example with 0.03 up to 500, 0.02 up to 1,000, 0.01 after: 700 units are
 * 500 x 0.03 + 200 x 0.02 = 19.00. As Stripe `tiers_mode: graduated`, Lago `graduated`, OpenMeter `tiered` graduated.
 * A negative quantity is credited at the first tier's unit price.
 */
export const graduated: PriceModel = {
  read: (price, options) => {
    const tiers = readPricedTiers(price);
    return {
      takes: 'quantity',
      usesQuantity: true,
      rate: (quantity, share) =>
        quantity.isPositive
          ? rateGraduated(scaleBounds(tiers, share.tierBounds), quantity)
          : rateFirstTier(tiers, quantity, options),
      curve: {
        atZero: atZero(tiers, options),
        pieces: graduatedPieces(tiers),
        creditSlope: tiers[0]?.unitAmount ?? Rational.zero,
      },
    };
  },
};

/** One line a tier entered; the quantity must be above zero. */
export function rateGraduated(tiers: readonly PricedTier[], quantity: Rational): PricedLine[] {
  const lines: PricedLine[] = [];
  let below = Rational.zero;
  for (const [index, { upTo, unitAmount, flatAmount }] of tiers.entries()) {
    if (!quantity.isAbove(below)) break;
    const top = upTo !== null && quantity.isAbove(upTo) ? upTo : quantity;
    lines.push(tierLine(index, top.minus(below), { unitAmount, flatAmount }));
    below = top;
  }
  return lines;
}

/** The line of `quantity` units in one tier, with the tier's flat amount. */
export function tierLine(
  index: number,
  quantity: Rational,
  { unitAmount, flatAmount }: Pick<PricedTier, 'unitAmount' | 'flatAmount'>,
): PricedLine {
  const usage = unitAmount === undefined ? Rational.zero : quantity.times(unitAmount);
  return {
    kind: 'tier',
    tier: index + 1,
    quantity,
    ...(unitAmount !== undefined && { unitAmount }),
    ...(flatAmount !== undefined && { flatAmount }),
    exact: flatAmount === undefined ? usage : usage.plus(flatAmount),
  };
}

/** Zero usage: the first tier's flat amount where it is charged. Below zero: a credit at the first unit price. */
export function rateFirstTier(
  tiers: readonly Pick<PricedTier, 'unitAmount' | 'flatAmount'>[],
  quantity: Rational,
  options: PriceModelOptions,
): PricedLine[] {
  const { unitAmount, flatAmount } = tiers[0] ?? { unitAmount: undefined, flatAmount: undefined };
  const flatIsDue = quantity.isZero && options.zeroUsageFirstTierFlat === 'charged';
  return [tierLine(0, quantity, { unitAmount, flatAmount: flatIsDue ? flatAmount : undefined })];
}

/** F(0) of a tiered price. */
export function atZero(
  tiers: readonly Pick<PricedTier, 'flatAmount'>[],
  options: PriceModelOptions,
): Rational {
  const flat = tiers[0]?.flatAmount ?? Rational.zero;
  return options.zeroUsageFirstTierFlat === 'charged' ? flat : Rational.zero;
}

/** The straight pieces of F, for the stream. */
export function graduatedPieces(tiers: readonly PricedTier[]): PricePiece[] {
  let below = Rational.zero;
  let due = Rational.zero;
  return tiers.map(({ upTo, unitAmount, flatAmount }) => {
    const slope = unitAmount ?? Rational.zero;
    due = due.plus(flatAmount ?? Rational.zero);
    const intercept = due.minus(below.times(slope));
    if (upTo !== null) {
      due = due.plus(upTo.minus(below).times(slope));
      below = upTo;
    }
    return { upTo, slope, intercept };
  });
}
