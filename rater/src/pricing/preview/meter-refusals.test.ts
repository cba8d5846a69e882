// What is not valid in a meter and its events, and meters that do not fit a price.
import { describe, expect, it } from 'vitest';
import { many, period, refusalOf } from '../../../test/fakes/refused-case.ts';

const aMeter = (change: object, more: object = {}): object => ({
  kind: 'meter',
  meter: { aggregation: 'sum', property: 'v', ...change },
  events: [],
  period,
  ...more,
});

describe('a case', () => {
  it.each<[string, string, unknown]>([
    [
      'a meter that carries but cannot',
      'rater/option-not-supported at meter.carry',
      aMeter({ aggregation: 'max', carry: true }),
    ],
    [
      'a meter of changes that has none',
      'rater/option-not-supported at meter.values',
      aMeter({ values: 'change' }),
    ],
    ['a bucket of a sum', 'rater/option-not-supported at meter.bucket', aMeter({ bucket: 'hour' })],
    [
      'distinct values of an expression',
      'rater/expression-not-valid at meter.property',
      aMeter({ aggregation: 'unique_count', property: 'a + b' }),
    ],
    [
      'a meter of no property',
      'rater/missing-field at meter.property',
      aMeter({ property: null }, { events: [{ time: period.from }] }),
    ],
    [
      'a dimension listed twice',
      'rater/duplicate-key at meter.dimensions[1]',
      aMeter({ dimensions: ['a', 'a'] }),
    ],
    [
      'a dimension that reads the constructor',
      'rater/forbidden-property at meter.dimensions[0]',
      aMeter({ dimensions: ['constructor'] }),
    ],
    [
      '33 dimensions',
      'rater/too-many-items at meter.dimensions',
      aMeter({ dimensions: many(33).map((_, index) => `d${index}`) }),
    ],
    [
      'a dimension that is no text',
      'rater/not-a-text at meter.dimensions[0]',
      aMeter({ dimensions: [1] }),
    ],
    [
      'a property that reads the prototype',
      'rater/forbidden-property at meter.property',
      aMeter({ property: 'prototype' }),
    ],
    [
      'a meter that rounds',
      'rater/unknown-field at meter.conversion.rounding',
      aMeter({ conversion: { operation: 'divide', factor: '2', rounding: 'up' } }),
    ],
    [
      'an unknown field of an event',
      'rater/unknown-field at events[0].of',
      aMeter({}, { events: [{ time: period.from, of: 1 }] }),
    ],
    [
      'data that is a list',
      'rater/not-an-object at events[0].data',
      aMeter({}, { events: [{ time: period.from, data: [] }] }),
    ],
    [
      'a value for an expression',
      'rater/usage-does-not-fit at events[0].value',
      aMeter({ property: 'a + b' }, { events: [{ time: period.from, value: '1' }] }),
    ],
    [
      'a meter without an aggregation',
      'rater/missing-field at meter.aggregation',
      { kind: 'meter', meter: {}, events: [], period },
    ],
    [
      'a weighted time of no length',
      'rater/empty-period at period',
      aMeter({ aggregation: 'time_weighted' }, { period: { from: period.from, to: period.from } }),
    ],
    [
      'an unknown field of a period',
      'rater/unknown-field at period.of',
      aMeter({}, { period: { ...period, of: 1 } }),
    ],
    ['an unknown field of a meter case', 'rater/unknown-field at of', aMeter({}, { of: 1 })],
    [
      'a level that is no decimal',
      'rater/not-a-decimal at initialLevel',
      aMeter({ carry: true }, { initialLevel: '1e3' }),
    ],
    [
      'values that are no texts',
      'rater/not-a-text at initialValues[0]',
      aMeter({ aggregation: 'unique_count', carry: true }, { initialValues: [1] }),
    ],
    [
      'a percentage of a maximum',
      'rater/meter-does-not-fit at meter.aggregation',
      {
        charge: { price: { model: 'percentage', currency: 'USD', rate: '1' } },
        events: [],
        meter: { aggregation: 'max', property: 'v' },
        period,
      },
    ],
    [
      'transactions of a sum that carries',
      'rater/meter-does-not-fit at meter.aggregation',
      {
        charge: { price: { model: 'percentage', currency: 'USD', rate: '1', freeAmount: '1' } },
        events: [],
        meter: { aggregation: 'sum', property: 'v', carry: true },
        period,
      },
    ],
    [
      'amounts of no property',
      'rater/missing-field at charge.price.amountProperty',
      {
        charge: { price: { model: 'dynamic', currency: 'USD' } },
        events: [],
        meter: { aggregation: 'count' },
        period,
      },
    ],
  ])('is refused: %s', (_says, refusal, input) => {
    expect(refusalOf(input)).toBe(refusal);
  });
});
