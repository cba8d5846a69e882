// What the tests of Kill Bill, Polar and Meteroid expect of usage tiers, seats and prorations.
import type { ExampleRow } from './example-row.ts';
import { at, packageTiers, steps, table, tiers } from './example-row.ts';

const KILL_BILL = 'killbill/killbill invoice/src/test';
const KB_CONSUMABLE = `${KILL_BILL}/usage/TestContiguousIntervalConsumableInArrear`;
const KB_CAPACITY = `${KILL_BILL}/usage/TestContiguousIntervalCapacityInArrear`;
const KB_FIXED_DAYS = `${KILL_BILL}/generator/TestInvoiceDateUtilsWithFixedProration`;
const KB_DAYS = `${KILL_BILL}/generator/TestInvoiceDateUtilsWithoutFixedProration`;
const POLAR = 'polarsource/polar server/tests';
const METEROID = 'meteroid-oss/meteroid meteroid-store invoice_lines/fees.rs';
export const killBillRows: ExampleRow[] = [
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
    `${KB_CAPACITY}#testComputeBilledUsage`,
    'capacity of one unit',
    { model: 'stairstep', tiers: steps(['1000', '10'], ['2000', '20'], [null, '30']) },
    [
      ['1000', '10.00'],
      ['1001', '20.00'],
      ['2000', '20.00'],
      ['2001', '30.00'],
    ],
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
export const polarRows: ExampleRow[] = [
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
export const meteroidRows: ExampleRow[] = [
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
