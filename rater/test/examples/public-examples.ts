// Figures that public product documentation gives for its own price models, as cases of ours.
import type { ExampleRow } from './example-row.ts';
import { at, packageTiers, steps, table, tiers } from './example-row.ts';

const STRIPE_TIERED = 'https://docs.stripe.com/subscriptions/pricing-models/tiered-pricing';
const STRIPE_TIERS = 'https://stripe.com/docs/billing/subscriptions/tiers';
const STRIPE_PACKAGES = 'https://stripe.com/docs/billing/subscriptions/quantity-transformation';
const STRIPE_TRANSFORM =
  'https://docs.stripe.com/billing/subscriptions/usage-based/transform-quantities';
const LAGO = 'https://getlago.com/docs/guide/plans/charges/charge-models';
const LAGO_METRICS = 'https://getlago.com/docs/guide/billable-metrics/aggregation-types';
const FLEXPRICE = 'https://docs.flexprice.io/docs';
const KILL_BILL_CATALOG = 'https://docs.killbill.io/latest/userguide_subscription';
const KILL_BILL_TUTORIAL = 'https://docs.killbill.io/latest/consumable_in_arrear.html';
const ZUORA =
  'https://docs.zuora.com/en/zuora-billing/bill-your-customer/billing-document-templates-configuration/configure-html-templates-for-billing-documents/customize-html-templates/configure-ratingdetails-in-html-template/ratingdetail-schema';
const CHARGEBEE = 'https://www.chargebee.com/docs/billing/2.0/product-catalog/package-pricing';
const AUTUMN = 'https://docs.useautumn.com/documentation/modelling-pricing/graduated-pricing';
const ZUPLO = 'https://zuplo.com/docs/articles/monetization/pricing-models';
const AWS_S3_FAQ = 'https://aws.amazon.com/s3/faqs/';
const AWS_TRANSFER =
  'https://devnotes.tech/understanding-aws-s3-pricing-a-complete-cost-breakdown-with-examples';

const fonts = tiers(['5', '7'], ['10', '6.5'], [null, '6']);
const fiveTiers = tiers(['5', '5'], ['10', '4'], ['15', '3'], ['20', '2'], [null, '1']);
const callTiers = tiers(
  ['10000', '0.0010'],
  ['50000', '0.0008'],
  ['100000', '0.0006'],
  [null, '0.0004'],
);

const stripe: ExampleRow[] = [
  ...table(STRIPE_TIERED, 'volume', { model: 'volume', tiers: fonts }, [
    ['1', '7.00'],
    ['5', '35.00'],
    ['6', '39.00'],
    ['20', '120.00'],
    ['25', '150.00'],
  ]),
  ...table(STRIPE_TIERED, 'graduated', { model: 'graduated', tiers: fonts }, [
    ['1', '7.00'],
    ['5', '35.00'],
    ['6', '41.50'],
    ['20', '127.50'],
    ['25', '157.50'],
  ]),
  ...table(STRIPE_TIERS, 'per unit', { model: 'per_unit', unitAmount: '5' }, [
    ['1', '5.00'],
    ['6', '30.00'],
    ['20', '100.00'],
    ['25', '125.00'],
  ]),
  ...table(STRIPE_TIERS, 'volume of five tiers', { model: 'volume', tiers: fiveTiers }, [
    ['1', '5.00'],
    ['5', '25.00'],
    ['6', '24.00'],
    ['20', '40.00'],
    ['25', '25.00'],
  ]),
  ...table(STRIPE_TIERS, 'graduated of five tiers', { model: 'graduated', tiers: fiveTiers }, [
    ['6', '29.00'],
  ]),
  ...table(
    STRIPE_PACKAGES,
    'every five users',
    { model: 'package', packageSize: '5', packageAmount: '10' },
    [
      ['1', '10.00'],
      ['3', '10.00'],
      ['5', '10.00'],
      ['6', '20.00'],
      ['7', '20.00'],
    ],
  ),
  {
    source: STRIPE_TRANSFORM,
    says: '150 minutes of a car at 10 an hour, hours rounded up',
    input: at(
      '150',
      { model: 'per_unit', unitAmount: '10' },
      { conversion: { operation: 'divide', factor: '60', rounding: 'up' } },
    ),
    expected: { amount: '30.00' },
  },
];

const cardFee = {
  model: 'percentage',
  currency: 'USD',
  rate: '1.2',
  fixedAmount: '0.10',
  freeTransactions: '3',
  freeAmount: '500',
};

