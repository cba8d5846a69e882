// What OpenMeter's rating tests expect of its tiered prices.
import type { Price } from '../oracle/case-types.ts';
import type { ExampleRow } from './example-row.ts';
import { at, runs, table } from './example-row.ts';

const OM_RATE = 'openmeterio/openmeter openmeter/billing/rating/service/rate';
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
export const openMeterTiers: ExampleRow[] = [
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
