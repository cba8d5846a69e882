// What each aggregation keeps, to the letter: stored states of one version must read in the next.
import { describe, expect, it } from 'vitest';
import { plainSample, type PlainEvent } from '../../test/fakes/plain-sample.ts';
import type { UsageSample } from '../pricing/charge-rater.ts';
import { JsonObject, previewRules } from '../pricing/input/json-object.ts';
import type { PricingError } from '../pricing/input/pricing-error.ts';
import { Rational } from '../money/index.ts';
import { compileMeter, type CompiledMeter } from './compile-meter.ts';
import { parseMeter } from './meter.ts';
import { aggregations } from './registry.ts';

const hour = 3_600_000_000;
const period = { from: 0, to: 100 * hour };
const names = Object.keys(aggregations);

function compile(aggregation: string, fields: object = {}): CompiledMeter {
  const bucket = aggregation.startsWith('bucketed') ? { bucket: 'hour' } : {};
  return compileMeter(
    parseMeter({ key: 'm', eventType: 'e', property: 'v', aggregation, ...bucket, ...fields }),
  );
}

function encoded(meter: CompiledMeter, events: readonly PlainEvent[]): string {
  const state = meter.empty(period);
  for (const event of events) expect(meter.add(state, plainSample(event))).toBe('measured');
  return JSON.stringify(meter.encode(state));
}

const decoded = (meter: CompiledMeter, text: string): unknown =>
  meter.decode(JsonObject.read(JSON.parse(text), 'state', previewRules));

describe('the stored state', () => {
  const events = [
    { time: hour, index: 0, data: { v: '3' } },
    { time: 2 * hour, index: 1, data: { v: '-1.5' } },
    { time: 2 * hour, offset: 4, index: 2, data: { v: '7' } },
  ];

  it.each([
    ['sum', '{"count":3,"sum":"8.5"}', '{"count":0,"sum":"0"}'],
    ['count', '{"count":3,"sum":"0"}', '{"count":0,"sum":"0"}'],
    ['min', '{"count":3,"value":"-1.5"}', '{"count":0}'],
    ['max', '{"count":3,"value":"7"}', '{"count":0}'],
    ['average', '{"count":3,"sum":"8.5"}', '{"count":0,"sum":"0"}'],
    ['latest', '{"at":[7200000000,4,2],"value":"7"}', '{}'],
    ['unique_count', '{"present":["-1.5","3","7"],"removed":[]}', '{"present":[],"removed":[]}'],
    [
      'time_weighted',
      '{"from":0,"to":360000000000,"time":7200000000,"level":"7","area":"10800000000"}',
      '{"from":0,"to":360000000000,"time":0,"level":"0","area":"0"}',
    ],
    ['bucketed_max', '{"buckets":[[1,"3"],[2,"7"]]}', '{"buckets":[]}'],
    ['bucketed_sum', '{"count":3,"sum":"8.5"}', '{"count":0,"sum":"0"}'],
  ])('of %s is %s', (aggregation, text, empty) => {
    const meter = compile(aggregation);
    expect(encoded(meter, events)).toBe(text);
    expect(encoded(meter, [])).toBe(empty);
    for (const stored of [text, empty]) {
      expect(JSON.stringify(meter.encode(decoded(meter, stored)))).toBe(stored);
    }
  });

  it('has its parts in one order, whatever came first', () => {
    const at = (hours: number): PlainEvent => ({ time: hours * hour, data: { v: `${hours}` } });
    expect(encoded(compile('bucketed_max'), [10, 9, 100, 2].map(at))).toBe(
      '{"buckets":[[2,"2"],[9,"9"],[10,"10"],[100,"100"]]}',
    );
    const seats = compile('unique_count');
    const event = (v: string, operation: string): PlainEvent => ({ data: { v, operation } });
    expect(encoded(seats, [event('b', 'add'), event('d', 'remove'), event('a', 'add')])).toBe(
      '{"present":["a","b"],"removed":["d"]}',
    );
    expect(encoded(seats, [event('d', 'remove'), event('c', 'remove')])).toBe(
      '{"present":[],"removed":["c","d"]}',
    );
  });

  it('keeps what 18 decimals cannot hold', () => {
    const text = encoded(compile('sum', { property: 'v / 3' }), events);
    expect(text).toBe('{"count":3,"sum":"17/6"}');
    const state = decoded(compile('sum'), text);
    expect(compile('sum').quantity(state)?.equals(Rational.of(17n, 6n))).toBe(true);
  });

  it.each([
    ['sum', '{"count":1,"sum":"x"}', 'rater/state-not-valid', 'state.sum'],
    ['max', '{"count":1,"value":"1/0"}', 'rater/state-not-valid', 'state.value'],
    ['max', '{"count":9007199254740992}', 'rater/not-an-integer', 'state.count'],
    ['latest', '{"at":[1],"value":"1"}', 'rater/empty-list', 'state.at'],
    ['latest', '{"at":[1,2,3,4],"value":"1"}', 'rater/too-many-items', 'state.at'],
    ['bucketed_max', '{"buckets":[[1,"x"]]}', 'rater/state-not-valid', 'buckets'],
    [
      'time_weighted',
      '{"from":0.5,"to":1,"time":0,"level":"0","area":"0"}',
      'rater/state-not-valid',
      '',
    ],
    [
      'time_weighted',
      '{"from":"0","to":1,"time":0,"level":"0","area":"0"}',
      'rater/state-not-valid',
      '',
    ],
  ])('of %s is refused as %s', (aggregation, text, code, path) => {
    expect(() => decoded(compile(aggregation), text)).toThrow(
      expect.objectContaining({ code, path }) as PricingError,
    );
  });
});