const percentTiers = [
  { upTo: '1000', rate: '1', flatAmount: '200' },
  { upTo: '10000', rate: '2', flatAmount: '300' },
  { upTo: null, rate: '3', flatAmount: '400' },
];

const lago: ExampleRow[] = [
  {
    source: `${LAGO}/standard`,
    says: '1,000 calls at 0.05',
    input: at('1000', { model: 'per_unit', unitAmount: '0.05' }),
    expected: { amount: '50.00' },
  },
  ...table(
    `${LAGO}/volume`,
    'volume with a fixed fee',
    { model: 'volume', tiers: callTiers.map((tier) => ({ ...tier, flatAmount: '10' })) },
    [['65000', '49.00']],
  ),
  {
    source: `${LAGO}/package`,
    says: '5 for 100 units, the first 100 free, 201 units',
    input: at(
      '201',
      { model: 'package', packageSize: '100', packageAmount: '5' },
      { allowance: '100' },
    ),
    expected: { amount: '10.00' },
  },
  {
    source: `${LAGO}/percentage`,
    says: 'the fourth transaction after three free ones',
    input: {
      charge: { price: cardFee },
      transactions: ['200', '100', '100', '50'].map((value) => ({ value })),
    },
    expected: { amount: '0.70' },
  },
  {
    source: `${LAGO}/graduated-percentage`,
    says: 'three transactions in three runs',
    input: {
      charge: {
        price: { model: 'graduated_percentage', currency: 'USD', tiers: percentTiers },
      },
      snapshots: ['500', '1050', '5050'],
    },
    expected: { deltas: ['205.00', '306.00', '80.00'], amount: '591.00' },
  },
  {
    source: `${LAGO}/dynamic`,
    says: 'amounts carried by three events',
    input: {
      charge: { price: { model: 'dynamic', currency: 'USD', amountProperty: 'cost' } },
      transactions: ['0.70', '0.55', '2.20'].map((value) => ({ value })),
    },
    expected: { amount: '3.45' },
  },
  {
    source: `${LAGO_METRICS}/weighted-sum`,
    says: '20 GB for a day and 30 GB for 15 days of a month of 31',
    input: {
      kind: 'meter',
      meter: {
        key: 'gb',
        eventType: 'storage',
        aggregation: 'time_weighted',
        property: 'gb',
        values: 'change',
      },
      period: { from: '2022-03-01T00:00:00Z', to: '2022-04-01T00:00:00Z' },
      events: [
        { time: '2022-03-16T00:00:00Z', data: { gb: 20 } },
        { time: '2022-03-17T00:00:00Z', data: { gb: 10 } },
      ],
    },
    // 20 x 1/31 + 30 x 15/31, which the page gives in two parts.
    expected: { quantity: '15.161290322580645161' },
  },
];

const flexprice: ExampleRow[] = [
  ...table(
    `${FLEXPRICE}/product-catalogue/plans/billing-models/tiered`,
    'volume',
    { model: 'volume', tiers: callTiers },
    [['65000', '39.00']],
  ),
  {
    source: `${FLEXPRICE}/product-catalogue/plans/billing-models/tiered`,
    says: 'packages counted on the total, 4,500 calls',
    input: at('4500', {
      model: 'tiered_package',
      mode: 'volume',
      tiers: packageTiers(['10000', '1000', '1'], [null, '1000', '0.8']),
    }),
    expected: { amount: '5.00' },
  },
  ...table(
    `${FLEXPRICE}/product-catalogue/plans/billing-models/package`,
    'one price a range of messages',
    { model: 'stairstep', tiers: steps(['1000', '50'], ['5000', '200'], [null, '350']) },
    [
      ['1500', '200.00'],
      ['4500', '200.00'],
    ],
  ),
  ...(
    [
      ['monthly upgrade', '50', '100', '2024-06-11', '2024-06-01', '2024-07-01', '33.34'],
      ['quarterly downgrade', '300', '150', '2023-02-15', '2023-01-01', '2023-04-01', '-75.00'],
      ['yearly upgrade', '600', '1200', '2023-04-11', '2023-01-01', '2024-01-01', '435.61'],
    ] as const
  ).map(([says, before, after, day, from, to, amount]): ExampleRow => ({
    source: `${FLEXPRICE}/subscriptions/understanding-proration`,
    says,
    input: {
      kind: 'change',
      before,
      after,
      currency: 'USD',
      basis: 'day',
      at: `${day}T00:00:00Z`,
      period: { from: `${from}T00:00:00Z`, to: `${to}T00:00:00Z` },
    },
    expected: { amount },
  })),
];

