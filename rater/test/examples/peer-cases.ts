// Figures from the test suites of open billing systems, as cases of ours. Each row names the repository and the test; where
// a suite bills in parts, the row states the whole, or the parts as billing runs.
import type { Grant, Price, UsageEvent } from '../oracle/case-types.ts';
import type { ExampleRow } from './example-row.ts';
import { at, packageTiers, table, tiers } from './example-row.ts';

const OPENMETER = 'openmeterio/openmeter openmeter';
const OM_RATE = `${OPENMETER}/billing/rating/service/rate`;
const OM_CREDIT = `${OPENMETER}/credit/engine/run_test.go`;
const OM_UNIT_CONFIG = `${OPENMETER}/productcatalog/unitconfig/unitconfig_test.go`;
const OM_ALLOCATION = 'openmeterio/openmeter pkg/currencyx/allocation_test.go';
const LAGO = 'getlago/lago-api spec/services';
const LAGO_MODELS = `${LAGO}/charge_models`;
const FLEXPRICE = 'flexprice/flexprice internal';
const FP_PRICE = `${FLEXPRICE}/ee/service/price_test.go`;
const FP_ROUNDING = `${FLEXPRICE}/types/currency_rounding_test.go`;
const FP_PRORATION = `${FLEXPRICE}/domain/proration/calculator_test.go`;
const KILL_BILL = 'killbill/killbill invoice/src/test';
const KB_CONSUMABLE = `${KILL_BILL}/usage/TestContiguousIntervalConsumableInArrear`;
const KB_FIXED_DAYS = `${KILL_BILL}/generator/TestInvoiceDateUtilsWithFixedProration`;
const KB_DAYS = `${KILL_BILL}/generator/TestInvoiceDateUtilsWithoutFixedProration`;
const POLAR = 'polarsource/polar server/tests';
const METEROID = 'meteroid-oss/meteroid meteroid-store invoice_lines/fees.rs';

function runs(
  source: string,
  says: string,
  price: Price,
  held: {
    snapshots: string[];
    deltas: string[];
    open?: boolean;
    minimum?: string;
    maximum?: string;
  },
): ExampleRow {
  const { snapshots, deltas, open, ...bounds } = held;
  return {
    source,
    says,
    input: {
      charge: { price: { currency: 'USD', ...price }, ...bounds },
      snapshots,
      ...(open === undefined ? {} : { open }),
    },
    expected: { deltas },
  };
}

const omGraduated: Price = {
  model: 'graduated',
  tiers: [
    { upTo: '5', flatAmount: '100', unitAmount: '0' },
    { upTo: '10', flatAmount: '50' },
    { upTo: '15', unitAmount: '5' },
    { upTo: null, unitAmount: '1' },
  ],
};
const omGraduatedTotals: Price = {
  model: 'graduated',
  tiers: [
    { upTo: '5', flatAmount: '100' },
    { upTo: '10', flatAmount: '50' },
    { upTo: '15', unitAmount: '10' },
    { upTo: null, unitAmount: '5' },
  ],
};
const omVolume: Price = {
  model: 'volume',
  tiers: [
    { upTo: '5', flatAmount: '100' },
    { upTo: '10', flatAmount: '150' },
    { upTo: '15', unitAmount: '10' },
    { upTo: null, unitAmount: '5' },
  ],
};
const omPackage: Price = { model: 'package', packageSize: '10', packageAmount: '15' };
const omDynamic: Price = { model: 'dynamic', amountProperty: 'cost', multiplier: '1.33333' };

