// What Flexprice's tests expect of its prices, roundings and prorations.
import type { ExampleRow } from './example-row.ts';
import { table, tiers } from './example-row.ts';

const FLEXPRICE = 'flexprice/flexprice internal';
const FP_PRICE = `${FLEXPRICE}/ee/service/price_test.go`;
const FP_ROUNDING = `${FLEXPRICE}/types/currency_rounding_test.go`;
const FP_PRORATION = `${FLEXPRICE}/domain/proration/calculator_test.go`;
const AUGUST = { from: '2023-08-01T00:00:00Z', to: '2023-09-01T00:00:00Z' };
const fpTiers = tiers(['10', '50'], ['20', '40'], [null, '30']);
export const flexpriceRows: ExampleRow[] = [
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
export const fpRoundings: ExampleRow[] = (
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
export const fpChanges: ExampleRow[] = (
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
export const dstDays: ExampleRow[] = (
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
