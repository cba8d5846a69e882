// Random charge cases: one quantity, several, billing runs of one period, and transactions.
import fc from 'fast-check';
import {
  amountArb,
  discountPercentArb,
  maybe,
  merged,
  positiveArb,
  quantityArb,
  roundModeArb,
  scaled18,
  signedQuantityArb,
} from './arbitrary-numbers.ts';
import {
  dynamicPriceArb,
  graduatedPercentagePriceArb,
  percentagePriceArb,
  quantityForArb,
  quantityPriceArb,
} from './arbitrary-prices.ts';
import type { Charge, ChargeCase, Conversion, Price } from './case-types.ts';

export const conversionArb: fc.Arbitrary<Conversion> = merged(
  fc.record({
    operation: fc.constantFrom('multiply' as const, 'divide' as const),
    factor: fc.oneof(positiveArb, fc.constantFrom('1000', '1024', '3', '0.001', '1000000000')),
  }),
  fc.oneof(
    fc.constant({}),
    fc.record({ rounding: roundModeArb }),
    fc.record({ rounding: roundModeArb, precision: fc.integer({ min: -3, max: 6 }) }),
    fc.record({ rounding: roundModeArb, increment: positiveArb }),
  ),
) as fc.Arbitrary<Conversion>;

const discountsArb = fc.array(
  fc.oneof(fc.record({ percent: discountPercentArb }), fc.record({ amount: amountArb })),
  { minLength: 1, maxLength: 3 },
);

/** A maximum below the minimum has no meaning, so both are drawn in order. */
const boundsArb: fc.Arbitrary<{ minimum?: string; maximum?: string }> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.record({ minimum: amountArb }) },
  { weight: 1, arbitrary: fc.record({ maximum: amountArb }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(amountArb, amountArb)
      .map(([a, b]) =>
        scaled18(a) <= scaled18(b) ? { minimum: a, maximum: b } : { minimum: b, maximum: a },
      ),
  },
);

/** Neither a flat price nor one that adds up amounts has a quantity to convert. */
const hasQuantity = ({ model }: Price): boolean => model !== 'flat' && model !== 'dynamic';

export function chargeArb(price: fc.Arbitrary<Price>): fc.Arbitrary<Charge> {
  return price.chain((held) =>
    merged(
      fc.constant({ price: held }),
      hasQuantity(held) ? maybe('conversion', conversionArb) : fc.constant({}),
      hasQuantity(held) ? maybe('allowance', quantityArb) : fc.constant({}),
      maybe('discounts', discountsArb),
      boundsArb,
    ),
  ) as fc.Arbitrary<Charge>;
}

/** Discounts and bounds, without what would change single transactions before they are priced. */
function plainChargeArb(price: fc.Arbitrary<Price>): fc.Arbitrary<Charge> {
  return merged(
    fc.record({ price }),
    maybe('discounts', discountsArb),
    boundsArb,
  ) as fc.Arbitrary<Charge>;
}

export const quantityCaseArb: fc.Arbitrary<ChargeCase> = chargeArb(quantityPriceArb).chain(
  (charge) => quantityForArb(charge.price).map((quantity) => ({ charge, quantity })),
);

/** Prices alone: more cases at the edges of the models themselves. */
export const barePriceCaseArb: fc.Arbitrary<ChargeCase> = quantityPriceArb.chain((price) =>
  quantityForArb(price).map((quantity) => ({ charge: { price }, quantity })),
);

export const quantitiesCaseArb: fc.Arbitrary<ChargeCase> = chargeArb(
  quantityPriceArb.filter((price) => price.negative !== 'reject'),
).chain((charge) =>
  fc
    .array(quantityForArb(charge.price), { minLength: 1, maxLength: 4 })
    .map((quantities) => ({ charge, quantities })),
);

/** Whole units, or finer than the minor unit of every currency; none of zero, which every amount has reached. */
const thresholdsArb = fc
  .uniqueArray(
    fc.tuple(
      fc.integer({ min: 0, max: 3000 }),
      fc.constantFrom('.0', '.5', '.005', '.0001', '.99999'),
    ),
    { minLength: 1, maxLength: 3, selector: String },
  )
  .map((amounts) => amounts.map(([whole, decimals]) => `${whole}${decimals}`))
  .filter((amounts) => !amounts.includes('0.0'));

/** Cumulative quantities of one period's runs: mostly rising, sometimes corrected downward. */
export const snapshotsCaseArb: fc.Arbitrary<ChargeCase> = chargeArb(
  fc.oneof(
    { weight: 5, arbitrary: quantityPriceArb.filter((price) => price.negative !== 'reject') },
    { weight: 1, arbitrary: dynamicPriceArb },
  ),
).chain((charge) =>
  merged(
    fc.record({
      charge: fc.constant(charge),
      snapshots: fc
        .tuple(fc.array(quantityForArb(charge.price), { minLength: 1, maxLength: 5 }), fc.boolean())
        .map(([quantities, sorted]) =>
          sorted ? quantities.toSorted((a, b) => (scaled18(a) < scaled18(b) ? -1 : 1)) : quantities,
        ),
    }),
    maybe('open', fc.constant(true)),
    maybe('thresholds', thresholdsArb),
  ),
) as fc.Arbitrary<ChargeCase>;

const transactionValueArb = fc.oneof(
  { weight: 6, arbitrary: amountArb },
  { weight: 2, arbitrary: quantityArb },
);

export const percentageCaseArb: fc.Arbitrary<ChargeCase> = merged(
  fc.record({
    charge: plainChargeArb(percentagePriceArb),
    transactions: fc.array(fc.record({ value: transactionValueArb }), { maxLength: 10 }),
  }),
) as fc.Arbitrary<ChargeCase>;

/** Refunds among the transactions of a price without free parts and clamps. */
export const refundCaseArb: fc.Arbitrary<ChargeCase> = fc.record({
  charge: plainChargeArb(
    percentagePriceArb.map(
      ({ model, currency, rate, fixedAmount, roundMode }) =>
        ({
          model,
          currency,
          rate,
          ...(fixedAmount === undefined ? {} : { fixedAmount }),
          ...(roundMode === undefined ? {} : { roundMode }),
        }) as Price,
    ),
  ),
  transactions: fc.array(fc.record({ value: signedQuantityArb }), { maxLength: 8 }),
});

/** Models that see the sum of their transactions. */
export const summedCaseArb: fc.Arbitrary<ChargeCase> = fc.record({
  charge: plainChargeArb(fc.oneof(dynamicPriceArb, graduatedPercentagePriceArb)),
  transactions: fc.array(fc.record({ value: fc.oneof(transactionValueArb, signedQuantityArb) }), {
    maxLength: 8,
  }),
});