const openMeterTiers: ExampleRow[] = [
  ...table(`${OM_RATE}/tieredgraduated_test.go`, 'all four tiers', omGraduated, [['22', '182.00']]),
  ...table(`${OM_RATE}/tieredgraduated_test.go`, 'totals', omGraduatedTotals, [
    ['0', '100.00'],
    ['3', '100.00'],
    ['5', '100.00'],
    ['5.001', '150.00'],
    ['7', '150.00'],
    ['12', '170.00'],
    ['22', '235.00'],
  ]),
  runs(`${OM_RATE}/tieredgraduated_test.go`, 'mid period, flat only', omGraduated, {
    snapshots: ['7', '8'],
    deltas: ['150.00', '0.00'],
    open: true,
  }),
  runs(`${OM_RATE}/tieredgraduated_test.go`, 'mid period, several tiers', omGraduated, {
    snapshots: ['12', '22'],
    deltas: ['160.00', '22.00'],
  }),
  runs(`${OM_RATE}/tieredgraduated_test.go`, 'minimum at the last run, no usage', omGraduated, {
    snapshots: ['0', '0'],
    deltas: ['100.00', '900.00'],
    minimum: '1000',
  }),
  runs(`${OM_RATE}/tieredgraduated_test.go`, 'minimum at the last run, usage before', omGraduated, {
    snapshots: ['2', '2'],
    deltas: ['100.00', '900.00'],
    minimum: '1000',
  }),
  runs(`${OM_RATE}/tieredgraduated_test.go`, 'no minimum in the middle', omGraduated, {
    snapshots: ['2', '2'],
    deltas: ['100.00', '0.00'],
    open: true,
    minimum: '1000',
  }),
  runs(`${OM_RATE}/tieredgraduated_test.go`, 'maximum between tiers', omGraduated, {
    snapshots: ['12', '22'],
    deltas: ['160.00', '10.00'],
    open: true,
    maximum: '170',
  }),
  ...table(`${OM_RATE}/tieredvolume_test.go`, 'volume', omVolume, [
    ['0', '100.00'],
    ['3', '100.00'],
    ['5', '100.00'],
    ['6', '150.00'],
    ['14', '140.00'],
    ['15', '150.00'],
    ['16', '80.00'],
    ['100', '500.00'],
  ]),
  ...table(
    `${OM_RATE}/tieredvolume_test.go`,
    'one open tier',
    { model: 'volume', tiers: [{ upTo: null, unitAmount: '5' }] },
    [['0', '0.00']],
  ),
  ...(
    [
      ['0', '150', undefined, '150.00'],
      ['100', '100', undefined, '500.00'],
      ['5', '150', undefined, '150.00'],
      ['5', '100', undefined, '100.00'],
      ['5', undefined, '100', '100.00'],
      ['7', undefined, '125', '125.00'],
    ] as const
  ).map(([quantity, minimum, maximum, amount]): ExampleRow => ({
    source: `${OM_RATE}/tieredvolume_test.go`,
    says: `volume, ${quantity} units, bounds ${minimum ?? 'none'} to ${maximum ?? 'none'}`,
    input: at(quantity, omVolume, {
      ...(minimum === undefined ? {} : { minimum }),
      ...(maximum === undefined ? {} : { maximum }),
    }),
    expected: { amount },
  })),
];

const openMeterOthers: ExampleRow[] = [
  ...table(`${OM_RATE}/package_test.go`, 'package', omPackage, [
    ['0', '0.00'],
    ['5', '15.00'],
    ['10', '15.00'],
    ['11', '30.00'],
  ]),
  runs(`${OM_RATE}/package_test.go`, 'overflow into the next package', omPackage, {
    snapshots: ['17', '22'],
    deltas: ['30.00', '15.00'],
    open: true,
  }),
  runs(`${OM_RATE}/package_test.go`, 'maximum hit', omPackage, {
    snapshots: ['60', '110'],
    deltas: ['90.00', '10.00'],
    open: true,
    maximum: '100',
  }),
  runs(`${OM_RATE}/package_test.go`, 'minimum not in the middle', omPackage, {
    snapshots: ['0'],
    deltas: ['0.00'],
    open: true,
    minimum: '100',
  }),
  runs(`${OM_RATE}/package_test.go`, 'minimum at the end', omPackage, {
    snapshots: ['0', '0'],
    deltas: ['0.00', '100.00'],
    minimum: '100',
  }),
  runs(`${OM_RATE}/dynamic_test.go`, 'usage', omDynamic, { snapshots: ['10'], deltas: ['13.33'] }),
  runs(`${OM_RATE}/dynamic_test.go`, 'maximum hit', omDynamic, {
    snapshots: ['70', '120'],
    deltas: ['93.33', '6.67'],
    open: true,
    maximum: '100',
  }),
  runs(
    `${OM_RATE}/flat_test.go`,
    'in arrears, billed in the last run',
    { model: 'flat', amount: '100' },
    {
      snapshots: ['1', '1'],
      deltas: ['0.00', '100.00'],
    },
  ),
  runs(
    `${OM_RATE}/unit_test.go`,
    'maximum hit',
    { model: 'per_unit', unitAmount: '10' },
    {
      snapshots: ['7', '12'],
      deltas: ['70.00', '30.00'],
      open: true,
      maximum: '100',
    },
  ),
  {
    source: `${OM_RATE}/unit_test.go`,
    says: 'half off, then the maximum',
    input: {
      charge: {
        price: { model: 'per_unit', currency: 'USD', unitAmount: '10' },
        discounts: [{ percent: '50' }],
        maximum: '100',
      },
      snapshots: ['7', '27'],
      open: true,
    },
    expected: { deltas: ['35.00', '65.00'], amount: '100.00' },
  },
  {
    source: `${OM_RATE}/unitconfig_rating_test.go`,
    says: 'thousands, rounded up',
    input: at(
      '1400',
      { model: 'per_unit', unitAmount: '10' },
      { conversion: { operation: 'divide', factor: '1000', rounding: 'up' } },
    ),
    expected: { amount: '20.00' },
  },
  {
    source: `${OM_RATE}/unitconfig_rating_test.go`,
    says: 'tiers in converted units',
    input: at(
      '7400',
      { model: 'graduated', tiers: tiers(['5', '1'], [null, '0.5']) },
      { conversion: { operation: 'divide', factor: '1000', rounding: 'up' } },
    ),
    expected: { amount: '6.50' },
  },
  {
    source: `${OM_RATE}/unitconfig_rating_test.go`,
    says: 'the allowance comes off the rounded quantity',
    input: at(
      '1400',
      { model: 'per_unit', unitAmount: '10' },
      {
        conversion: { operation: 'divide', factor: '1000', rounding: 'up' },
        allowance: '0.5',
      },
    ),
    expected: { amount: '15.00' },
  },
  {
    source: `${OPENMETER}/billing/rating/service/mutator/discountusage_test.go`,
    says: 'a usage discount partly used by earlier usage',
    input: {
      kind: 'convert',
      conversion: { operation: 'multiply', factor: '1' },
      allowance: '10',
      prior: '5',
      quantity: '15',
    },
    expected: { quantity: '10' },
  },
  {
    source: `${OPENMETER}/billing/rating/service/mutator/discountusage_test.go`,
    says: 'a usage discount used up before',
    input: {
      kind: 'convert',
      conversion: { operation: 'multiply', factor: '1' },
      allowance: '10',
      prior: '20',
      quantity: '15',
    },
    expected: { quantity: '15' },
  },
];

