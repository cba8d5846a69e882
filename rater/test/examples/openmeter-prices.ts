// What OpenMeter's rating tests expect of its other prices, unit conversions and allocations.
import type { Price } from '../oracle/case-types.ts';
import type { ExampleRow } from './example-row.ts';
import { at, runs, table, tiers } from './example-row.ts';

const OM_DISCOUNT =
  'openmeterio/openmeter openmeter/billing/rating/service/mutator/discountusage_test.go';
const OM_RATE = 'openmeterio/openmeter openmeter/billing/rating/service/rate';
const OM_UNIT_CONFIG =
  'openmeterio/openmeter openmeter/productcatalog/unitconfig/unitconfig_test.go';
const OM_ALLOCATION = 'openmeterio/openmeter pkg/currencyx/allocation_test.go';
const omPackage: Price = { model: 'package', packageSize: '10', packageAmount: '15' };
const omDynamic: Price = { model: 'dynamic', amountProperty: 'cost', multiplier: '1.33333' };
export const openMeterOthers: ExampleRow[] = [
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
    source: OM_DISCOUNT,
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
    source: OM_DISCOUNT,
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
export const unitConfigs: ExampleRow[] = (
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
export const allocations: ExampleRow[] = (
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