describe('adding an event', () => {
  const numeric = names.filter((name) => name !== 'count' && name !== 'unique_count');

  it.each(names)('says that %s measured it', (aggregation) => {
    const meter = compile(aggregation);
    expect(meter.add(meter.empty(period), plainSample({ data: { v: '1' } }))).toBe('measured');
  });

  it.each(numeric)('reads exact numbers for %s where a price is tried out', (aggregation) => {
    const meter = compile(aggregation);
    const third = Rational.of(1n, 3n);
    const sample: UsageSample = { ...plainSample({}), exact: () => third };
    const state = meter.empty(period);
    expect(meter.add(state, sample)).toBe('measured');
    expect(meter.quantity(state)?.equals(third)).toBe(true);
    const none: UsageSample = { ...plainSample({}), exact: () => undefined };
    const noNumber: UsageSample = { ...plainSample({}), exact: () => 'not-a-number' };
    expect(meter.add(state, none)).toBe('unmatched');
    expect(meter.add(state, noNumber)).toBe('not-a-number');
    expect(meter.quantity(state)?.equals(third)).toBe(true);
  });

  it.each(names.filter((name) => name !== 'unique_count'))(
    'says of %s of an expression what it says of a property',
    (aggregation) => {
      const meter = compile(aggregation, { property: aggregation === 'count' ? 'v' : 'v * w' });
      const state = meter.empty(period);
      const add = (data: Record<string, string>): string => meter.add(state, plainSample({ data }));
      expect(add({ v: '2', w: '3' })).toBe('measured');
      if (aggregation === 'count') return;
      expect(meter.quantity(state)?.equals(Rational.of(6n))).toBe(true);
      expect(add({ v: '2' })).toBe('unmatched');
      expect(add({ v: '2', w: 'x' })).toBe('not-a-number');
    },
  );
});

describe('a compiled meter', () => {
  it('says which of its numbers the stream can rate by', () => {
    const fast = names.map((name) => [name, compile(name).fastQuantity]);
    expect(Object.fromEntries(fast.filter(([, which]) => which !== undefined))).toEqual({
      sum: 'sum',
      count: 'count',
      bucketed_sum: 'sum',
    });
    expect('fastQuantity' in compile('max')).toBe(false);
  });

  it('carries only where it can, and is asked to', () => {
    expect(names.filter((name) => 'carryOut' in compile(name))).toEqual(['time_weighted']);
    const carrying = ['sum', 'unique_count'].map((name) => compile(name, { carry: true }));
    expect(carrying.every((meter) => 'carryOut' in meter)).toBe(true);
  });

  it('cannot merge running levels', () => {
    const meter = compile('time_weighted');
    const state = meter.empty(period);
    expect(() => meter.merge(state, state)).toThrow(
      expect.objectContaining({ code: 'rater/not-mergeable', path: '' }) as PricingError,
    );
    expect(() => meter.empty({ from: 1, to: 1 })).toThrow(
      expect.objectContaining({ code: 'rater/empty-period', path: 'period' }) as PricingError,
    );
  });

  it('keeps the later of two latest values, whichever is merged into the other', () => {
    const meter = compile('latest');
    const of = (time: number, offset: number, index: number): unknown => {
      const state = meter.empty(period);
      meter.add(state, plainSample({ time, offset, index, data: { v: `${index}` } }));
      return state;
    };
    const places = [of(1, 9, 9), of(2, 1, 8), of(2, 3, 1), of(2, 3, 2)];
    for (const [place, later] of places.entries()) {
      for (const earlier of [meter.empty(period), ...places.slice(0, place)]) {
        const text = JSON.stringify(meter.encode(later));
        expect(JSON.stringify(meter.encode(meter.merge(earlier, later)))).toBe(text);
        expect(JSON.stringify(meter.encode(meter.merge(later, earlier)))).toBe(text);
      }
    }
  });
});
