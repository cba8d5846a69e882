// Random meters over random events: every aggregation, filters, duplicates, values that are no numbers, events outside
// the period; and charges that are priced from events, matrix prices among them.
import fc from 'fast-check';
import { amountArb, maybe, merged, positiveArb } from './arbitrary-numbers.ts';
import {
  dynamicPriceArb,
  percentagePriceArb,
  quantityPriceArb,
  perUnitPriceArb,
  tieredPriceArb,
} from './arbitrary-prices.ts';
import type { ChargeCase, Meter, MeterCase, Price, UsageEvent } from './case-types.ts';

const PERIOD = { from: '2024-03-30T00:00:00Z', to: '2024-04-02T00:00:00Z' };
const START = Date.parse('2024-03-29T22:00:00Z');

const numberValueArb: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -5, max: 40 }) },
  { weight: 3, arbitrary: amountArb },
  { weight: 1, arbitrary: fc.constantFrom(0.1, 0.000001, 1e-7, 12345.678, '-3.5', '000.50') },
);

const anyValueArb: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 15, arbitrary: numberValueArb },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>('abc', '', '1e3', '+1', ' 1', '1.', '.5', true, [1], {}),
  },
);

const timeArb = fc.oneof(
  fc.integer({ min: 0, max: 80 }).map((hours) => new Date(START + hours * 3_600_000).toISOString()),
  fc.integer({ min: 0, max: 80 * 3_600_000 }).map((at) => new Date(START + at).toISOString()),
  fc.constantFrom(
    PERIOD.from,
    PERIOD.to,
    '2024-04-01T23:59:59.999999Z',
    '2024-03-31T02:00:00+02:00',
  ),
);

const dimensionArb = fc.constantFrom<unknown>('a', 'b', 'c', 1, true);

function eventsArb(value: fc.Arbitrary<unknown>): fc.Arbitrary<UsageEvent[]> {
  const eventArb = merged(
    fc.record({ time: timeArb }),
    maybe('id', fc.constantFrom('e1', 'e2', 'e3', 'e4')),
    fc.record({
      data: merged(
        fc.record({ v: value, cost: amountArb }),
        maybe('kind', dimensionArb),
        maybe('region', dimensionArb),
        maybe('operation', fc.constantFrom('add', 'remove', 'add', 'remove', 'delete')),
        maybe('w', numberValueArb),
      ),
    }),
  );
  return fc.array(eventArb, { maxLength: 12 }) as fc.Arbitrary<UsageEvent[]>;
}

const filterArb = fc.oneof(
  fc.record({ kind: fc.uniqueArray(fc.constantFrom('a', 'b', '1', 'true'), { minLength: 1 }) }),
  fc.record({ kind: fc.constant(['a']), region: fc.constant(['b', 'c']) }),
);

const meterConversionArb = fc.record({
  operation: fc.constantFrom('multiply' as const, 'divide' as const),
  factor: positiveArb,
});

const numericAggregationArb = fc.oneof(
  fc.record({
    aggregation: fc.constantFrom('sum', 'count', 'min', 'max', 'average', 'latest'),
  }),
  merged(
    fc.record({ aggregation: fc.constant('time_weighted') }),
    maybe('values', fc.constant('change' as const)),
  ),
  fc.record({
    aggregation: fc.constantFrom('bucketed_max', 'bucketed_sum'),
    bucket: fc.constantFrom('hour' as const, 'day' as const),
  }),
);

function meterArb(aggregation: fc.Arbitrary<object>): fc.Arbitrary<Meter> {
  return merged(
    fc.constant({ key: 'm', eventType: 'use', dimensions: ['kind', 'region'], property: 'v' }),
    aggregation,
    maybe('filter', filterArb),
    maybe('conversion', meterConversionArb),
  ) as fc.Arbitrary<Meter>;
}

const withPeriod = { kind: 'meter' as const, period: PERIOD };

export const meterCaseArb: fc.Arbitrary<MeterCase> = merged(
  fc.constant(withPeriod),
  fc.record({ meter: meterArb(numericAggregationArb), events: eventsArb(anyValueArb) }),
) as fc.Arbitrary<MeterCase>;

/** Sums and levels that go on from an earlier period. */
export const carriedMeterCaseArb: fc.Arbitrary<MeterCase> = merged(
  fc.constant(withPeriod),
  fc.record({
    meter: meterArb(
      fc.constantFrom<object>(
        { aggregation: 'sum', carry: true },
        { aggregation: 'time_weighted' },
        { aggregation: 'time_weighted', values: 'change' },
      ),
    ),
    events: eventsArb(numberValueArb),
  }),
  maybe('initialLevel', amountArb),
) as fc.Arbitrary<MeterCase>;