const unitConfigs: ExampleRow[] = (
  [
    ['multiply', '1.5', undefined, undefined, '4.2', '6.3'],
    ['divide', '1000', undefined, undefined, '1247', '1.247'],
    ['divide', '1000', 'up', undefined, '1247', '2'],
    ['divide', '1000', 'up', undefined, '1000', '1'],
    ['divide', '1000', 'up', undefined, '0', '0'],
    ['divide', '1000', 'down', undefined, '1999', '1'],
    ['divide', '1000', 'half_away_from_zero', undefined, '2400', '2'],
    ['divide', '1000', 'half_away_from_zero', undefined, '2500', '3'],
    ['divide', '1000', 'half_away_from_zero', undefined, '2600', '3'],
    ['divide', '1000', 'half_away_from_zero', undefined, '3500', '4'],
    ['divide', '1000', 'half_away_from_zero', undefined, '-2500', '-3'],
    ['divide', '100', 'half_away_from_zero', 1, '245', '2.5'],
    ['divide', '100', 'half_away_from_zero', 1, '244', '2.4'],
    ['divide', '1000', 'up', 2, '1247', '1.25'],
  ] as const
).map(([operation, factor, rounding, precision, quantity, result]) => ({
  source: OM_UNIT_CONFIG,
  says: `${quantity} ${operation} ${factor} ${rounding ?? 'unrounded'} to ${precision ?? 0}`,
  input: {
    kind: 'convert',
    conversion: {
      operation,
      factor,
      ...(rounding === undefined ? {} : { rounding }),
      ...(precision === undefined ? {} : { precision }),
    },
    quantity,
  },
  expected: { quantity: result },
}));

const allocations: ExampleRow[] = (
  [
    ['6.00', ['10', '5'], { currency: 'USD' }, ['4.00', '2.00']],
    ['0.05', ['1', '1', '1'], { currency: 'USD' }, ['0.02', '0.02', '0.01']],
    ['5', ['1', '1', '1'], { currency: 'JPY' }, ['2', '2', '1']],
    ['0.0005', ['1', '1'], { precision: 4 }, ['0.0003', '0.0002']],
    ['0.01', ['100', '1'], { currency: 'USD' }, ['0.01', '0.00']],
    ['100.00', ['1', '2', '3'], { currency: 'USD' }, ['16.67', '33.33', '50.00']],
  ] as const
).map(([total, weights, unit, shares]) => ({
  source: OM_ALLOCATION,
  says: `${total} over ${weights.join(', ')}`,
  input: { kind: 'allocate', total, weights: [...weights], ...unit },
  expected: { shares, amount: total },
}));

