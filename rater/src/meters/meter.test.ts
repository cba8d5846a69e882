import { describe, expect, it } from 'vitest';
import { catalogRules, previewRules } from '../pricing/input/json-object.ts';
import { PricingError } from '../pricing/input/pricing-error.ts';
import { expressionLengthMax } from './expression.ts';
import { parseMeter } from './meter.ts';

const sum = { key: 'egress', eventType: 'web.request', aggregation: 'sum', property: 'bytes' };

function faultOf(read: () => unknown): [string, string] | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof PricingError) return [error.code, error.path];
    throw error;
  }
}

describe('parseMeter', () => {
  it('reads what the rest of the product asks of a meter', () => {
    const meter = parseMeter({
      ...sum,
      name: 'Egress',
      dimensions: ['kind', 'region'],
      filter: { kind: ['image', 'video'], status: 200, cached: false },
      conversion: { operation: 'divide', factor: '1000' },
      carry: true,
    });
    expect(meter).toMatchObject({
      key: 'egress',
      name: 'Egress',
      eventType: 'web.request',
      aggregation: 'sum',
      value: { kind: 'property', name: 'bytes' },
      numberProperties: ['bytes'],
      dimensions: ['kind', 'region'],
      filter: { kind: ['image', 'video'], status: ['200'], cached: ['false'] },
      carry: true,
    });
    expect(meter.conversion?.multiplier).toMatchObject({ numerator: 1n, denominator: 1000n });
  });

  it('knows which properties must be numbers', () => {
    const numbers = (fields: object): readonly string[] =>
      parseMeter({ ...sum, ...fields }).numberProperties;
    expect(numbers({ property: 'tokens_in + 4 * tokens_out + tokens_in' })).toEqual([
      'tokens_in',
      'tokens_out',
    ]);
    expect(numbers({ property: undefined, expression: 'a * 2' })).toEqual(['a']);
    expect(numbers({ aggregation: 'unique_count', property: 'user' })).toEqual([]);
    expect(numbers({ aggregation: 'count', property: undefined })).toEqual([]);
    expect(numbers({ property: 'bytes-sent.total' })).toEqual(['bytes-sent.total']);
  });

  it.each([
    ['no object', 'x', 'rater/not-an-object', ''],
    ['an unknown field', { ...sum, window: 'day' }, 'rater/unknown-field', 'window'],
    ['no key', { ...sum, key: undefined }, 'rater/missing-field', 'key'],
    ['a bad key', { ...sum, key: '-x' }, 'rater/not-a-key', 'key'],
    ['no type', { ...sum, eventType: undefined }, 'rater/missing-field', 'eventType'],
    ['no aggregation', { ...sum, aggregation: undefined }, 'rater/missing-field', 'aggregation'],
    [
      'an unknown aggregation',
      { ...sum, aggregation: 'median' },
      'rater/unknown-aggregation',
      'aggregation',
    ],
    [
      'an inherited name',
      { ...sum, aggregation: 'toString' },
      'rater/unknown-aggregation',
      'aggregation',
    ],
    ['nothing to sum', { ...sum, property: undefined }, 'rater/missing-field', 'property'],
    ['two values', { ...sum, expression: 'a' }, 'rater/conflicting-fields', 'expression'],
    [
      'a forbidden property',
      { ...sum, property: '__proto__' },
      'rater/forbidden-property',
      'property',
    ],
    [
      'a forbidden dimension',
      { ...sum, dimensions: ['a', 'constructor'] },
      'rater/forbidden-property',
      'dimensions[1]',
    ],
    [
      'a dimension twice',
      { ...sum, dimensions: ['a', 'a'] },
      'rater/duplicate-key',
      'dimensions[1]',
    ],
    [
      'too many dimensions',
      { ...sum, dimensions: Array.from({ length: 33 }, (_, n) => `d${n}`) },
      'rater/too-many-items',
      'dimensions',
    ],
    ['a filter of nothing', { ...sum, filter: { kind: [] } }, 'rater/empty-list', 'filter.kind'],
    ['a filter of objects', { ...sum, filter: { kind: [{}] } }, 'rater/not-a-text', 'filter.kind'],
    [
      'a forbidden filter',
      { ...sum, filter: { prototype: 'x' } },
      'rater/forbidden-property',
      'filter.prototype',
    ],
    [
      'a conversion that rounds',
      { ...sum, conversion: { operation: 'divide', factor: '2', rounding: 'up' } },
      'rater/unknown-field',
      'conversion.rounding',
    ],
    [
      'a conversion by zero',
      { ...sum, conversion: { operation: 'divide', factor: '0' } },
      'rater/not-positive',
      'conversion.factor',
    ],
    [
      'a conversion by nothing',
      { ...sum, conversion: { operation: 'divide' } },
      'rater/missing-field',
      'conversion.factor',
    ],
    [
      'another conversion',
      { ...sum, conversion: { operation: 'add', factor: '2' } },
      'rater/value-not-allowed',
      'conversion.operation',
    ],
    ['a carry that is no flag', { ...sum, carry: 'yes' }, 'rater/not-a-boolean', 'carry'],
    [
      'a count that carries',
      { ...sum, aggregation: 'count', carry: true },
      'rater/option-not-supported',
      'carry',
    ],
    ['a sum with values', { ...sum, values: 'change' }, 'rater/option-not-supported', 'values'],
    ['a sum with buckets', { ...sum, bucket: 'day' }, 'rater/option-not-supported', 'bucket'],
    [
      'buckets of no size',
      { ...sum, aggregation: 'bucketed_max' },
      'rater/missing-field',
      'bucket',
    ],
    [
      'distinct values of an expression',
      { ...sum, aggregation: 'unique_count', property: 'a + b' },
      'rater/expression-not-valid',
      'property',
    ],
  ])('refuses %s', (_name, json, code, path) => {
    expect(faultOf(() => parseMeter(json))).toEqual([code, path]);
  });

  it('puts the path of its document before its own', () => {
    const read = () => parseMeter({ ...sum, key: 1 }, catalogRules, 'meters[3]');
    expect(faultOf(read)).toEqual(['rater/not-a-text', 'meters[3].key']);
  });

  it('takes what is at the limit', () => {
    const long = 'a'.padEnd(expressionLengthMax - 1, '+a');
    for (const fields of [{ property: long }, { property: undefined, expression: long }]) {
      expect(parseMeter({ ...sum, ...fields }).numberProperties).toEqual(['a']);
    }
    const names = Array.from({ length: 32 }, (_, n) => `d${n}`);
    const filter = Object.fromEntries(names.map((name) => [name, 'x']));
    const meter = parseMeter({ ...sum, dimensions: names, filter });
    expect([meter.dimensions.length, Object.keys(meter.filter).length]).toEqual([32, 32]);
  });

  it('takes the default of an option that says nothing new', () => {
    expect(parseMeter({ ...sum, aggregation: 'count', carry: false }).carry).toBe(false);
  });

  it('needs no names where a price is only tried out', () => {
    expect(parseMeter({ aggregation: 'sum' }, previewRules)).toMatchObject({
      key: '',
      eventType: '',
    });
  });
});
