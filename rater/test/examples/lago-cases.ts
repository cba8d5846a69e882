// What Lago's specs expect of its charge models, weighted sums and coupons.
import type { Price, UsageEvent } from '../oracle/case-types.ts';
import type { ExampleRow } from './example-row.ts';
import { at, table, tiers } from './example-row.ts';

const LAGO = 'getlago/lago-api spec/services';
const LAGO_MODELS = `${LAGO}/charge_models`;
const lagoGraduated: Price = {
  model: 'graduated',
  tiers: tiers(['10', '10', '2'], ['20', '5', '3'], [null, '5', '3']),
};
const lagoVolume: Price = {
  model: 'volume',
  tiers: tiers(['100', '2', '10'], ['200', '1', '0'], [null, '0.5', '50']),
};
const lagoPercentTiers: Price = {
  model: 'graduated_percentage',
  tiers: [
    { upTo: '10', rate: '1', flatAmount: '200' },
    { upTo: '20', rate: '2', flatAmount: '300' },
    { upTo: null, rate: '3', flatAmount: '400' },
  ],
};
const percentage = (
  says: string,
  fields: Partial<Price>,
  values: string[],
  exactAmount: string,
): ExampleRow => ({
  source: `${LAGO_MODELS}/percentage_service_spec.rb`,
  says,
  input: {
    charge: { price: { model: 'percentage', currency: 'USD', rate: '1.3', ...fields } },
    transactions: values.map((value) => ({ value })),
  },
  expected: { exactAmount },
});
const FOUR = ['50', '100', '250', '400'];
const THREE = ['10', '80', '10000'];
const clamps = { rate: '2.99', minPerTransaction: '1.75', maxPerTransaction: '12' };
export const lago: ExampleRow[] = [
  ...table(`${LAGO_MODELS}/graduated_service_spec.rb`, 'graduated', lagoGraduated, [
    ['0', '2.00'],
    ['1', '12.00'],
    ['10', '102.00'],
    ['11', '110.00'],
    ['12', '115.00'],
    ['21', '163.00'],
  ]),
  ...table(
    `${LAGO_MODELS}/graduated_service_spec.rb`,
    'graduated with decimal bounds',
    { model: 'graduated', tiers: tiers(['0.1', '10', '0'], ['1', '5', '0'], [null, '2', '0']) },
    [
      ['0.05', '0.50'],
      ['0.5', '3.00'],
    ],
  ),
  ...table(
    `${LAGO_MODELS}/graduated_service_spec.rb`,
    'free first tier',
    { model: 'graduated', tiers: tiers(['0.01', '0', '0'], ['10', '10', '2'], [null, '5', '3']) },
    [['0', '0.00']],
  ),
  ...table(`${LAGO_MODELS}/volume_service_spec.rb`, 'volume', lagoVolume, [
    ['0', '10.00'],
    ['1', '12.00'],
    ['100', '210.00'],
    ['100.5', '100.50'],
    ['101', '101.00'],
    ['200', '200.00'],
    ['210', '155.00'],
    ['300', '200.00'],
  ]),
  ...table(`${LAGO_MODELS}/graduated_percentage_service_spec.rb`, 'rates', lagoPercentTiers, [
    ['0', '200.00'],
    ['1', '200.01'],
    ['10', '200.10'],
    ['11', '500.12'],
    ['12', '500.14'],
    ['21', '900.33'],
  ]),
  ...(['0', '10', '200'] as const).map((allowance): ExampleRow => ({
    source: `${LAGO_MODELS}/package_service_spec.rb`,
    says: `121 units in tens, ${allowance} free`,
    input: at('121', { model: 'package', packageSize: '10', packageAmount: '100' }, { allowance }),
    expected: { amount: { '0': '1300.00', '10': '1200.00', '200': '0.00' }[allowance] },
  })),
  ...table(
    `${LAGO_MODELS}/standard_service_spec.rb`,
    'standard, rounded once',
    { model: 'per_unit', unitAmount: '5.12345' },
    [['10', '51.23']],
  ),
  percentage(
    'both free parts',
    { fixedAmount: '2', freeTransactions: '3', freeAmount: '250' },
    FOUR,
    '11.15',
  ),
  percentage('a free amount', { fixedAmount: '2', freeAmount: '250' }, FOUR, '11.15'),
  percentage('free transactions', { fixedAmount: '2', freeTransactions: '3' }, FOUR, '7.2'),
  percentage('nothing free', { fixedAmount: '2' }, FOUR, '18.4'),
  percentage(
    'a free amount that is not reached',
    { fixedAmount: '2', freeTransactions: '3', freeAmount: '500' },
    FOUR,
    '7.2',
  ),
  percentage('a rate of zero', { rate: '0', fixedAmount: '2' }, FOUR, '8'),
  percentage(
    'more free than there are',
    { fixedAmount: '2', freeTransactions: '5' },
    ['50', '100', '250'],
    '0',
  ),
  percentage('small units', { rate: '2.9' }, ['1', '1', '1', '1'], '0.116'),
  percentage('no clamps', { rate: '2.99' }, THREE, '301.691'),
  percentage('clamps', clamps, THREE, '16.142'),
  percentage('clamps include the fixed amount', { ...clamps, fixedAmount: '2' }, THREE, '18.691'),
  percentage(
    'clamps on paid transactions alone',
    { ...clamps, freeTransactions: '2' },
    THREE,
    '12',
  ),
  percentage('clamps and a free amount', { ...clamps, freeAmount: '30' }, THREE, '13.794'),
  percentage(
    'clamps and both free parts',
    { ...clamps, freeTransactions: '3', freeAmount: '10000' },
    THREE,
    '2.691',
  ),
];
const AUGUST = { from: '2023-08-01T00:00:00Z', to: '2023-09-01T00:00:00Z' };
const change = (time: string, value: number): UsageEvent => ({
  time: `2023-08-01T${time}:00Z`,
  data: { value },
});
const weighted = (
  says: string,
  events: UsageEvent[],
  quantity: string,
  initialLevel?: string,
): ExampleRow => ({
  source: `${LAGO}/billable_metrics/aggregations/weighted_sum_service_spec.rb`,
  says,
  input: {
    kind: 'meter',
    meter: {
      key: 'gb',
      eventType: 'storage',
      aggregation: 'time_weighted',
      property: 'value',
      values: 'change',
    },
    events,
    period: AUGUST,
    ...(initialLevel === undefined ? {} : { initialLevel }),
  },
  expected: { quantity },
});
const SEVEN = [
  change('00:00', 2),
  change('01:00', 3),
  change('01:30', 1),
  change('02:00', -4),
  change('04:00', -2),
  change('05:00', 10),
  change('05:30', -10),
];
export const lagoMeters: ExampleRow[] = [
  // 16.5 level-hours of 744, given there with five decimals as 0.02218.
  weighted('seven changes', SEVEN, '0.022177419354838710'.replace(/0$/, '')),
  weighted('one change', [change('00:00', 1000)], '1000'),
  weighted('no event', [], '0'),
  weighted('two at one instant', [change('00:00', 3), change('00:00', 3)], '6'),
  weighted('a level carried over', [], '1000', '1000'),
  weighted('changes on a level carried over', SEVEN, '1000.02217741935483871', '1000'),
];
export const lagoCoupons: ExampleRow[] = (
  [
    ['12 off 3.00', { amount: '0.12' }, ['2.00', '1.00'], ['0.08', '0.04'], '0.12'],
    ['no more than the invoice', { amount: '0.12' }, ['0.04', '0.02'], ['0.04', '0.02'], '0.06'],
    ['20 percent', { percent: '20' }, ['2.00', '1.00'], ['0.40', '0.20'], '0.60'],
  ] as const
).map(([says, coupon, amounts, discounts, discountTotal]) => ({
  source: `${LAGO}/credits/applied_coupon_service_spec.rb`,
  says,
  input: {
    kind: 'invoice',
    currency: 'EUR',
    lines: amounts.map((amount, index) => ({ key: `fee-${index + 1}`, amount })),
    coupons: [coupon],
  },
  expected: { lines: discounts.map((discount) => ({ discount })), discountTotal },
}));