export const uniqueCountCaseArb: fc.Arbitrary<MeterCase> = merged(
  fc.constant(withPeriod),
  fc.oneof(
    fc.record({
      meter: meterArb(fc.constant({ aggregation: 'unique_count' })),
      events: eventsArb(fc.constantFrom<unknown>('x', 'y', 'z', 7, '7')),
    }),
    fc.record({
      meter: meterArb(fc.constant({ aggregation: 'unique_count', carry: true })),
      events: eventsArb(fc.constantFrom<unknown>('x', 'y', 'z')),
      initialValues: fc.uniqueArray(fc.constantFrom('x', 'y', 'q'), { maxLength: 3 }),
    }),
  ),
) as fc.Arbitrary<MeterCase>;

const EXPRESSIONS = [
  'v + 4 * w',
  '(v - w) * 0.5',
  '-v * -(w + 1)',
  'v / 4 + w / 8',
  '2 * (v + (w - 3)) * 1.25',
  'v',
  '10 - 3 - 2 * v',
];

export const expressionCaseArb: fc.Arbitrary<MeterCase> = fc
  .record({
    expression: fc.constantFrom(...EXPRESSIONS),
    aggregation: fc.constantFrom('sum', 'max', 'latest', 'average'),
    events: eventsArb(anyValueArb),
  })
  .map(({ expression, aggregation, events }) => ({
    ...withPeriod,
    meter: { key: 'm', eventType: 'use', aggregation, expression },
    events,
  }));

const filteredChargeArb = (price: fc.Arbitrary<Price>) =>
  merged(
    fc.record({ price }),
    maybe('filter', filterArb),
    maybe('allowance', fc.constantFrom('3', '10.5')),
  );

export const eventsChargeCaseArb: fc.Arbitrary<ChargeCase> = fc.record({
  charge: filteredChargeArb(quantityPriceArb.filter((price) => price.negative !== 'reject')),
  meter: meterArb(numericAggregationArb),
  events: eventsArb(numberValueArb),
  period: fc.constant(PERIOD),
}) as fc.Arbitrary<ChargeCase>;

/** Each event is a transaction, in order of time. */
export const eventTransactionsCaseArb: fc.Arbitrary<ChargeCase> = fc.record({
  charge: merged(
    fc.record({ price: fc.oneof(percentagePriceArb, dynamicPriceArb) }),
    maybe('filter', filterArb),
  ),
  meter: fc.constant({
    key: 'm',
    eventType: 'use',
    aggregation: 'sum',
    property: 'v',
    dimensions: ['kind', 'region'],
  }),
  events: eventsArb(amountArb),
  period: fc.constant(PERIOD),
}) as fc.Arbitrary<ChargeCase>;

/** How to round is said once, by the matrix itself. */
function asCell(price: Price): Price {
  const cell: Price = { ...price, currency: 'USD' };
  delete cell.roundAt;
  delete cell.roundMode;
  return cell;
}

const cellPriceArb = fc
  .oneof(perUnitPriceArb, tieredPriceArb)
  .filter((price) => price.negative !== 'reject')
  .map(asCell);

const whenArb: fc.Arbitrary<Record<string, string>> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('a', 'b', '1', 'true'),
    region: fc.constantFrom('a', 'b', 'c'),
  }),
  fc.record({ kind: fc.constantFrom('a', 'b', '1', 'true') }),
  fc.record({ region: fc.constantFrom('a', 'b', 'c') }),
);

/** Cells name one dimension or both; where several fit an event, the first takes it. */
export const matrixCaseArb: fc.Arbitrary<ChargeCase> = fc.record({
  charge: fc.record({
    price: fc
      .record({
        when: fc.uniqueArray(whenArb, {
          minLength: 1,
          maxLength: 5,
          selector: (when) => JSON.stringify(when),
        }),
        prices: fc.array(cellPriceArb, { minLength: 5, maxLength: 5 }),
        fallback: cellPriceArb,
      })
      .map(({ when, prices, fallback }) => ({
        model: 'matrix',
        currency: 'USD',
        dimensions: ['kind', 'region'],
        cells: when.map((held, index) => ({ when: held, price: prices[index]! })),
        default: fallback,
      })),
  }),
  meter: fc.constantFrom(
    ...['sum', 'count', 'max'].map((aggregation) => ({
      key: 'm',
      eventType: 'use',
      aggregation,
      property: 'v',
      dimensions: ['kind', 'region'],
    })),
  ),
  events: eventsArb(numberValueArb),
  period: fc.constant(PERIOD),
});
