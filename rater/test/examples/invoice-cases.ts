// What the tests of other systems expect of invoices: roundings, discounts, true-ups, credits and taxes, as invoices of ours.
import type { InvoiceCase, Price } from '../oracle/case-types.ts';
import type { ExampleRow } from './example-row.ts';

const FLEXPRICE = 'flexprice/flexprice internal/ee/service';
const LAGO = 'getlago/lago-api spec/services';
const OPENMETER = 'openmeterio/openmeter openmeter/billing/rating/service/mutator/credits_test.go';
const POLAR = 'polarsource/polar server/tests/discount/test_model.py';

type Terms = Omit<InvoiceCase, 'kind' | 'lines' | 'currency'>;

/** An invoice of lines with these amounts, keyed `1`, `2` and so on. */
function invoice(
  name: Pick<ExampleRow, 'source' | 'says'>,
  amounts: string[],
  terms: Terms & { currency?: string },
  expected: Record<string, unknown>,
): ExampleRow {
  const { currency = 'USD', ...more } = terms;
  const lines = amounts.map((amount, index) => ({ key: `${index + 1}`, amount }));
  return { ...name, input: { kind: 'invoice', currency, lines, ...more }, expected };
}

const lineAmounts: ExampleRow[] = (
  [
    [['10.333333', '10.333333', '10.333333'], 'USD', '30.99'],
    [['33.333333', '33.333333', '33.333334'], 'USD', '99.99'],
    [['100.4', '200.5', '300.6'], 'JPY', '602'],
    [['0.011', '0.012', '0.013', '0.014', '0.015'], 'USD', '0.06'],
    [['1000000.009'], 'USD', '1000000.01'],
    [Array<string>(100).fill('0.011'), 'USD', '1.00'],
  ] as const
).map(([amounts, currency, subtotal]) =>
  invoice(
    {
      source: `${FLEXPRICE}/billing_rounding_test.go`,
      says: `${amounts.length} lines of ${amounts[0]} ${currency} and more`,
    },
    [...amounts],
    { currency },
    { subtotal, total: subtotal },
  ),
);

const trueUps: ExampleRow[] = (
  [
    ['1000.00', '750.00', 'USD', '250.00'],
    ['1000.00', '749.996', 'USD', '250.00'],
    ['10000', '8500.5', 'JPY', '1499'],
    ['10.00', '9.997', 'USD', undefined],
  ] as const
).flatMap(([minimum, used, currency, trueUp]): ExampleRow[] => {
  const source = `${FLEXPRICE}/billing_rounding_test.go`;
  const says = `${used} of ${minimum} ${currency} committed`;
  const price: Price = { model: 'flat', currency, amount: used };
  const trueUpLine = trueUp === undefined ? [] : [{ amount: trueUp }];
  const subtotal = minimum;
  return [
    invoice(
      { source, says: `${says}, of the plan` },
      [used],
      { currency, minimum },
      {
        lines: [{ key: '1' }, ...trueUpLine],
        subtotal,
      },
    ),
    {
      source,
      says: `${says}, of a charge`,
      input: {
        kind: 'invoice',
        currency,
        lines: [{ key: 'a', charge: { price, minimum }, quantity: '0' }],
      },
      expected: { lines: [{ key: 'a' }, ...trueUpLine], subtotal },
    },
  ];
});

const percentCoupons: ExampleRow[] = (
  [
    ['100.00', '15', 'USD', '15.00', '85.00'],
    ['10.00', '15.5', 'USD', '1.55', '8.45'],
    ['10.00', '33.333', 'USD', '3.33', '6.67'],
    ['100.00', '0.5', 'USD', '0.50', '99.50'],
    ['1000', '15.5', 'JPY', '155', '845'],
    ['1000', '33.333', 'JPY', '333', '667'],
    ['1.00', '0.1', 'USD', '0.00', '1.00'],
    ['100.00', '99', 'USD', '99.00', '1.00'],
    ['0.00', '10', 'USD', '0.00', '0.00'],
    ['100.00', '100', 'USD', '100.00', '0.00'],
    ['100.00', '150', 'USD', '100.00', '0.00'],
    ['1.00', '0.01', 'USD', '0.00', '1.00'],
    ['100.00', '33.333333333', 'USD', '33.33', '66.67'],
    ['99.999', '10', 'GBP', '10.00', '90.00'],
    ['999.9', '10', 'JPY', '100', '900'],
  ] as const
).map(([amount, percent, currency, discountTotal, total]) =>
  invoice(
    {
      source: `${FLEXPRICE}/rounding_test.go`,
      says: `${percent} percent off ${amount} ${currency}`,
    },
    [amount],
    { currency, coupons: [{ percent }] },
    { discountTotal, total },
  ),
);

