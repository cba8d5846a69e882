// What the tests of other systems expect of single numbers: roundings, allocations, and parts of a billing period.
import type { RoundMode } from '../oracle/case-types.ts';
import type { ExampleRow } from './example-row.ts';

const DINERO = 'dinerojs/dinero.js packages/dinero.js/src';
const CGRATES = 'cgrates/cgrates utils/coreutils_test.go';
const LAGO =
  'getlago/lago-api spec/services/billable_metrics/aggregations/apply_rounding_service_spec.rb';
const KILL_BILL = 'killbill/killbill invoice/src/test/proRations/inAdvance';
const FLEXPRICE = 'flexprice/flexprice internal/ee/service';

const round = (
  source: string,
  [amount, precision, mode, result]: readonly [string, number, RoundMode, string],
): ExampleRow => ({
  source,
  says: `${amount} to ${precision} decimals, ${mode}`,
  input: { kind: 'round', amount, precision, mode },
  expected: { amount: result },
});

const roundings: ExampleRow[] = [
  ...(
    [
      ['12.49', 1, 'up', '12.5'],
      ['12.21', 1, 'up', '12.3'],
      ['0.0701', 2, 'up', '0.08'],
      ['12.49', 1, 'down', '12.4'],
      ['12.21', 1, 'down', '12.2'],
      ['14.37', 2, 'up', '14.37'],
      ['14.37', 8, 'down', '14.37000000'],
      ['14.37', 0, 'half_away_from_zero', '14'],
      ['14.37', -1, 'half_away_from_zero', '10'],
    ] as const
  ).map((row) => round(CGRATES, row)),
  ...(
    [
      ['2', 0, 'half_even', '2'],
      ['-2', 0, 'half_even', '-2'],
      ['0', 0, 'half_even', '0'],
      ['1.5', 0, 'half_even', '2'],
      ['2.5', 0, 'half_even', '2'],
      ['-2.5', 0, 'half_even', '-2'],
      ['0.6', 0, 'half_even', '1'],
      ['-0.6', 0, 'half_even', '-1'],
      ['0.4', 0, 'half_even', '0'],
      ['-0.4', 0, 'half_even', '0'],
      ['1.5', 0, 'half_away_from_zero', '2'],
      ['-1.5', 0, 'half_away_from_zero', '-2'],
      ['2.5', 0, 'half_away_from_zero', '3'],
      ['-2.5', 0, 'half_away_from_zero', '-3'],
      ['-0.4', 0, 'half_away_from_zero', '0'],
    ] as const
  ).map((row) => round(`${DINERO}/core/divide`, row)),
];

/** A quantity rounded by its meter. */
const quantities: ExampleRow[] = (
  [
    ['half_away_from_zero', 2, '123.46'],
    ['half_away_from_zero', undefined, '123'],
    ['half_away_from_zero', -2, '100'],
    ['up', 2, '123.46'],
    ['up', undefined, '124'],
    ['up', -2, '200'],
    ['down', 2, '123.45'],
    ['down', undefined, '123'],
    ['down', -2, '100'],
    [undefined, undefined, '123.456'],
  ] as const
).map(([rounding, precision, quantity]) => ({
  source: LAGO,
  says: `123.456 ${rounding ?? 'as it is'} to ${precision ?? 'no'} decimals`,
  input: {
    kind: 'convert',
    quantity: '123.456',
    conversion: {
      operation: 'multiply',
      factor: '1',
      ...(rounding === undefined ? {} : { rounding }),
      ...(precision === undefined ? {} : { precision }),
    },
  },
  expected: { quantity },
}));

const allocations: ExampleRow[] = (
  [
    ['10.03', ['50', '50'], ['5.02', '5.01']],
    ['1.00', ['1', '3'], ['0.25', '0.75']],
    ['-10.03', ['50', '50'], ['-5.02', '-5.01']],
    ['10.03', ['0', '50', '50'], ['0.00', '5.02', '5.01']],
    ['0.05', ['100', '101', '100', '100'], ['0.01', '0.02', '0.01', '0.01']],
    ['8.01', ['1', '3'], ['2.00', '6.01']],
    ['1.00', ['50.5', '49.5'], ['0.51', '0.49']],
    ['10000000000000000.25', ['50', '50'], ['5000000000000000.13', '5000000000000000.12']],
  ] as const
).map(([total, weights, shares]) => ({
  source: `${DINERO}/core/utils/distribute`,
  says: `${total} over ${weights.join(', ')}`,
  input: { kind: 'allocate', total, weights: [...weights], currency: 'USD' },
  expected: { shares, amount: total },
}));