const minutes = packageTiers(['1000', '10', '1.00'], [null, '10', '0.50']);
const megabytes = packageTiers(['1024', '1', '0.5'], [null, '1', '0.1']);

const killBill: ExampleRow[] = [
  ...(
    [
      ['graduated', '1500', minutes, '125.00'],
      ['graduated', '2048', megabytes, '614.40'],
      ['volume', '1500', minutes, '75.00'],
      ['volume', '2048', megabytes, '204.80'],
    ] as const
  ).map(([mode, quantity, held, amount]): ExampleRow => ({
    source: KILL_BILL_CATALOG,
    says: `${mode === 'volume' ? 'TOP_TIER' : 'ALL_TIERS'} blocks, ${quantity} units`,
    input: at(quantity, { model: 'tiered_package', currency: 'EUR', mode, tiers: held }),
    expected: { amount },
  })),
  ...table(
    KILL_BILL_CATALOG,
    'ALL_TIERS minutes',
    { model: 'graduated', tiers: tiers(['20', '2'], [null, '20']) },
    [['120', '2040.00']],
  ),
  ...table(
    KILL_BILL_CATALOG,
    'TOP_TIER minutes',
    { model: 'volume', tiers: tiers(['20', '2'], [null, '20']) },
    [['120', '2400.00']],
  ),
  ...table(
    KILL_BILL_TUTORIAL,
    'videos',
    { model: 'graduated', tiers: tiers(['5', '2'], [null, '1']) },
    [['13', '18.00']],
  ),
];

const others: ExampleRow[] = [
  ...table(
    `${ZUORA}/example-tiered-pricing-mode`,
    'tiered with overage',
    { model: 'graduated', tiers: tiers(['100', '0.00'], ['200', '2.00'], [null, '2.00']) },
    [['130', '60.00']],
  ),
  {
    source: `${ZUORA}/example-flat-fee-pricing-model`,
    says: 'flat fee, whatever the usage',
    input: at('160', { model: 'flat', amount: '99.00' }),
    expected: { amount: '99.00' },
  },
  ...table(
    CHARGEBEE,
    'packages of a million tokens',
    { model: 'package', packageSize: '1000000', packageAmount: '1.25' },
    [
      ['10', '1.25'],
      ['1000000', '1.25'],
      ['1500000', '2.50'],
    ],
  ),
  ...table(
    AUTUMN,
    'graduated requests',
    { model: 'graduated', tiers: tiers(['1000', '0.01'], ['10000', '0.008'], [null, '0.005']) },
    [['15000', '107.00']],
  ),
  ...table(
    ZUPLO,
    'graduated',
    { model: 'graduated', tiers: tiers(['1000', '0.10'], ['10000', '0.05'], [null, '0.01']) },
    [['15000', '600.00']],
  ),
  ...table(
    ZUPLO,
    'volume',
    { model: 'volume', tiers: tiers(['1000', '0.10'], ['10000', '0.05'], [null, '0.01']) },
    [['15000', '150.00']],
  ),
  ...table(ZUPLO, 'per unit', { model: 'per_unit', unitAmount: '0.001' }, [['100000', '100.00']]),
  ...(
    [
      ['0.11', '10', '1', '1.10'],
      ['0.00113', '1000000', '1000', '1.13'],
      ['0.00003', '9000000', '1000', '0.27'],
      ['0.11', '3303.77', '1', '363.41'],
    ] as const
  ).map(([unitAmount, quantity, factor, amount]): ExampleRow => ({
    source: AWS_S3_FAQ,
    says: `${quantity} units at ${unitAmount} for ${factor}`,
    input: at(
      quantity,
      { model: 'per_unit', unitAmount },
      { conversion: { operation: 'divide', factor } },
    ),
    expected: { amount },
  })),
  ...table(
    AWS_TRANSFER,
    'data transfer out, GB',
    {
      model: 'graduated',
      tiers: tiers(['10240', '0.09'], ['51200', '0.085'], [null, '0.07']),
    },
    [['15360', '1356.80']],
  ),
];

export const publicExamples: readonly ExampleRow[] = [
  ...stripe,
  ...lago,
  ...flexprice,
  ...killBill,
  ...others,
];