const fixedCoupons: ExampleRow[] = (
  [
    ['100.00', '10.00', 'USD', '10.00', '90.00'],
    ['10.00', '15.00', 'USD', '10.00', '0.00'],
    ['1000', '150', 'JPY', '150', '850'],
    ['1.00', '0.99', 'USD', '0.99', '0.01'],
    ['50.00', '50.00', 'USD', '50.00', '0.00'],
  ] as const
).map(([price, amount, currency, discountTotal, total]) =>
  invoice(
    { source: `${FLEXPRICE}/rounding_test.go`, says: `${amount} off ${price} ${currency}` },
    [price],
    { currency, coupons: [{ amount }] },
    { discountTotal, total },
  ),
);

const spreadCoupons: ExampleRow[] = (
  [
    ['15.00', ['10.00', '10.00'], ['7.50', '7.50']],
    ['7.50', ['3.00', '12.00'], ['1.50', '6.00']],
    ['25.00', ['10.00', '10.00'], ['10.00', '10.00']],
    ['0.00', ['10.00', '10.00'], ['0.00', '0.00']],
    ['15.00', ['10.00'], ['10.00']],
    ['15.00', ['20.00'], ['15.00']],
    ['1.00', ['1.00', '2.00'], ['0.33', '0.67']],
  ] as const
).map(([amount, amounts, discounts]) =>
  invoice(
    { source: POLAR, says: `${amount} over ${amounts.join(' and ')}` },
    [...amounts],
    { coupons: [{ amount }] },
    { lines: discounts.map((discount) => ({ discount })) },
  ),
);

/** Coupons one after another; `lines` by their place. */
const couponOrders: ExampleRow[] = (
  [
    [['1.00'], [{ amount: '0.10' }, { percent: '20' }], '0.28'],
    [['0.05'], [{ amount: '0.10' }, { percent: '20' }], '0.05'],
    [['1.00'], [{ amount: '0.10' }, { amount: '0.20' }], '0.30'],
    [['1.00'], [{ percent: '15' }, { percent: '20' }], '0.32'],
    [
      ['0.75', '0.12'],
      [
        { amount: '0.82', lines: ['1'] },
        { amount: '0.05', lines: ['2'] },
        { amount: '0.20', lines: ['1'] },
      ],
      '0.80',
    ],
  ] as const
).map(([amounts, coupons, discountTotal]) =>
  invoice(
    {
      source: `${LAGO}/credits/applied_coupons_service_spec.rb`,
      says: `coupons ${JSON.stringify(coupons)} on ${amounts.join(', ')}`,
    },
    [...amounts],
    { currency: 'EUR', coupons: coupons.map((coupon) => structuredClone(coupon) as object) },
    { discountTotal },
  ),
);