/** `[basis, service, period, part of it]`, all from midnight UTC. */
type Part = readonly [from: string, to: string, periodFrom: string, periodTo: string, part: string];

const part = (source: string, [from, to, periodFrom, periodTo, fraction]: Part): ExampleRow => {
  const [numerator, denominator] = fraction.split('/');
  return {
    source,
    says: `${from} to ${to} of ${periodFrom} to ${periodTo}`,
    input: {
      kind: 'proration',
      amount: '100',
      currency: 'EUR',
      basis: 'day',
      service: { from: `${from}T00:00:00Z`, to: `${to}T00:00:00Z` },
      period: { from: `${periodFrom}T00:00:00Z`, to: `${periodTo}T00:00:00Z` },
    },
    expected: { fraction: { numerator, denominator } },
  };
};

const monthly: readonly Part[] = [
  ['2011-02-03', '2011-02-17', '2011-02-03', '2011-03-03', '1/2'],
  ['2011-02-01', '2011-02-14', '2011-02-01', '2011-03-01', '13/28'],
  ['2011-02-14', '2011-02-28', '2011-01-31', '2011-02-28', '1/2'],
  ['2012-02-01', '2012-02-15', '2012-02-01', '2012-03-01', '14/29'],
  ['2011-02-07', '2011-02-15', '2011-02-07', '2011-03-07', '2/7'],
  ['2011-03-07', '2011-03-15', '2011-02-15', '2011-03-15', '2/7'],
  ['2011-03-07', '2011-03-10', '2011-03-07', '2011-04-07', '3/31'],
  ['2011-03-10', '2011-03-15', '2011-02-15', '2011-03-15', '5/28'],
  ['2011-01-31', '2011-02-07', '2011-01-07', '2011-02-07', '7/31'],
  ['2011-03-15', '2011-03-17', '2011-03-15', '2011-04-15', '2/31'],
];

const quarterly: readonly Part[] = [
  ['2011-01-01', '2011-01-15', '2010-10-15', '2011-01-15', '7/46'],
  ['2011-04-15', '2011-04-27', '2011-04-15', '2011-07-15', '12/91'],
  ['2011-02-03', '2011-02-17', '2011-02-03', '2011-05-03', '14/89'],
  ['2011-02-17', '2011-05-03', '2011-02-03', '2011-05-03', '75/89'],
  ['2011-02-01', '2011-02-14', '2011-02-01', '2011-05-01', '13/89'],
  ['2012-02-01', '2012-02-15', '2012-02-01', '2012-05-01', '7/45'],
  ['2011-05-07', '2011-05-10', '2011-05-07', '2011-08-07', '3/92'],
  ['2011-05-10', '2011-05-15', '2011-02-15', '2011-05-15', '5/89'],
];

/** Twenty dollars a month, from the day given to the end of April. */
const added: ExampleRow[] = (
  [
    ['2026-04-01', '20.00'],
    ['2026-04-11', '13.33'],
    ['2026-04-21', '6.67'],
    ['2026-04-30', '0.67'],
  ] as const
).map(([day, amount]) => ({
  source: `${FLEXPRICE}/line_item_proration_test.go`,
  says: `an item added on ${day}`,
  input: {
    kind: 'change',
    before: '0',
    after: '20',
    currency: 'USD',
    basis: 'second',
    at: `${day}T00:00:00Z`,
    period: { from: '2026-04-01T00:00:00Z', to: '2026-05-01T00:00:00Z' },
  },
  expected: { lines: [{ kind: 'proration_charge', amount }] },
}));

export const roundingRows: readonly ExampleRow[] = [
  ...roundings,
  ...quantities,
  ...allocations,
  ...monthly.map((row) => part(`${KILL_BILL}/monthly/TestProRation`, row)),
  ...quarterly.map((row) => part(`${KILL_BILL}/quarterly/TestProRation`, row)),
  ...added,
];