export const lagoTaxes: ExampleRow[] = [
  {
    source: 'getlago/lago-api spec/scenarios/spending_minimum_spec.rb',
    says: 'a minimum for 25 of 28 days, with tax',
    input: {
      kind: 'invoice',
      currency: 'EUR',
      lines: [
        {
          key: 'usage',
          charge: {
            price: { model: 'per_unit', currency: 'EUR', unitAmount: '8' },
            minimum: '10',
            proration: { basis: 'day_inclusive' },
          },
          quantity: '1',
          service: { from: '2023-02-01T00:00:00Z', to: '2023-02-25T00:00:00Z' },
          period: { from: '2023-02-01T00:00:00Z', to: '2023-02-28T00:00:00Z' },
        },
      ],
      tax: [{ percent: '20' }],
    },
    expected: {
      lines: [
        { amount: '8.00', tax: '1.60' },
        { amount: '0.93', tax: '0.19' },
      ],
      subtotal: '8.93',
      taxTotal: '1.79',
      total: '10.72',
    },
  },
  {
    source: `${LAGO}/invoices/compute_amounts_from_fees_spec.rb`,
    says: 'two taxes over two fees, one with a coupon',
    input: {
      kind: 'invoice',
      currency: 'EUR',
      lines: [
        { key: 'fee-1', amount: '1.51' },
        { key: 'fee-2', amount: '3.79' },
      ],
      coupons: [{ amount: '1.00', lines: ['fee-2'] }],
      tax: [{ percent: '10' }, { percent: '20' }],
    },
    expected: {
      lines: [{ tax: '0.45' }, { tax: '0.84', discount: '1.00' }],
      subtotal: '5.30',
      discountTotal: '1.00',
      taxTotal: '1.29',
      total: '5.59',
    },
  },
  {
    source: 'getlago/lago-api spec/scenarios/credit_notes/credit_note_rounding_spec.rb',
    says: 'a tax of 23.33 percent',
    input: {
      kind: 'invoice',
      currency: 'EUR',
      lines: [{ key: 'plan', amount: '29.99' }],
      tax: [{ percent: '23.33' }],
    },
    expected: { taxTotal: '7.00', total: '36.99' },
  },
];