const T1 = '2024-01-01T00:00:00Z';
const grant = (id: string, more: Partial<Grant> = {}): Grant => ({
  id,
  amount: '100',
  priority: 1,
  startsAt: T1,
  expiresAt: '2024-01-31T00:00:00Z',
  ...more,
});

interface CreditRow {
  grants: Grant[];
  /** `[time, amount]`. */
  usage: [string, string][];
  from?: string;
  to: string;
  carryOverage?: true;
  expected: Record<string, unknown>;
}

const creditRow = (says: string, row: CreditRow): ExampleRow => ({
  source: OM_CREDIT,
  says,
  input: {
    kind: 'credits',
    grants: row.grants,
    usage: row.usage.map(([time, amount]) => ({ time, amount })),
    period: { from: row.from ?? T1, to: row.to },
    ...(row.carryOverage === undefined ? {} : { carryOverage: true }),
  },
  expected: row.expected,
});

const creditRows: ExampleRow[] = [
  creditRow('overage without grants', {
    grants: [],
    usage: [['2024-01-01T01:00:00Z', '50']],
    to: '2024-01-31T00:00:00Z',
    expected: { overage: '50', balances: {} },
  }),
  creditRow('one grant', {
    grants: [grant('grant-1', { expiresAt: '2024-02-15T00:00:00Z' })],
    usage: [['2024-01-01T01:00:00Z', '50']],
    to: '2024-01-31T00:00:00Z',
    expected: { balances: { 'grant-1': '50' }, consumed: { 'grant-1': '50' }, overage: '0' },
  }),
  creditRow('a grant that starts later', {
    grants: [
      grant('grant-1', { startsAt: '2024-01-11T00:00:00Z', expiresAt: '2024-02-10T00:00:00Z' }),
    ],
    usage: [['2024-01-01T01:00:00Z', '50']],
    to: '2024-01-06T00:00:00Z',
    expected: { balances: { 'grant-1': '0' }, overage: '50' },
  }),
  creditRow('a grant of the past', {
    grants: [
      grant('grant-1', { startsAt: '2023-01-01T00:00:00Z', expiresAt: '2023-01-02T00:00:00Z' }),
    ],
    usage: [['2024-01-01T01:00:00Z', '50']],
    to: '2024-01-06T00:00:00Z',
    expected: { balances: { 'grant-1': '0' }, overage: '50' },
  }),
  creditRow('ended in the middle', {
    grants: [grant('grant-1', { expiresAt: '2024-01-01T01:00:00Z' })],
    usage: [
      ['2024-01-01T00:59:00Z', '50'],
      ['2024-01-01T01:01:00Z', '50'],
    ],
    to: '2024-01-06T00:00:00Z',
    expected: { balances: { 'grant-1': '0' }, consumed: { 'grant-1': '50' }, overage: '50' },
  }),
  creditRow('two grants', {
    grants: [grant('grant-1'), grant('grant-2')],
    usage: [['2024-01-01T01:00:00Z', '200']],
    to: '2024-01-02T00:00:00Z',
    expected: { balances: { 'grant-1': '0', 'grant-2': '0' }, overage: '0' },
  }),
  creditRow('the priority decides', {
    grants: [grant('grant-2', { priority: 2 }), grant('grant-1')],
    usage: [['2024-01-01T01:00:00Z', '120']],
    to: '2024-01-02T00:00:00Z',
    expected: { balances: { 'grant-1': '0', 'grant-2': '80' } },
  }),
  creditRow('the earlier expiry decides', {
    grants: [grant('grant-2', { expiresAt: '2124-01-01T00:00:00Z' }), grant('grant-1')],
    usage: [['2024-01-01T01:00:00Z', '120']],
    to: '2024-01-02T00:00:00Z',
    expected: { balances: { 'grant-1': '0', 'grant-2': '80' } },
  }),
  creditRow('a daily refill pays the overage of the day before', {
    grants: [grant('grant-1', { refill: { every: 'day' } })],
    usage: [['2024-01-01T01:00:00Z', '120']],
    to: '2024-01-02T01:00:00Z',
    carryOverage: true,
    expected: { balances: { 'grant-1': '80' }, overage: '0' },
  }),
  creditRow('a grant pays the overage from before its start', {
    grants: [grant('grant-1')],
    usage: [
      ['2023-12-31T23:00:00Z', '25'],
      ['2024-01-01T01:00:00Z', '25'],
    ],
    from: '2023-12-31T00:00:00Z',
    to: '2024-01-02T00:00:00Z',
    carryOverage: true,
    expected: { balances: { 'grant-1': '50' } },
  }),
];

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

