import { describe, expect, it } from 'vitest';
import { plainSample, type PlainEvent } from '../../test/fakes/plain-sample.ts';
import { parseMeter } from '../meters/meter.ts';
import { quantityOf } from '../money/index.ts';
import type { CarriedState, ChargeRater } from './charge-rater.ts';
import { parseCharge } from './charge.ts';
import { compileCharge } from './compile-charge.ts';
import { previewRules } from './input/json-object.ts';
import type { PricingError } from './input/pricing-error.ts';

const period = { from: 0, to: 1000 };
const perUnit = { model: 'per_unit', unitAmount: '2' };
const percentage = { model: 'percentage', rate: '10' };
const matrix = {
  model: 'matrix',
  dimensions: ['region'],
  cells: [{ when: { region: 'eu' }, price: perUnit }],
  default: { model: 'per_unit', unitAmount: '1' },
};

function rater(price: object, meter: object = {}, charge: object = {}): ChargeRater {
  return compileCharge(
    parseCharge({ key: 'c', meter: 'm', price: { currency: 'USD', ...price }, ...charge }),
    parseMeter({
      key: 'm',
      eventType: 'e',
      aggregation: 'sum',
      property: 'v',
      dimensions: ['region', 'kind'],
      ...meter,
    }),
  );
}

function stateOf(
  charge: ChargeRater,
  events: readonly PlainEvent['data'][],
  carried?: CarriedState,
): unknown {
  const state = charge.empty(period, carried);
  events.forEach((data = {}, index) => {
    charge.add(state, plainSample({ time: index, index, data }));
  });
  return state;
}

const refusal = (code: string, path: string): PricingError =>
  expect.objectContaining({ code, path }) as PricingError;

