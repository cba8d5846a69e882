// Random prices of every model with all their options, and quantities that look for their edges.
import fc from 'fast-check';
import {
  amountArb,
  currencyArb,
  decimalText,
  maybe,
  merged,
  percentArb,
  positiveArb,
  quantityArb,
  roundModeArb,
  scaled18,
  signedQuantityArb,
  unitAmountArb,
} from './arbitrary-numbers.ts';
import type { Price, Tier } from './case-types.ts';

/** Strictly ascending bounds; the last tier is open. */
function tiersArb(prices: fc.Arbitrary<Omit<Tier, 'upTo'>>): fc.Arbitrary<Tier[]> {
  const stepArb = fc.oneof(
    { weight: 4, arbitrary: fc.bigInt(1n, 500n).map((units) => units * 10n ** 18n) },
    { weight: 2, arbitrary: fc.bigInt(1n, 99_999n).map((units) => units * 10n ** 15n) },
    { weight: 1, arbitrary: fc.bigInt(1n, 10n ** 20n) },
  );
  return fc.array(fc.tuple(stepArb, prices), { minLength: 1, maxLength: 6 }).map((steps) => {
    let bound = 0n;
    return steps.map(([step, price], index) => {
      bound += step;
      const isLast = index === steps.length - 1;
      return { upTo: isLast ? null : decimalText(bound, 18), ...price };
    });
  });
}

const amountTierArb: fc.Arbitrary<Omit<Tier, 'upTo'>> = fc.oneof(
  fc.record({ unitAmount: unitAmountArb }),
  fc.record({ flatAmount: amountArb }),
  fc.record({ unitAmount: unitAmountArb, flatAmount: amountArb }),
);

const rateTierArb = merged(fc.record({ rate: percentArb }), maybe('flatAmount', amountArb));

const packageTierArb: fc.Arbitrary<Omit<Tier, 'upTo'>> = fc.record({
  packageSize: positiveArb,
  packageAmount: amountArb,
});

const optionsArb = merged(
  fc.record({ currency: currencyArb }),
  maybe('roundMode', roundModeArb),
  maybe('roundAt', fc.constantFrom('line' as const, 'tier' as const)),
);

const zeroFlatArb = maybe(
  'zeroUsageFirstTierFlat',
  fc.constantFrom('charged' as const, 'not_charged' as const),
);

const negativeArb = maybe(
  'negative',
  fc.constantFrom('zero' as const, 'credit' as const, 'reject' as const),
);

function modelArb(fields: fc.Arbitrary<object>): fc.Arbitrary<Price> {
  return merged(fields, optionsArb) as fc.Arbitrary<Price>;
}

export const flatPriceArb = modelArb(fc.record({ model: fc.constant('flat'), amount: amountArb }));

export const perUnitPriceArb = modelArb(
  merged(fc.record({ model: fc.constant('per_unit'), unitAmount: unitAmountArb }), negativeArb),
);

export const tieredPriceArb = modelArb(
  merged(
    fc.record({
      model: fc.constantFrom('graduated', 'volume'),
      tiers: tiersArb(amountTierArb),
    }),
    zeroFlatArb,
    negativeArb,
  ),
);

const stairstepPriceArb = modelArb(
  merged(
    fc.record({
      model: fc.constant('stairstep'),
      tiers: tiersArb(fc.record({ flatAmount: amountArb })),
    }),
    maybe('mode', fc.constantFrom('reached', 'sum')),
    zeroFlatArb,
  ),
);

const packagePriceArb = modelArb(
  merged(
    fc.record({
      model: fc.constant('package'),
      packageSize: positiveArb,
      packageAmount: amountArb,
    }),
    maybe('rounding', fc.constantFrom('up', 'down')),
  ),
);

const tieredPackagePriceArb = modelArb(
  fc.record({
    model: fc.constant('tiered_package'),
    tiers: tiersArb(packageTierArb),
    mode: fc.constantFrom('graduated', 'volume'),
  }),
);

export const graduatedPercentagePriceArb = modelArb(
  merged(
    fc.record({ model: fc.constant('graduated_percentage'), tiers: tiersArb(rateTierArb) }),
    zeroFlatArb,
  ),
);

export const percentagePriceArb = modelArb(
  merged(
    fc.record({ model: fc.constant('percentage'), rate: percentArb }),
    maybe('fixedAmount', amountArb),
    maybe('freeTransactions', fc.integer({ min: 0, max: 6 }).map(String)),
    maybe('freeAmount', fc.oneof(amountArb, quantityArb)),
    fc.oneof(
      fc.constant({}),
      fc.record({ minPerTransaction: amountArb }),
      fc.record({ maxPerTransaction: amountArb }),
      fc
        .tuple(amountArb, amountArb)
        .map(([a, b]) => (scaled18(a) <= scaled18(b) ? [a, b] : [b, a]))
        .map(([min, max]) => ({ minPerTransaction: min, maxPerTransaction: max })),
    ),
  ),
);

export const dynamicPriceArb = modelArb(
  merged(
    fc.record({ model: fc.constant('dynamic'), amountProperty: fc.constant('cost') }),
    maybe('multiplier', unitAmountArb),
  ),
);

/** Models that a bare quantity decides. */
export const quantityPriceArb: fc.Arbitrary<Price> = fc.oneof(
  { weight: 1, arbitrary: flatPriceArb },
  { weight: 2, arbitrary: perUnitPriceArb },
  { weight: 6, arbitrary: tieredPriceArb },
  { weight: 2, arbitrary: stairstepPriceArb },
  { weight: 2, arbitrary: packagePriceArb },
  { weight: 2, arbitrary: tieredPackagePriceArb },
  { weight: 2, arbitrary: graduatedPercentagePriceArb },
);

const SMALLEST = 1n;

/** A quantity for the price: anything, or one of its edges, or an edge less or plus the smallest unit. */
export function quantityForArb(price: Price): fc.Arbitrary<string> {
  const sizes = [price.packageSize, ...(price.tiers ?? []).map((tier) => tier.packageSize)];
  const bounds = (price.tiers ?? []).map((tier) => tier.upTo);
  const edges = [...sizes, ...bounds]
    .filter((edge) => edge !== undefined && edge !== null)
    .map(scaled18);
  if (edges.length === 0) return signedQuantityArb;
  const edgeArb = fc
    .tuple(fc.constantFrom(...edges), fc.constantFrom(1n, 1n, 2n, 3n), fc.constantFrom(-1n, 0n, 1n))
    .map(([edge, times, nudge]) => decimalText(edge * times + nudge * SMALLEST, 18));
  return fc.oneof(signedQuantityArb, edgeArb);
}