const lago: ExampleRow[] = [
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

const lagoMeters: ExampleRow[] = [
  // 16.5 level-hours of 744, given there with five decimals as 0.02218.
  weighted('seven changes', SEVEN, '0.022177419354838710'.replace(/0$/, '')),
  weighted('one change', [change('00:00', 1000)], '1000'),
  weighted('no event', [], '0'),
  weighted('two at one instant', [change('00:00', 3), change('00:00', 3)], '6'),
  weighted('a level carried over', [], '1000', '1000'),
  weighted('changes on a level carried over', SEVEN, '1000.02217741935483871', '1000'),
];

const lagoCoupons: ExampleRow[] = (
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

const fpTiers = tiers(['10', '50'], ['20', '40'], [null, '30']);
const flexpriceRows: ExampleRow[] = [
  ...table(FP_PRICE, 'flat fee a unit', { model: 'per_unit', unitAmount: '100' }, [
    ['5', '500.00'],
    ['0', '0.00'],
  ]),
  ...table(FP_PRICE, 'package', { model: 'package', packageSize: '10', packageAmount: '50' }, [
    ['25', '150.00'],
  ]),
  ...table(
    FP_PRICE,
    'package of 100',
    { model: 'package', packageSize: '100', packageAmount: '1' },
    [
      ['2', '1.00'],
      ['100', '1.00'],
      ['150', '2.00'],
      ['300', '3.00'],
      ['0', '0.00'],
      ['99', '1.00'],
      ['101', '2.00'],
      ['250', '3.00'],
    ],
  ),
  ...table(
    FP_PRICE,
    'package of 100 rounded down',
    { model: 'package', packageSize: '100', packageAmount: '1', rounding: 'down' },
    [
      ['50', '0.00'],
      ['250', '2.00'],
    ],
  ),
  ...table(FP_PRICE, 'volume', { model: 'volume', tiers: fpTiers }, [
    ['5', '250.00'],
    ['15', '600.00'],
    ['25', '750.00'],
  ]),
  ...table(FP_PRICE, 'slab', { model: 'graduated', tiers: fpTiers }, [
    ['5', '250.00'],
    ['15', '700.00'],
    ['25', '1050.00'],
  ]),
  ...table(
    FP_PRICE,
    'slab from zero',
    { model: 'graduated', tiers: tiers(['5', '0'], ['10', '2'], [null, '3']) },
    [
      ['3', '0.00'],
      ['5', '0.00'],
      ['7', '4.00'],
      ['10', '10.00'],
      ['11', '13.00'],
      ['15', '25.00'],
    ],
  ),
  ...table(
    FP_PRICE,
    'slab with flat amounts',
    { model: 'graduated', tiers: tiers(['5', '0', '1'], ['10', '1', '2'], [null, '2', '0']) },
    [
      ['3', '1.00'],
      ['7', '5.00'],
      ['12', '12.00'],
    ],
  ),
  ...table(
    FP_PRICE,
    'slab of single units',
    { model: 'graduated', tiers: tiers(['1', '10'], ['2', '20'], [null, '30']) },
    [
      ['0', '0.00'],
      ['1', '10.00'],
      ['2', '30.00'],
      ['3', '60.00'],
      ['2.5', '45.00'],
    ],
  ),
  {
    source: FP_PRICE,
    says: 'tiers a group: 3 and 12 units',
    input: {
      charge: {
        price: {
          model: 'matrix',
          currency: 'INR',
          dimensions: ['krn'],
          cells: ['krn1', 'krn2'].map((krn) => ({
            when: { krn },
            price: { model: 'graduated', currency: 'INR', tiers: tiers(['10', '1'], [null, '2']) },
          })),
        },
      },
      meter: { key: 'm', eventType: 'use', aggregation: 'max', property: 'v', dimensions: ['krn'] },
      period: AUGUST,
      events: [
        { time: '2023-08-02T00:00:00Z', data: { krn: 'krn1', v: 3 } },
        { time: '2023-08-02T00:00:00Z', data: { krn: 'krn2', v: 12 } },
      ],
    },
    expected: { amount: '17.00' },
  },
];

const fpRoundings: ExampleRow[] = (
  [
    ['10.275', 'USD', '10.28'],
    ['10.275', 'EUR', '10.28'],
    ['1000.5', 'JPY', '1001'],
    ['1000.5', 'KRW', '1001'],
    ['1000.5', 'VND', '1001'],
    ['1000.5', 'CLP', '1001'],
    ['100.556', 'INR', '100.56'],
    ['0.001', 'USD', '0.00'],
    ['0.005', 'USD', '0.01'],
    ['0.014', 'USD', '0.01'],
    ['0.015', 'USD', '0.02'],
    ['0.4', 'JPY', '0'],
    ['0.5', 'JPY', '1'],
    ['99.5', 'JPY', '100'],
    ['-10.125', 'USD', '-10.13'],
    ['-10.124', 'USD', '-10.12'],
    ['-100.5', 'JPY', '-101'],
    ['999999999.999', 'USD', '1000000000.00'],
    ['0.666666666', 'USD', '0.67'],
  ] as const
).map(([amount, currency, result]) => ({
  source: FP_ROUNDING,
  says: `${amount} ${currency}`,
  input: { kind: 'round', amount, currency },
  expected: { amount: result },
}));

const MARCH = { from: '2024-03-01T00:00:00Z', to: '2024-03-31T00:00:00Z' };
const fpChanges: ExampleRow[] = (
  [
    ['upgrade', '10', '20', '5.49'],
    ['downgrade', '100', '30', '-38.39'],
    ['added', '0', '25', '13.71'],
    ['removed', '40', '0', '-21.94'],
  ] as const
).map(([says, before, after, amount]) => ({
  source: FP_PRORATION,
  says: `${says} for 17 of 31 days`,
  input: {
    kind: 'change',
    before,
    after,
    currency: 'USD',
    basis: 'day_inclusive',
    at: '2024-03-15T00:00:00Z',
    period: MARCH,
  },
  expected: { amount },
}));

// Left out: two afternoons in Los Angeles, which that suite calls two days and a calendar calls one.
const dstDays: ExampleRow[] = (
  [
    ['2024-05-01T00:00:00Z', '2024-05-05T00:00:00Z', 'UTC', 4],
    ['2024-03-09T00:00:00Z', '2024-03-11T00:00:00Z', 'America/New_York', 2],
    ['2024-11-02T00:00:00Z', '2024-11-04T00:00:00Z', 'America/New_York', 2],
    ['2024-07-15T12:30:00Z', '2024-07-16T08:15:00Z', 'Asia/Tokyo', 1],
    ['2024-07-30T00:00:00Z', '2024-08-02T00:00:00Z', 'Europe/London', 3],
    ['2024-12-30T00:00:00Z', '2025-01-02T00:00:00Z', 'Europe/Paris', 3],
    ['2024-05-01T08:00:00Z', '2024-05-01T17:00:00Z', 'Europe/Berlin', 0],
    ['2024-04-06T00:00:00Z', '2024-04-08T00:00:00Z', 'Australia/Sydney', 2],
  ] as const
).map(([from, to, timeZone, days]) => ({
  source: FP_PRORATION,
  says: `${days} calendar days from ${from} to ${to} in ${timeZone}`,
  input: {
    kind: 'proration',
    // A hundred calendar days in every zone, so that the amount is the number of days.
    amount: '100',
    currency: 'USD',
    basis: 'day',
    service: { from, to },
    period: { from, to: new Date(Date.parse(from) + 100 * 86_400_000).toISOString() },
    timeZone,
  },
  expected: { amount: `${days}.00` },
}));

const killBillRows: ExampleRow[] = [
  ...table(
    `${KB_CONSUMABLE}#testComputeBilledUsageSizeOneWith_ALL_TIERS`,
    'three tiers of single units',
    { model: 'graduated', tiers: tiers(['10', '1.5'], ['110', '1.0'], [null, '0.5']) },
    [['111', '115.50']],
  ),
  ...table(
    `${KB_CONSUMABLE}#testComputeBilledUsageSizeOneWith_TOP_TIER`,
    'three tiers of single units',
    { model: 'volume', tiers: tiers(['10', '1.5'], ['110', '1.0'], [null, '0.5']) },
    [['111', '55.50']],
  ),
  ...table(
    `${KB_CONSUMABLE}#testComputeBilledUsageWith_ALL_TIERS`,
    'blocks of 100, then of 1,000',
    {
      model: 'tiered_package',
      mode: 'graduated',
      tiers: packageTiers(['1000', '100', '1'], [null, '1000', '1']),
    },
    [['5325', '15.00']],
  ),
  ...table(
    `${KB_CONSUMABLE}#testComputeBilledUsageWith_TOP_TIER`,
    'blocks on the total',
    {
      model: 'tiered_package',
      mode: 'volume',
      tiers: packageTiers(['1000', '100', '1'], ['101000', '1000', '1'], [null, '1000', '0.5']),
    },
    [
      ['1000', '10.00'],
      ['101000', '101.00'],
    ],
  ),
  ...table(
    `${KB_CONSUMABLE}#testComputeBilledUsageWithUnlimitedMaxWith_TOP_TIER`,
    'blocks on the total, open top tier',
    {
      model: 'tiered_package',
      mode: 'volume',
      tiers: packageTiers(['1000', '100', '10'], [null, '100', '1']),
    },
    [['2000', '20.00']],
  ),
  ...table(
    `${KB_CONSUMABLE}#testBilledUsage`,
    'megabytes in blocks of 512',
    { model: 'package', packageSize: '512', packageAmount: '0.3' },
    [['30720', '18.00']],
  ),
  ...(
    [
      [
        KB_FIXED_DAYS,
        'month30',
        '2023-05-23',
        '2023-06-15',
        '2023-05-15',
        '2023-06-15',
        '0.733333333',
      ],
      [
        KB_FIXED_DAYS,
        'month30',
        '2023-06-23',
        '2023-07-15',
        '2023-06-15',
        '2023-07-15',
        '0.733333333',
      ],
      [
        KB_FIXED_DAYS,
        'month30',
        '2023-02-23',
        '2023-03-15',
        '2023-02-15',
        '2023-03-15',
        '0.733333333',
      ],
      [
        KB_FIXED_DAYS,
        'month30',
        '2024-02-23',
        '2024-03-15',
        '2024-02-15',
        '2024-03-15',
        '0.733333333',
      ],
      [
        KB_FIXED_DAYS,
        'month30',
        '2023-05-15',
        '2023-05-23',
        '2023-04-23',
        '2023-05-23',
        '0.266666667',
      ],
      [KB_DAYS, 'day', '2023-05-23', '2023-06-15', '2023-05-15', '2023-06-15', '0.741935484'],
      [KB_DAYS, 'day', '2023-06-23', '2023-07-15', '2023-06-15', '2023-07-15', '0.733333333'],
      [KB_DAYS, 'day', '2023-02-23', '2023-03-15', '2023-02-15', '2023-03-15', '0.714285714'],
      [KB_DAYS, 'day', '2024-02-23', '2024-03-15', '2024-02-15', '2024-03-15', '0.724137931'],
    ] as const
  ).map(([source, basis, from, to, periodFrom, periodTo, part]): ExampleRow => ({
    source,
    says: `${basis} from ${from} to ${to}`,
    input: {
      kind: 'proration',
      // Ten million euros, so that nine decimals of the fraction show in the amount.
      amount: '10000000',
      currency: 'EUR',
      basis,
      service: { from: `${from}T00:00:00Z`, to: `${to}T00:00:00Z` },
      period: { from: `${periodFrom}T00:00:00Z`, to: `${periodTo}T00:00:00Z` },
    },
    expected: { amount: (Number(part) * 10_000_000).toFixed(2) },
  })),
];

const polarMulti = tiers(['10', '10'], ['50', '8'], [null, '6']);
const polarRows: ExampleRow[] = [
  ...table(
    `${POLAR}/models/test_product_price.py`,
    'metered unit',
    { model: 'per_unit', unitAmount: '1' },
    [
      ['1', '1.00'],
      ['1.994', '1.99'],
      ['1.995', '2.00'],
      ['1.996', '2.00'],
      ['-5', '0.00'],
    ],
  ),
  {
    source: `${POLAR}/models/test_product_price.py`,
    says: 'metered unit with a cap',
    input: at('1000', { model: 'per_unit', unitAmount: '1' }, { maximum: '50' }),
    expected: { amount: '50.00' },
  },
  ...table(
    `${POLAR}/models/test_product_price.py`,
    'a tiny unit price',
    { model: 'per_unit', unitAmount: '0.00000000000001' },
    [
      ['1000000', '0.00'],
      ['1000000000000', '0.01'],
    ],
  ),
  ...table(
    `${POLAR}/models/test_product_price.py`,
    'half a cent',
    { model: 'per_unit', unitAmount: '0.005' },
    [['100', '0.50']],
  ),
  ...table(
    `${POLAR}/models/test_product_price.py`,
    'volume seats',
    { model: 'volume', tiers: polarMulti },
    [
      ['1', '10.00'],
      ['10', '100.00'],
      ['11', '88.00'],
      ['50', '400.00'],
      ['51', '306.00'],
      ['100', '600.00'],
    ],
  ),
  ...table(
    `${POLAR}/models/test_product_price.py`,
    'graduated seats',
    { model: 'graduated', tiers: polarMulti },
    [
      ['5', '50.00'],
      ['15', '140.00'],
      ['50', '420.00'],
      ['51', '426.00'],
      ['100', '720.00'],
    ],
  ),
  ...(
    [
      ['100', '300', '2025-06-01', '2025-07-01', '2025-06-16', '-50.00', '150.00'],
      ['100', '300', '2025-06-01', '2025-07-01', '2025-06-11', '-66.67', '200.00'],
      ['100', '300', '2024-02-18', '2024-03-18', '2024-02-25', '-75.86', '227.59'],
      ['1000', '3000', '2024-08-01', '2025-08-01', '2024-10-01', '-832.88', '2498.63'],
      ['1000', '3000', '2024-02-18', '2025-02-18', '2024-09-05', '-453.55', '1360.66'],
      ['1000', '3000', '2023-02-18', '2024-02-18', '2023-09-05', '-454.79', '1364.38'],
      ['100', '1000', '2025-06-01', '2025-07-01', '2025-06-16', '-50.00', '1000.00', true],
      ['100', '1000', '2025-06-01', '2025-07-01', '2025-06-11', '-66.67', '1000.00', true],
      ['100', '1000', '2024-02-18', '2024-03-18', '2024-02-25', '-75.86', '1000.00', true],
      ['1000', '100', '2025-06-01', '2026-06-01', '2025-08-13', '-800.00', '100.00', true],
      ['1000', '100', '2024-02-18', '2025-02-18', '2024-04-19', '-833.33', '100.00', true],
    ] as const
  ).map(([before, after, from, to, day, credit, charge, newPeriod]): ExampleRow => ({
    source: `${POLAR}/subscription/test_service_prorations.py`,
    says: `${before} to ${after} on ${day}`,
    input: {
      kind: 'change',
      before,
      after,
      currency: 'USD',
      basis: 'second',
      at: `${day}T00:00:00Z`,
      period: { from: `${from}T00:00:00Z`, to: `${to}T00:00:00Z` },
      ...(newPeriod === undefined ? {} : { newPeriod }),
    },
    expected: {
      lines: [
        { kind: 'proration_credit', amount: credit },
        { kind: 'proration_charge', amount: charge },
      ],
    },
  })),
  ...(
    [
      ['100', '0', [{ kind: 'proration_credit', amount: '-50.00' }]],
      ['0', '100', [{ kind: 'proration_charge', amount: '50.00' }]],
    ] as const
  ).map(([before, after, lines]): ExampleRow => ({
    source: `${POLAR}/subscription/test_service_prorations.py`,
    says: `a free price on one side: ${before} to ${after}`,
    input: {
      kind: 'change',
      before,
      after,
      currency: 'USD',
      basis: 'second',
      at: '2025-06-16T00:00:00Z',
      period: { from: '2025-06-01T00:00:00Z', to: '2025-07-01T00:00:00Z' },
    },
    expected: { lines },
  })),
];

const meteroidTiers = tiers(['100', '1.0'], ['200', '0.5'], [null, '0.25']);
const meteroidRows: ExampleRow[] = [
  ...table(METEROID, 'graduated', { model: 'graduated', tiers: meteroidTiers }, [
    ['150', '125.00'],
  ]),
  ...table(METEROID, 'volume', { model: 'volume', tiers: meteroidTiers }, [['150', '75.00']]),
  ...table(
    METEROID,
    'one tier with a fee',
    { model: 'graduated', tiers: tiers([null, '1', '10']) },
    [['5', '15.00']],
  ),
  ...table(METEROID, 'package', { model: 'package', packageSize: '20', packageAmount: '5' }, [
    ['45', '15.00'],
  ]),
  ...table(METEROID, 'per unit', { model: 'per_unit', unitAmount: '0.001' }, [['100', '0.10']]),
];

export const peerCases: readonly ExampleRow[] = [
  ...openMeterTiers,
  ...openMeterOthers,
  ...unitConfigs,
  ...allocations,
  ...creditRows,
  ...lago,
  ...lagoMeters,
  ...lagoCoupons,
  ...flexpriceRows,
  ...fpRoundings,
  ...fpChanges,
  ...dstDays,
  ...killBillRows,
  ...polarRows,
  ...meteroidRows,
];