describe('a compiled charge', () => {
  it.each<[string, object, object, string]>([
    ['a unit price of a sum', perUnit, {}, 'stream sum-count v'],
    ['a unit price of a count', perUnit, { aggregation: 'count' }, 'stream sum-count '],
    ['a unit price of an average', perUnit, { aggregation: 'average' }, 'stream sum-count v'],
    ['a unit price of a maximum', perUnit, { aggregation: 'max' }, 'stream fold v'],
    ['a unit price of a level', perUnit, { aggregation: 'time_weighted' }, 'deferred fold v'],
    ['a unit price of an expression', perUnit, { property: 'v * w' }, 'stream fold v,w'],
    ['a unit price of a sum that carries', perUnit, { carry: true }, 'deferred fold v'],
    ['a unit price of seats', perUnit, { aggregation: 'unique_count' }, 'deferred fold '],
    ['a percentage', percentage, {}, 'stream sum-count v'],
    ['a percentage with a free part', { ...percentage, freeAmount: '1' }, {}, 'deferred fold v'],
    ['a percentage with a clamp', { ...percentage, maxPerTransaction: '1' }, {}, 'deferred fold v'],
    ['a dynamic price', { model: 'dynamic', amountProperty: 'cost' }, {}, 'stream fold v,cost'],
    ['a dynamic price of itself', { model: 'dynamic', amountProperty: 'v' }, {}, 'stream fold v'],
    ['a matrix', matrix, {}, 'stream fold v'],
    [
      'a matrix with a deferred cell',
      { ...matrix, default: { ...percentage, freeTransactions: '1' } },
      {},
      'deferred fold v',
    ],
    ['a flat price', { model: 'flat', amount: '5' }, {}, 'stream sum-count v'],
  ])('knows how %s is rated', (_says, price, meter, expected) => {
    const { mode, aggregate, numberProperties } = rater(price, meter);
    expect(`${mode} ${aggregate} ${numberProperties.join()}`).toBe(expected);
  });

  it('takes events of its filter only', () => {
    const charge = rater(perUnit, { filter: { kind: 'a' } }, { filter: { region: ['eu', 'us'] } });
    const state = charge.empty(period);
    const add = (data: Record<string, string>): string => charge.add(state, plainSample({ data }));
    expect(add({ v: '3', region: 'eu', kind: 'a' })).toBe('measured');
    expect(add({ v: '3', region: 'us', kind: 'b' })).toBe('unmatched');
    expect(add({ v: '3', region: 'asia', kind: 'a' })).toBe('unmatched');
    expect(add({ v: 'x', region: 'eu', kind: 'a' })).toBe('not-a-number');
    expect(charge.encode(state)).toBe('{"count":1,"sum":"3"}');
    expect(charge.exactAmount(state, { period })).toBe(6n * 10n ** 36n);
  });

  it('moves by totals as by events', () => {
    const charge = rater(perUnit);
    const state = stateOf(charge, [{ v: '1' }]);
    charge.addTotals(state, 2, quantityOf(5n * 10n ** 17n));
    expect(charge.encode(state)).toBe('{"count":3,"sum":"1.5"}');
    expect(charge.quantity(state)).toBe(15n * 10n ** 17n);
  });

  it('writes what an invoice line shows', () => {
    const charge = rater(perUnit, {}, { conversion: { operation: 'divide', factor: '3' } });
    expect(charge.rate(stateOf(charge, [{ v: '1' }, { v: '1' }]), { period })).toStrictEqual({
      quantity: '2',
      billableQuantity: '0.666666666666666667',
      currency: 'USD',
      amount: '1.33',
      exactAmount: `1.${'3'.repeat(36)}`,
      lines: [
        {
          kind: 'amount',
          quantity: '0.666666666666666667',
          unitAmount: '2',
          amount: '1.33',
          exactAmount: `1.${'3'.repeat(36)}`,
        },
      ],
    });
  });

  it('has no line where there was nothing to measure', () => {
    const charge = rater(perUnit, { aggregation: 'max' });
    const empty = charge.empty(period);
    expect(charge.quantity(empty)).toBeNull();
    expect(charge.rate(empty, { period })).toEqual({
      quantity: null,
      billableQuantity: null,
      currency: 'USD',
      amount: '0.00',
      exactAmount: '0',
      lines: [],
    });
  });

  it('counts a rejected total as nothing until it is rated at the end', () => {
    const charge = rater({ ...perUnit, negative: 'reject' });
    const state = stateOf(charge, [{ v: '-1' }]);
    expect(charge.exactAmount(state, { period })).toBe(0n);
    expect(charge.rate(state, { period, final: false }).amount).toBe('0.00');
    const rejected = refusal('rater/negative-total', 'quantity');
    expect(() => charge.rate(state, { period })).toThrow(rejected);
    expect(charge.explain(state, { period, final: false }).at(-1)).toMatchObject({
      amount: '0.00',
    });
    expect(() => charge.explain(state, { period })).toThrow(rejected);
  });

  it.each<[string, object, string, string]>([
    ['in_arrears', {}, '0.00', '5.00'],
    ['in_arrears in words', { timing: 'in_arrears' }, '0.00', '5.00'],
    ['in_advance', { timing: 'in_advance' }, '5.00', '5.00'],
  ])('bills a flat price %s', (_timing, fields, open, closed) => {
    const flat = { key: 'c', price: { model: 'flat', currency: 'USD', amount: '5' }, ...fields };
    const charge = compileCharge(parseCharge(flat), null);
    const state = charge.empty(period);
    expect(charge.rate(state, { period, final: false }).amount).toBe(open);
    expect(charge.rate(state, { period }).amount).toBe(closed);
    expect(charge.rate(state, { period })).toMatchObject({
      quantity: null,
      billableQuantity: null,
    });
    const metered = rater(flat.price, {}, fields);
    const unit = 10n ** 36n;
    const of = (final: boolean): bigint =>
      metered.exactAmount(metered.empty(period), { period, final }) / unit;
    expect([of(false), of(true)]).toEqual([open === '0.00' ? 0n : 5n, 5n]);
  });

  it('keeps no state of a flat price without a meter', () => {
    const flat = { key: 'c', price: { model: 'flat', currency: 'USD', amount: '5' } };
    const charge = compileCharge(parseCharge(flat), null);
    const state = charge.empty(period);
    expect(charge.add(state, plainSample({}))).toBe('unmatched');
    expect(charge).toMatchObject({ mode: 'stream', aggregate: 'fold', numberProperties: [] });
    expect(charge.encode(charge.merge(state, charge.decode('{}')))).toBe('{}');
    expect([charge.quantity(state), charge.carryOut(state)]).toEqual([null, null]);
  });

  it('bills the minimum in the last run only', () => {
    const charge = rater(perUnit, {}, { minimum: '50' });
    const state = stateOf(charge, [{ v: '1' }]);
    const unit = 10n ** 36n;
    expect(charge.exactAmount(state, { period, final: false })).toBe(2n * unit);
    expect(charge.exactAmount(state, { period, final: true })).toBe(50n * unit);
    expect(charge.exactAmount(state, { period })).toBe(50n * unit);
    expect(charge.exactAmount(state, { period, service: { from: 0, to: 500 } })).toBe(25n * unit);
  });

  it('needs its meter, and dimensions that are declared', () => {
    const charge = parseCharge({ key: 'c', meter: 'm', price: { currency: 'USD', ...perUnit } });
    expect(() => compileCharge(charge, null)).toThrow(refusal('rater/meter-required', 'meter'));
    expect(() => rater(perUnit, {}, { filter: { zone: 'a' } })).toThrow(
      refusal('rater/unknown-dimension', 'filter.zone'),
    );
    expect(() => rater(matrix, { dimensions: ['kind'] })).toThrow(
      refusal('rater/unknown-dimension', 'price.dimensions'),
    );
    expect(() => rater(percentage, { aggregation: 'max' })).toThrow(
      refusal('rater/meter-does-not-fit', 'meter.aggregation'),
    );
    expect(() => parseCharge({ key: 'c', price: { currency: 'USD', ...perUnit } })).toThrow(
      refusal('rater/meter-required', 'meter'),
    );
  });
});