const credited: ExampleRow[] = [
  invoice(
    { source: OPENMETER, says: 'paid by one credit' },
    ['100', '50'],
    { credits: [{ id: 'a', amount: '150' }] },
    { creditTotal: '150.00', total: '0.00' },
  ),
  invoice(
    { source: OPENMETER, says: 'paid by two credits' },
    ['100', '50'],
    {
      credits: [
        { id: 'a', amount: '75' },
        { id: 'b', amount: '75' },
      ],
    },
    { creditTotal: '150.00', total: '0.00', lines: [{ credit: '100.00' }, { credit: '50.00' }] },
  ),
  invoice(
    { source: OPENMETER, says: 'paid in part' },
    ['100', '50'],
    { credits: [{ id: 'a', amount: '125' }] },
    { creditTotal: '125.00', total: '25.00' },
  ),
  invoice(
    { source: OPENMETER, says: 'a minimum is paid by credits as well' },
    ['100', '50'],
    { minimum: '200', credits: [{ id: 'a', amount: '175' }] },
    { subtotal: '200.00', creditTotal: '175.00', total: '25.00' },
  ),
  invoice(
    { source: OPENMETER, says: 'a line below zero takes no credit' },
    ['-5', '50'],
    { credits: [{ id: 'a', amount: '25' }] },
    { lines: [{ credit: '0.00' }, { credit: '25.00' }], total: '20.00' },
  ),
  invoice(
    { source: `${FLEXPRICE}/credit_adjustment_test.go`, says: 'a balance below a cent' },
    ['1.00'],
    { credits: [{ id: 'dust', amount: '0.001' }] },
    { creditTotal: '0.00', total: '1.00' },
  ),
  invoice(
    { source: `${FLEXPRICE}/credit_adjustment_test.go`, says: 'credits after the discounts' },
    ['100'],
    { coupons: [{ amount: '20' }, { amount: '10' }], credits: [{ id: 'a', amount: '50' }] },
    { creditTotal: '50.00', total: '20.00' },
  ),
  invoice(
    { source: `${FLEXPRICE}/credit_adjustment_test.go`, says: 'two wallets in order' },
    ['50'],
    {
      credits: [
        { id: 'a', amount: '30' },
        { id: 'b', amount: '40' },
      ],
    },
    { creditTotal: '50.00', total: '0.00' },
  ),
];

/** `[amounts, coupons, credits, discountTotal, creditTotal, total]`. */
const workflows: ExampleRow[] = (
  [
    [['30.00', '70.00'], [{ percent: '10' }], ['20.00'], '10.00', '20.00', '70.00'],
    [['33.33', '66.67'], [{ percent: '10' }], ['10.00'], '10.00', '10.00', '80.00'],
    [['0.33', '0.34', '0.33'], [{ percent: '10' }], ['0.05'], '0.10', '0.05', '0.85'],
    [['50.00', '50.00'], [{ amount: '100.00' }], ['50.00'], '100.00', '0.00', '0.00'],
    [['30.00', '70.00'], [{ amount: '50.00' }], ['100.00'], '50.00', '50.00', '0.00'],
    [
      ['50.00', '50.00'],
      [{ percent: '50', lines: ['1'] }, { amount: '10.00' }],
      ['20.00'],
      '35.00',
      '20.00',
      '45.00',
    ],
    [
      ['100.00'],
      [{ percent: '10', lines: ['1'] }, { percent: '20' }],
      ['10.00'],
      '28.00',
      '10.00',
      '62.00',
    ],
    [
      ['50.00', '50.00'],
      [
        { amount: '50.00', lines: ['1'] },
        { amount: '50.00', lines: ['2'] },
      ],
      ['10.00'],
      '100.00',
      '0.00',
      '0.00',
    ],
    [['50.00', '50.00'], [{ amount: '10.00' }], ['25.00'], '10.00', '25.00', '65.00'],
    [['50.00', '50.00'], [{ amount: '20.00' }], ['15.00', '25.00'], '20.00', '40.00', '40.00'],
  ] as const
).map(([amounts, coupons, credits, discountTotal, creditTotal, total]) =>
  invoice(
    {
      source: `${FLEXPRICE}/invoice_discount_credit_workflow_test.go`,
      says: `${amounts.join(', ')} less ${JSON.stringify(coupons)}, credits ${credits.join(', ')}`,
    },
    [...amounts],
    {
      coupons: coupons.map((coupon) => structuredClone(coupon) as object),
      credits: credits.map((amount, index) => ({ id: `wallet-${index + 1}`, amount })),
    },
    { discountTotal, creditTotal, total },
  ),
);

