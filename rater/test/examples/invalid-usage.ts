// Charges, quantities and meters that have to be refused.
import type { InvalidCase } from './invalid-case.ts';
import { charge, invalid, kind, meter, PERIOD, quantity } from './invalid-case.ts';

export const chargeCases: InvalidCase[] = [
  charge('an unknown field of a charge', { discount: [] }, 'discount'),
  charge('a discount of nothing', { discounts: [{}] }, 'discounts', '0'),
  charge(
    'a discount in percent and amount',
    { discounts: [{ percent: '1', amount: '1' }] },
    'discounts',
    '0',
  ),
  charge('a negative discount', { discounts: [{ percent: '-10' }] }, 'discounts', '0'),
  charge('a negative fixed discount', { discounts: [{ amount: '-10' }] }, 'discounts', '0'),
  charge('discounts that are no list', { discounts: { percent: '10' } }, 'discounts'),
  charge('a negative allowance', { allowance: '-1' }, 'allowance'),
  charge('a negative maximum', { maximum: '-1' }, 'maximum'),
  charge('a negative minimum', { minimum: '-1' }, 'minimum'),
  charge('a conversion by zero', { conversion: { operation: 'divide', factor: '0' } }, 'factor'),
  charge(
    'a conversion by a negative factor',
    { conversion: { operation: 'divide', factor: '-5' } },
    'factor',
  ),
  charge('an unknown operation', { conversion: { operation: 'modulo', factor: '5' } }, 'operation'),
  charge(
    'an unknown rounding of a conversion',
    { conversion: { operation: 'divide', factor: '5', rounding: 'ceil' } },
    'rounding',
  ),
  charge(
    'a precision in parts',
    { conversion: { operation: 'divide', factor: '5', rounding: 'up', precision: 1.5 } },
    'precision',
  ),
  charge(
    'a precision beyond all need',
    { conversion: { operation: 'divide', factor: '5', rounding: 'up', precision: 1_000_000 } },
    'precision',
  ),
  charge(
    'an increment of zero',
    { conversion: { operation: 'divide', factor: '5', rounding: 'up', increment: '0' } },
    'increment',
  ),
  charge('an unknown basis of proration', { proration: { basis: 'hour' } }, 'basis'),
  charge('an unknown timing', { timing: 'sometimes' }, 'timing'),
  invalid('a case without a charge', { quantity: '5' }, 'charge'),
  invalid('a charge that is no object', { charge: 'free', quantity: '5' }, 'charge'),
  invalid('a charge without a price', { charge: { key: 'a' }, quantity: '5' }, 'price'),
  invalid('two kinds of usage at once', {
    charge: { price: { model: 'per_unit', currency: 'USD', unitAmount: '1' } },
    quantity: '5',
    quantities: ['5'],
  }),
  charge(
    'an unknown field of a case',
    { price: { model: 'flat', currency: 'USD', amount: '1' }, colour: 'red' },
    'colour',
  ),
];

export const quantityCases: InvalidCase[] = [
  quantity('a quantity as a number', 5),
  quantity('a quantity that is null', null),
  quantity('a quantity that is no number', 'NaN'),
  quantity('a quantity with an exponent', '1e5'),
  quantity('a quantity of 22 digits', '9999999999999999999999'),
  quantity('a quantity of 37 decimals', `0.${'1'.repeat(37)}`),
  quantity('an empty quantity', ''),
  quantity('two points in a quantity', '1.2.3'),
  quantity('two signs of a quantity', '--1'),
  invalid('a usage price without usage', {
    charge: { price: { model: 'per_unit', currency: 'USD', unitAmount: '1' } },
  }),
  invalid(
    'snapshots that are empty',
    { charge: { price: { model: 'per_unit', currency: 'USD', unitAmount: '1' } }, snapshots: [] },
    'snapshots',
  ),
  invalid(
    'one broken quantity among several',
    {
      charge: { price: { model: 'per_unit', currency: 'USD', unitAmount: '1' } },
      quantities: ['1', 'x'],
    },
    'quantities',
    '1',
  ),
  invalid(
    'a broken transaction',
    {
      charge: { price: { model: 'percentage', currency: 'USD', rate: '1' } },
      transactions: [{ value: '1' }, { value: 2 }],
    },
    'transactions',
    '1',
  ),
  invalid(
    'events without a meter',
    {
      charge: { price: { model: 'per_unit', currency: 'USD', unitAmount: '1' } },
      events: [],
      period: PERIOD,
    },
    'meter',
  ),
  invalid(
    'events without a period',
    {
      charge: { price: { model: 'per_unit', currency: 'USD', unitAmount: '1' } },
      events: [],
      meter: { key: 'm', eventType: 'use', aggregation: 'count' },
    },
    'period',
  ),
];

export const meterCases: InvalidCase[] = [
  meter('an unknown aggregation', { aggregation: 'median' }, 'aggregation'),
  meter(
    'an aggregation named after a property of every object',
    { aggregation: 'toString' },
    'aggregation',
  ),
  meter('an unknown field of a meter', { window: 'day' }, 'window'),
  meter('a bucketed sum without a bucket', { aggregation: 'bucketed_sum' }, 'bucket'),
  meter('a bucket of a fortnight', { aggregation: 'bucketed_max', bucket: 'fortnight' }, 'bucket'),
  ...[
    ['an expression that reads __proto__', '__proto__ + 1'],
    ['an expression that reads the constructor', 'v.constructor'],
    ['an expression that calls', 'v(1)'],
    ['an expression that indexes', "v['constructor']"],
    ['an expression that assigns', 'v = 2'],
    ['an expression that ends early', 'v +'],
    ['an expression with an open parenthesis', '(v + 1'],
    ['an expression of a stray sign', 'v + * 2'],
    ['an expression with a string', '"a" + v'],
    ['an expression with a template', '`${v}`'],
    ['an empty expression', ''],
    ['an expression with an exponent', 'v * 1e400'],
    ['an expression of a megabyte', `v${' + v'.repeat(250_000)}`],
    ['an expression nested ten thousand deep', `${'('.repeat(10_000)}v${')'.repeat(10_000)}`],
    ['an expression of ten thousand signs', `${'-'.repeat(10_000)}v`],
  ].map(([says, expression]) => meter(says!, { property: undefined, expression }, 'expression')),
  meter('a property and an expression', { expression: 'v' }),
  kind(
    'a period turned around',
    {
      kind: 'meter',
      meter: { key: 'm', eventType: 'use', aggregation: 'count' },
      events: [],
      period: { from: PERIOD.to, to: PERIOD.from },
    },
    'period',
  ),
  ...[
    ['a day', '2024-01-15'],
    ['no zone', '2024-01-15T00:00:00'],
    ['a second of 60', '2024-01-15T00:00:60Z'],
    ['a 30th of February', '2024-02-30T00:00:00Z'],
    ['a 29th of February in a common year', '2023-02-29T00:00:00Z'],
    ['seven decimals of a second', '2024-01-15T00:00:00.1234567Z'],
    ['an hour of 24', '2024-01-15T24:00:00Z'],
    ['words', 'yesterday'],
    ['a number', 1705276800],
  ].map(([says, time]) =>
    kind(
      `an event at ${String(says)}`,
      {
        kind: 'meter',
        meter: { key: 'm', eventType: 'use', aggregation: 'count' },
        events: [{ time: '2024-01-15T00:00:00Z' }, { time }],
        period: PERIOD,
      },
      'events',
      '1',
    ),
  ),
];