describe('dimensions', () => {
  const tryOut = (meter: object): ChargeRater =>
    compileCharge(
      parseCharge(
        { price: { currency: 'USD', ...perUnit }, filter: { zone: 'a' } },
        { rules: previewRules },
      ),
      parseMeter({ aggregation: 'count', ...meter }, previewRules),
    );

  it('need not be declared where a price is tried out, unless some are', () => {
    expect(tryOut({}).mode).toBe('stream');
    expect(tryOut({ dimensions: ['zone'] }).mode).toBe('stream');
    const unknown = refusal('rater/unknown-dimension', 'filter.zone');
    expect(() => tryOut({ dimensions: ['kind'] })).toThrow(unknown);
    expect(() => tryOut({ key: 'm' })).toThrow(unknown);
  });
});

describe('a matrix', () => {
  const event = (v: string, region?: string): Record<string, string> =>
    region === undefined ? { v } : { v, region };

  it('keeps a state for each cell that has usage, in the order of the cells', () => {
    const charge = rater(matrix);
    const state = stateOf(charge, [event('3', 'us'), event('1', 'eu'), event('4')]);
    expect(charge.encode(state)).toBe(
      '{"from":0,"to":1000,"cells":[{"index":0,"state":{"count":1,"sum":"1"}},' +
        '{"index":1,"state":{"count":2,"sum":"7"}}]}',
    );
    expect(charge.quantity(state)).toBe(8n * 10n ** 18n);
    expect(charge.rate(state, { period })).toMatchObject({
      quantity: '8',
      billableQuantity: '8',
      amount: '9.00',
      lines: [
        { cell: { region: ['eu'] }, quantity: '1', amount: '2.00' },
        { cell: 'default', quantity: '7', amount: '7.00' },
      ],
    });
    expect(charge.encode(charge.decode(charge.encode(state)))).toBe(charge.encode(state));
  });

  it('leaves out what no cell takes, and a cell that measured nothing', () => {
    const charge = rater({ ...matrix, default: undefined });
    const state = charge.empty(period);
    const add = (data: Record<string, string>): string => charge.add(state, plainSample({ data }));
    expect(add(event('1', 'us'))).toBe('unmatched');
    expect(add({ region: 'eu' })).toBe('unmatched');
    expect(add(event('x', 'eu'))).toBe('not-a-number');
    expect(charge.encode(state)).toBe('{"from":0,"to":1000,"cells":[]}');
    expect(charge.quantity(state)).toBe(0n);
    expect(charge.carryOut(state)).toBeNull();
    expect(charge.rate(state, { period }).lines).toEqual([]);
  });

  it('uses up the allowance in the order of its cells', () => {
    const charge = rater(matrix, {}, { allowance: '5' });
    const state = stateOf(charge, [event('3', 'us'), event('4', 'eu')]);
    expect(charge.rate(state, { period })).toMatchObject({
      billableQuantity: '2',
      amount: '2.00',
      lines: [{ quantity: '0' }, { quantity: '2' }],
    });
  });

  it('carries each cell into the next period', () => {
    const charge = rater(matrix, { carry: true });
    const carried = charge.carryOut(stateOf(charge, [event('3', 'us'), event('4', 'eu')]));
    expect(carried).toEqual({
      kind: 'cells',
      cells: [
        { index: 0, carried: { kind: 'level', level: '4' } },
        { index: 1, carried: { kind: 'level', level: '3' } },
      ],
    });
    const next = stateOf(charge, [event('1', 'eu')], carried ?? undefined);
    expect(charge.rate(next, { period }).amount).toBe('13.00');
    expect(
      charge.rate(charge.empty(period, { kind: 'level', level: '9' }), { period }).lines,
    ).toEqual([]);
  });

  it('carries nothing where its meter does not', () => {
    const charge = rater(matrix);
    expect(charge.carryOut(stateOf(charge, [event('3', 'us')]))).toBeNull();
  });

  it('refuses a stored cell that it does not have', () => {
    const charge = rater(matrix);
    const stored = (index: number): string =>
      `{"from":0,"to":1,"cells":[{"index":${index},"state":{"count":1,"sum":"1"}}]}`;
    expect(charge.encode(charge.decode(stored(1)))).toBe(stored(1));
    const invalid = refusal('rater/not-an-integer', 'cells[0].index');
    expect(() => charge.decode(stored(2))).toThrow(invalid);
    expect(() => charge.decode(stored(-1))).toThrow(invalid);
  });

  it('has the maximum of nothing where nothing was measured', () => {
    const charge = rater(matrix, { aggregation: 'max' });
    expect(charge.quantity(charge.empty(period))).toBeNull();
  });
});

