// Random invoices, allocations, roundings, conversions and credit notes.
import fc from 'fast-check';
import { chargeArb, conversionArb } from './arbitrary-charges.ts';
import {
  amountArb,
  currencyArb,
  decimalText,
  discountPercentArb,
  halfwayArb,
  maybe,
  merged,
  percentArb,
  quantityArb,
  roundModeArb,
  signedQuantityArb,
} from './arbitrary-numbers.ts';
import { quantityPriceArb } from './arbitrary-prices.ts';
import type {
  AllocateCase,
  ConvertCase,
  CreditNoteCase,
  InvoiceCase,
  RoundCase,
} from './case-types.ts';

const KEYS = ['a', 'b', 'c', 'd', 'e'];

/** Amounts in whole minor units of any currency here. */
const wholeAmountArb = fc.bigInt(0n, 50_000n).map((units) => decimalText(units, 0));
/** A credit for unused time. */
const negated = (amount: string): string => (amount === '0' ? amount : `-${amount}`);
const lineAmountArb = fc.oneof(wholeAmountArb, amountArb);

const chargeLineArb = fc
  .record({
    charge: chargeArb(quantityPriceArb.filter((price) => price.negative === undefined)),
    quantity: quantityArb,
  })
  .map(({ charge, quantity }) => ({ charge, quantity }));

function linesArb(currency: string): fc.Arbitrary<InvoiceCase['lines']> {
  const lineArb = fc.oneof(
    { weight: 3, arbitrary: fc.record({ amount: lineAmountArb }) },
    { weight: 1, arbitrary: wholeAmountArb.map((amount) => ({ amount: negated(amount) })) },
    {
      weight: 1,
      arbitrary: chargeLineArb.map(({ charge, quantity }) => ({
        charge: { ...charge, price: { ...charge.price, currency } },
        quantity,
      })),
    },
  );
  return fc
    .array(lineArb, { minLength: 1, maxLength: 5 })
    .map((lines) => lines.map((line, index) => ({ key: KEYS[index]!, ...line })));
}

const couponsArb = fc.array(
  merged(
    fc.oneof(fc.record({ percent: discountPercentArb }), fc.record({ amount: amountArb })),
    maybe('lines', fc.uniqueArray(fc.constantFrom(...KEYS), { minLength: 1, maxLength: 3 })),
  ),
  { minLength: 1, maxLength: 3 },
);

const creditsArb = fc
  .array(amountArb, { minLength: 1, maxLength: 3 })
  .map((amounts) => amounts.map((amount, index) => ({ id: `credit-${index}`, amount })));

const taxArb = fc.oneof(
  { weight: 2, arbitrary: percentArb.map((percent) => [{ percent }]) },
  { weight: 2, arbitrary: percentArb.map((percent) => [{ percent, inclusive: true }]) },
  {
    weight: 1,
    arbitrary: fc.array(fc.record({ percent: percentArb, inclusive: fc.boolean() }), {
      minLength: 2,
      maxLength: 3,
    }),
  },
);

export const invoiceCaseArb: fc.Arbitrary<InvoiceCase> = currencyArb.chain((currency) =>
  merged(
    fc.record({
      kind: fc.constant('invoice' as const),
      currency: fc.constant(currency),
      lines: linesArb(currency),
    }),
    maybe('minimum', amountArb),
    maybe('coupons', couponsArb),
    maybe('credits', creditsArb),
    maybe('tax', taxArb),
  ),
) as fc.Arbitrary<InvoiceCase>;

/** A plan's maximum; lines of one, so that how the cut is shown does not matter to the totals. */
export const cappedInvoiceCaseArb: fc.Arbitrary<InvoiceCase> = currencyArb.chain((currency) =>
  fc.record({
    kind: fc.constant('invoice' as const),
    currency: fc.constant(currency),
    lines: linesArb(currency),
    maximum: amountArb,
  }),
);

const unitArb = fc.oneof(
  currencyArb.map((currency) => ({ currency })),
  fc.integer({ min: 0, max: 6 }).map((precision) => ({ precision })),
);

export const roundCaseArb: fc.Arbitrary<RoundCase> = merged(
  fc.record({
    kind: fc.constant('round' as const),
    amount: fc.oneof(halfwayArb, signedQuantityArb),
  }),
  fc.oneof(
    unitArb,
    fc.integer({ min: -4, max: 12 }).map((precision) => ({ precision })),
  ),
  maybe('mode', roundModeArb),
) as fc.Arbitrary<RoundCase>;

export const convertCaseArb: fc.Arbitrary<ConvertCase> = merged(
  fc.record({
    kind: fc.constant('convert' as const),
    conversion: conversionArb,
    quantity: signedQuantityArb,
  }),
  maybe('allowance', quantityArb),
  maybe('prior', quantityArb),
) as fc.Arbitrary<ConvertCase>;

export const allocateCaseArb: fc.Arbitrary<AllocateCase> = merged(
  fc.record({
    kind: fc.constant('allocate' as const),
    total: fc.oneof(wholeAmountArb, wholeAmountArb.map(negated)),
    weights: fc
      .array(fc.oneof(wholeAmountArb, amountArb), { minLength: 1, maxLength: 8 })
      .filter((weights) => weights.some((weight) => weight !== '0')),
  }),
  unitArb,
) as fc.Arbitrary<AllocateCase>;

/** Shares that may not exceed their weights: how a discount is spread over lines. */
export const limitedAllocateCaseArb: fc.Arbitrary<AllocateCase> = fc.record({
  kind: fc.constant('allocate' as const),
  total: wholeAmountArb,
  weights: fc
    .array(wholeAmountArb, { minLength: 1, maxLength: 8 })
    .filter((weights) => weights.some((weight) => weight !== '0')),
  precision: fc.integer({ min: 0, max: 3 }),
  limitToWeights: fc.constant(true),
});

export const creditNoteCaseArb: fc.Arbitrary<CreditNoteCase> = fc.record({
  kind: fc.constant('credit_note' as const),
  paid: wholeAmountArb,
  credited: wholeAmountArb,
  amount: wholeAmountArb,
  currency: currencyArb,
});
