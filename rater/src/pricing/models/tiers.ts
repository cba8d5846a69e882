/** Tiers as all tiered models read them: ascending, `upTo` inclusive, the last one open. */
import { Rational } from '../../money/index.ts';
import type { JsonObject } from '../input/json-object.ts';
import { PricingError } from '../input/pricing-error.ts';
import type { PricePiece } from './price-model.ts';

/** Tiers that one price may have. */
const tiersMax = 1000;

export interface Bounded {
  /** Inclusive upper bound; `null` in the last tier. */
  readonly upTo: Rational | null;
}

/** Reads `tiers` with what `readTier` takes from each. Bounds ascend strictly; the first may be 0 ("nothing used"). */
export function readTiers<Tier>(
  price: JsonObject,
  readTier: (tier: JsonObject) => Tier,
): (Tier & Bounded)[] {
  const objects = price.objects('tiers', tiersMax, 1);
  let below: Rational | undefined;
  return objects.map((object, index) => {
    const upTo = readUpTo(object, index === objects.length - 1);
    if (upTo !== null && below !== undefined && !upTo.isAbove(below)) {
      const message = 'Each upTo must be above the one before.';
      throw new PricingError('rater/tiers-not-ascending', message, object.pathOf('upTo'));
    }
    below = upTo ?? below;
    const tier = { ...readTier(object), upTo };
    object.finish();
    return tier;
  });
}

export interface PricedTier extends Bounded {
  readonly unitAmount: Rational | undefined;
  readonly flatAmount: Rational | undefined;
}

/** Reads tiers that have a price a unit, a flat amount, or both. */
export function readPricedTiers(price: JsonObject): PricedTier[] {
  return readTiers(price, (tier) => {
    if (!tier.has('unitAmount') && !tier.has('flatAmount')) {
      const message = 'A tier needs a unitAmount or a flatAmount.';
      throw new PricingError('rater/tier-without-price', message, tier.path);
    }
    return {
      unitAmount: tier.optionalDecimal('unitAmount', { sign: 'not-negative' }),
      flatAmount: tier.optionalDecimal('flatAmount', { sign: 'not-negative' }),
    };
  });
}

/** The tiers with their bounds times `share`, for a price whose tier bounds are prorated. */
export function scaleBounds<Tier extends Bounded>(
  tiers: readonly Tier[],
  share: Rational,
): readonly Tier[] {
  if (share === Rational.one) return tiers;
  return tiers.map((tier) => ({ ...tier, upTo: tier.upTo?.times(share) ?? null }));
}

/** Index of the tier the quantity falls in: the first whose bound it is not above. */
export function tierOf(tiers: readonly Bounded[], quantity: Rational): number {
  return tiers.findIndex(({ upTo }) => upTo === null || !quantity.isAbove(upTo));
}

/** One piece a tier, where the tier alone decides the straight line. */
export function onePieceATier<Tier extends Bounded>(
  tiers: readonly Tier[],
  line: (tier: Tier) => Omit<PricePiece, 'upTo'>,
): PricePiece[] {
  return tiers.map((tier) => ({ upTo: tier.upTo, ...line(tier) }));
}

function readUpTo(tier: JsonObject, isLast: boolean): Rational | null {
  if (!tier.has('upTo')) {
    if (!tier.isGiven('upTo')) {
      throw new PricingError(
        'rater/missing-field',
        'The field upTo is missing.',
        tier.pathOf('upTo'),
      );
    }
    if (isLast) return null;
    throw new PricingError(
      'rater/open-tier-not-last',
      'Only the last tier is open.',
      tier.pathOf('upTo'),
    );
  }
  const upTo = tier.decimal('upTo', { sign: 'not-negative' });
  if (!isLast) return upTo;
  throw new PricingError(
    'rater/no-open-ended-tier',
    'The last tier must have upTo null.',
    tier.pathOf('upTo'),
  );
}