describe('a dynamic price', () => {
  it('counts an event in both its numbers or in none', () => {
    const charge = rater({ model: 'dynamic', amountProperty: 'cost', multiplier: '2' });
    const state = charge.empty(period);
    const add = (data: Record<string, string>): string => charge.add(state, plainSample({ data }));
    expect(add({ v: '1', cost: '0.5' })).toBe('measured');
    expect(add({ v: '1' })).toBe('unmatched');
    expect(add({ cost: '1' })).toBe('unmatched');
    expect(add({ v: '1', cost: 'x' })).toBe('not-a-number');
    expect(add({ v: 'x', cost: '1' })).toBe('not-a-number');
    expect(charge.encode(state)).toBe(
      '{"metered":{"count":1,"sum":"1"},"amount":{"count":1,"sum":"0.5"}}',
    );
    expect(charge.rate(state, { period })).toMatchObject({ quantity: '1', amount: '1.00' });
  });

  it('carries what its meter carries, and no amount', () => {
    const price = { model: 'dynamic', amountProperty: 'cost' };
    const charge = rater(price, { carry: true });
    const carried = charge.carryOut(stateOf(charge, [{ v: '3', cost: '2' }]));
    expect(carried).toEqual({ kind: 'level', level: '3' });
    const next = stateOf(charge, [{ v: '1', cost: '0.5' }], carried ?? undefined);
    expect(charge.rate(next, { period })).toMatchObject({ quantity: '4', amount: '0.50' });
    const fresh = rater(price);
    expect(fresh.carryOut(stateOf(fresh, [{ v: '3', cost: '2' }]))).toBeNull();
  });
});

describe('a percentage of all transactions', () => {
  it('is of their sum, and its fixed amount of their number', () => {
    const charge = rater({ ...percentage, fixedAmount: '1' });
    const state = stateOf(charge, [{ v: '30' }, { v: '-10' }, { v: '25' }]);
    expect(charge.rate(state, { period })).toMatchObject({
      quantity: '45',
      billableQuantity: '45',
      amount: '7.50',
      lines: [{ quantity: '45', rate: '10', exactAmount: '7.5' }],
    });
    expect(charge.rate(charge.empty(period), { period })).toMatchObject({
      quantity: '0',
      amount: '0.00',
    });
  });
});

describe('a percentage of single transactions', () => {
  it('keeps how far the free part went', () => {
    const charge = rater(
      { ...percentage, fixedAmount: '1', freeAmount: '10' },
      { conversion: { operation: 'divide', factor: '100' } },
      { conversion: { operation: 'multiply', factor: '2' } },
    );
    const state = stateOf(charge, [{ v: '400' }, { v: '200' }]);
    expect(charge.encode(state)).toBe('{"count":2,"sum":"12","due":"1.2","freeEnded":true}');
    expect(charge.rate(state, { period })).toMatchObject({
      quantity: '6',
      billableQuantity: '12',
      amount: '1.20',
      lines: [{ quantity: '12', rate: '10' }],
    });
    expect(charge.encode(charge.empty(period))).toBe(
      '{"count":0,"sum":"0","due":"0","freeEnded":false}',
    );
    expect(() => charge.merge(state, state)).toThrow(refusal('rater/not-mergeable', ''));
    expect(charge.carryOut(state)).toBeNull();
    const filtered = rater({ ...percentage, freeAmount: '10' }, { filter: { kind: 'a' } });
    const none = filtered.empty(period);
    const add = (data: Record<string, string>): string => filtered.add(none, plainSample({ data }));
    expect(add({ v: '1' })).toBe('unmatched');
    expect(add({ kind: 'a' })).toBe('unmatched');
    expect(add({ v: 'x', kind: 'a' })).toBe('not-a-number');
    expect(add({ v: '1', kind: 'a' })).toBe('measured');
  });
});