const taxes: ExampleRow[] = (
  [
    ['100.00', ['10'], 'USD', '10.00'],
    ['100.00', ['8.875'], 'USD', '8.88'],
    ['99.99', ['20'], 'EUR', '20.00'],
    ['123.45', ['7.25'], 'USD', '8.95'],
    ['100.00', ['33.333'], 'USD', '33.33'],
    ['1000', ['10'], 'JPY', '100'],
    ['999', ['10.5'], 'JPY', '105'],
    ['100.00', ['0.01'], 'USD', '0.01'],
    ['1.00', ['0.1'], 'USD', '0.00'],
    ['0.00', ['10'], 'USD', '0.00'],
    ['999999.99', ['10'], 'USD', '100000.00'],
    ['10.00', ['12.5'], 'USD', '1.25'],
    ['10.00', ['12.51'], 'USD', '1.25'],
    ['10.00', ['12.49'], 'USD', '1.25'],
    ['100.00', ['8', '2'], 'USD', '10.00'],
    ['99.99', ['8.875', '2.125', '0.5'], 'USD', '11.49'],
    ['1000', ['8', '2'], 'JPY', '100'],
  ] as const
).map(([amount, percents, currency, taxTotal]) =>
  invoice(
    {
      source: `${FLEXPRICE}/tax_rounding_test.go`,
      says: `taxes of ${percents.join(', ')} percent on ${amount} ${currency}`,
    },
    [amount],
    { currency, tax: percents.map((percent) => ({ percent })) },
    { taxTotal },
  ),
);

const taxed: ExampleRow[] = [
  invoice(
    { source: `${FLEXPRICE}/tax_rounding_test.go`, says: 'the discount first' },
    ['100.00'],
    { coupons: [{ amount: '10.00' }], tax: [{ percent: '10' }] },
    { taxTotal: '9.00', total: '99.00' },
  ),
  invoice(
    { source: `${FLEXPRICE}/tax_rounding_test.go`, says: 'a hundred small taxes' },
    Array<string>(100).fill('1.00'),
    { tax: [{ percent: '1' }] },
    { taxTotal: '1.00' },
  ),
  ...(
    [
      ['200.00', '25', '50.00', '250.00'],
      ['193.33', '25', '48.33', '241.66'],
      ['160.00', '25', '40.00', '200.00'],
      ['154.67', '25', '38.67', '193.34'],
      ['25.71', '23.33', '6.00', '31.71'],
      ['769.00', '20', '153.80', '922.80'],
      ['726.86', '20', '145.37', '872.23'],
      ['42.14', '20', '8.43', '50.57'],
    ] as const
  ).map(([amount, percent, taxTotal, total]) =>
    invoice(
      {
        source: 'getlago/lago-api spec/scenarios/credit_notes/credit_note_rounding_spec.rb',
        says: `${percent} percent on ${amount}`,
      },
      [amount],
      { currency: 'EUR', tax: [{ percent }] },
      { taxTotal, total },
    ),
  ),
];

/** What is left to give back of a payment. */
const creditNotes: ExampleRow[] = (
  [
    ['100', '200', '50', '100.00'],
    ['300', '200', '50', '150.00'],
    ['100', '200', '180', '20.00'],
    ['100', '200', '200', '0.00'],
    ['-50', '200', '50', '0.00'],
    ['100', '200', '250', '0.00'],
    ['100', '0', '0', '0.00'],
    ['0', '200', '50', '0.00'],
  ] as const
).map(([amount, paid, already, expected]) => ({
  source: 'flexprice/flexprice internal/domain/proration/calculator_test.go',
  says: `${amount} asked of ${paid} paid, ${already} given back`,
  input: { kind: 'credit_note', paid, credited: already, amount, currency: 'USD' },
  expected: { amount: expected },
}));

export const invoiceRows: readonly ExampleRow[] = [
  ...lineAmounts,
  ...trueUps,
  ...percentCoupons,
  ...fixedCoupons,
  ...spreadCoupons,
  ...couponOrders,
  ...credited,
  ...workflows,
  ...taxes,
  ...taxed,
  ...creditNotes,
];
