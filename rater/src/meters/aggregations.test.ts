import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lawRuns } from '../../test/laws/law-runs.ts';
import { plainSample, type PlainEvent } from '../../test/fakes/plain-sample.ts';
import { formatFraction } from '../money/index.ts';
import type { CarriedState, RatingPeriod } from '../pricing/charge-rater.ts';
import { JsonObject, previewRules } from '../pricing/input/json-object.ts';
import { PricingError } from '../pricing/input/pricing-error.ts';
import { compileMeter, type CompiledMeter } from './compile-meter.ts';
import { parseMeter } from './meter.ts';
import { aggregations } from './registry.ts';

const hour = 3_600_000_000;
const period: RatingPeriod = { from: 0, to: 100 * hour };

function compile(fields: object): CompiledMeter {
  return compileMeter(parseMeter({ key: 'm', eventType: 'e', property: 'v', ...fields }));
}

function measure(
  fields: object,
  events: readonly PlainEvent[],
  carried?: CarriedState,
): { quantity: string | null; carried: CarriedState | undefined } {
  const meter = compile(fields);
  const state = meter.empty(period, carried);
  for (const event of events) meter.add(state, plainSample(event));
  const quantity = meter.quantity(state);
  return {
    quantity: quantity === null ? null : formatFraction(quantity),
    carried: meter.carryOut?.(state),
  };
}

const values = (...numbers: string[]): PlainEvent[] =>
  numbers.map((v, index) => ({ time: index, index, data: { v } }));

describe('aggregations', () => {
  it.each([
    ['sum', ['3', '4.5', '-1'], '6.5'],
    ['sum', [], '0'],
    ['count', ['3', '4.5', 'x'], '3'],
    ['count', [], '0'],
    ['min', ['3', '-7', '5'], '-7'],
    ['min', [], null],
    ['max', ['-3', '-7', '-5'], '-3'],
    ['max', [], null],
    ['average', ['1', '2', '2'], '5/3'],
    ['average', [], null],
    ['latest', ['5', '4'], '4'],
    ['latest', [], null],
    ['unique_count', ['a', 'b', 'a'], '2'],
    ['unique_count', [], '0'],
  ])('%s of %j is %s', (aggregation, numbers, quantity) => {
    expect(measure({ aggregation }, values(...numbers)).quantity).toBe(quantity);
  });

  it('converts the result without rounding, and none stays none', () => {
    const conversion = { operation: 'divide', factor: '3' };
    expect(measure({ aggregation: 'sum', conversion }, values('1')).quantity).toBe('1/3');
    expect(measure({ aggregation: 'max', conversion }, []).quantity).toBeNull();
    const multiply = { operation: 'multiply', factor: '2.5' };
    expect(measure({ aggregation: 'count', conversion: multiply }, values('1', '1')).quantity).toBe(
      '5',
    );
  });

  it('takes the latest by time, then by the later log coordinate', () => {
    const at = (time: number, offset: number, index: number, v: string): PlainEvent => ({
      time,
      offset,
      index,
      data: { v },
    });
    expect(measure({ aggregation: 'latest' }, [at(2, 0, 0, '5'), at(1, 9, 9, '4')]).quantity).toBe(
      '5',
    );
    expect(measure({ aggregation: 'latest' }, [at(2, 1, 0, '5'), at(2, 0, 9, '4')]).quantity).toBe(
      '5',
    );
    expect(measure({ aggregation: 'latest' }, [at(2, 1, 1, '5'), at(2, 1, 0, '4')]).quantity).toBe(
      '5',
    );
    expect(measure({ aggregation: 'latest' }, [at(2, 1, 1, '5'), at(2, 1, 2, '4')]).quantity).toBe(
      '4',
    );
  });

  it('counts the values present at the end', () => {
    const event = (v: string, operation?: string): PlainEvent => ({
      data: { v, ...(operation !== undefined && { operation }) },
    });
    const count = (...events: PlainEvent[]) =>
      measure({ aggregation: 'unique_count' }, events).quantity;
    expect(count(event('a'), event('b', 'add'), event('a', 'remove'))).toBe('1');
    expect(count(event('a'), event('a', 'remove'), event('a'))).toBe('1');
    expect(count(event('a', 'remove'))).toBe('0');
    expect(count(event('a'), event('b', 'toggle'))).toBe('1');
    expect(count(event('a'), event('a', 'toggle'))).toBe('1');
    expect(count({ data: { w: 'a' } })).toBe('0');
    const meter = compile({ aggregation: 'unique_count' });
    const results = [event('a'), event('a', 'toggle'), { data: { w: 'a' } }].map((each) =>
      meter.add(meter.empty(period), plainSample(each)),
    );
    expect(results).toEqual(['measured', 'unmatched', 'unmatched']);
  });

  it('weighs a level by how long it held', () => {
    const at = (hours: number, v: string): PlainEvent => ({ time: hours * hour, data: { v } });
    const level = (...events: PlainEvent[]) => measure({ aggregation: 'time_weighted' }, events);
    expect(level(at(0, '10'), at(50, '20'))).toEqual({
      quantity: '15',
      carried: { kind: 'level', level: '20' },
    });
    expect(level(at(50, '20')).quantity).toBe('10');
    expect(level(at(50, '20'), at(50, '8')).quantity).toBe('4');
    expect(level().quantity).toBe('0');
    const change = { aggregation: 'time_weighted', values: 'change' };
    expect(measure(change, [at(0, '10'), at(50, '-4')])).toEqual({
      quantity: '8',
      carried: { kind: 'level', level: '6' },
    });
    expect(measure(change, [at(50, '2')], { kind: 'level', level: '5' }).quantity).toBe('6');
  });

  it('needs the events of a level in order, inside a period with a length', () => {
    const meter = compile({ aggregation: 'time_weighted' });
    const state = meter.empty(period);
    const add = (time: number) => meter.add(state, plainSample({ time, data: { v: '1' } }));
    expect(add(5)).toBe('measured');
    expect(() => add(4)).toThrow(RangeError);
    expect(() => add(period.to)).toThrow(RangeError);
    expect(() => meter.empty({ from: 5, to: 5 })).toThrow(PricingError);
    expect(() => meter.merge(state, state)).toThrow(PricingError);
  });

  it('sums the peaks of buckets that start with the hour or the day in UTC', () => {
    const at = (time: number, v: string): PlainEvent => ({ time, data: { v } });
    const events = [at(0, '3'), at(hour - 1, '2'), at(hour, '5'), at(24 * hour, '1')];
    expect(measure({ aggregation: 'bucketed_max', bucket: 'hour' }, events).quantity).toBe('9');
    expect(measure({ aggregation: 'bucketed_max', bucket: 'day' }, events).quantity).toBe('6');
    expect(measure({ aggregation: 'bucketed_sum', bucket: 'day' }, events).quantity).toBe('11');
    expect(measure({ aggregation: 'bucketed_max', bucket: 'day' }, [at(0, '-2')]).quantity).toBe(
      '-2',
    );
    expect(measure({ aggregation: 'bucketed_max', bucket: 'hour' }, []).quantity).toBe('0');
    expect(measure({ aggregation: 'bucketed_sum', bucket: 'hour' }, []).quantity).toBe('0');
  });

  it('starts from where the period before ended, only if it carries', () => {
    const level: CarriedState = { kind: 'level', level: '10.5' };
    expect(measure({ aggregation: 'sum', carry: true }, values('1'), level)).toEqual({
      quantity: '11.5',
      carried: { kind: 'level', level: '11.5' },
    });
    expect(measure({ aggregation: 'sum' }, values('1'), level)).toEqual({
      quantity: '1',
      carried: undefined,
    });
    const present: CarriedState = { kind: 'values', values: ['a', 'b'] };
    const removal = [{ data: { v: 'a', operation: 'remove' } }, { data: { v: 'c' } }];
    expect(measure({ aggregation: 'unique_count', carry: true }, removal, present)).toEqual({
      quantity: '2',
      carried: { kind: 'values', values: ['b', 'c'] },
    });
    expect(measure({ aggregation: 'unique_count' }, removal, present).quantity).toBe('1');
  });

  it('counts an event only if it has what the meter reads and passes its filter', () => {
    const meter = compile({ aggregation: 'sum', filter: { kind: ['a', 'b'], region: 'eu' } });
    const state = meter.empty(period);
    const add = (data: Record<string, string>) => meter.add(state, plainSample({ data }));
    expect(add({ v: '1', kind: 'a', region: 'eu' })).toBe('measured');
    expect(add({ v: '1', kind: 'b', region: 'eu' })).toBe('measured');
    expect(add({ v: '1', kind: 'c', region: 'eu' })).toBe('unmatched');
    expect(add({ v: '1', kind: 'a' })).toBe('unmatched');
    expect(add({ kind: 'a', region: 'eu' })).toBe('unmatched');
    expect(add({ v: 'x', kind: 'a', region: 'eu' })).toBe('not-a-number');
    expect(meter.encode(state)).toEqual({ count: 2, sum: '2' });
  });

  it.each([
    'sum',
    'min',
    'max',
    'average',
    'latest',
    'time_weighted',
    'bucketed_max',
    'bucketed_sum',
  ])('%s leaves its state alone where a value is absent or no number', (aggregation) => {
    const bucket = aggregation.startsWith('bucketed') ? { bucket: 'hour' } : {};
    const meter = compile({ aggregation, ...bucket });
    const state = meter.empty(period);
    const before = JSON.stringify(meter.encode(state));
    expect(meter.add(state, plainSample({ data: {} }))).toBe('unmatched');
    expect(meter.add(state, plainSample({ data: { v: 'x' } }))).toBe('not-a-number');
    expect(JSON.stringify(meter.encode(state))).toBe(before);
  });

  it('says which can be rated in the stream, and which in SQL', () => {
    const bucket = (name: string) => (name.startsWith('bucketed') ? { bucket: 'hour' } : {});
    const of = (aggregation: string, fields: object = {}) => {
      const { mode, aggregate } = compile({ aggregation, ...bucket(aggregation), ...fields });
      return `${mode} ${aggregate}`;
    };
    expect(Object.fromEntries(Object.keys(aggregations).map((name) => [name, of(name)]))).toEqual({
      sum: 'stream sum-count',
      count: 'stream sum-count',
      min: 'stream fold',
      max: 'stream fold',
      average: 'stream sum-count',
      latest: 'deferred fold',
      unique_count: 'deferred fold',
      time_weighted: 'deferred fold',
      bucketed_max: 'deferred fold',
      bucketed_sum: 'stream sum-count',
    });
    expect(of('sum', { carry: true })).toBe('deferred fold');
    expect(of('sum', { property: 'a + b' })).toBe('stream fold');
    expect(of('average', { property: 'a + b' })).toBe('stream fold');
    expect(of('bucketed_sum', { property: 'a + b' })).toBe('stream fold');
  });
});

describe('states', () => {
  const names = Object.keys(aggregations);
  const event = fc.record({
    time: fc.integer({ min: 0, max: 99 }).map((hours) => hours * hour),
    v: fc
      .tuple(fc.integer({ min: -99, max: 99 }), fc.nat({ max: 9 }))
      .map(([whole, tenth]) => `${whole}.${tenth}`),
    operation: fc.constantFrom('add', 'remove'),
  });
  const inOrder = fc
    .array(event, { maxLength: 12 })
    .map((events) =>
      events
        .sort((left, right) => left.time - right.time)
        .map(({ time, v, operation }, index) =>
          plainSample({ time, index, data: { v, w: v, operation } }),
        ),
    );
  const meters = fc.constantFrom(...names).chain((aggregation) =>
    fc.constantFrom(
      ...(aggregation === 'unique_count' || aggregation === 'count'
        ? ['v']
        : ['v', 'v * w / 7']
      ).map((property) =>
        compile({
          aggregation,
          property,
          ...(aggregation.startsWith('bucketed') && { bucket: 'hour' }),
        }),
      ),
    ),
  );
  const text = (meter: CompiledMeter, state: unknown): string =>
    JSON.stringify(meter.encode(state));

  it('read back as they were written, and go on from there', () => {
    fc.assert(
      fc.property(meters, inOrder, fc.nat(), (meter, samples, cut) => {
        const whole = meter.empty(period);
        let parts = meter.empty(period);
        samples.forEach((sample, index) => {
          meter.add(whole, sample);
          if (index === cut % (samples.length + 1)) {
            parts = meter.decode(JsonObject.read(JSON.parse(text(meter, parts)), '', previewRules));
          }
          meter.add(parts, sample);
        });
        expect(text(meter, parts)).toBe(text(meter, whole));
      }),
      lawRuns,
    );
  });

  it('merge: earlier with later events gives the state of all', () => {
    fc.assert(
      fc.property(
        meters.filter(
          (meter) => meter.mode === 'stream' || !text(meter, meter.empty(period)).includes('area'),
        ),
        inOrder,
        fc.nat(),
        fc.nat(),
        (meter, samples, a, b) => {
          const [first, second] = [a % (samples.length + 1), b % (samples.length + 1)].sort(
            (x, y) => x - y,
          ) as [number, number];
          const stateOf = (part: typeof samples) => {
            const state = meter.empty(period);
            for (const sample of part) meter.add(state, sample);
            return state;
          };
          const [left, middle, right] = [
            samples.slice(0, first),
            samples.slice(first, second),
            samples.slice(second),
          ].map(stateOf);
          const whole = text(meter, stateOf(samples));
          expect(text(meter, meter.merge(meter.merge(left, middle), right))).toBe(whole);
          expect(text(meter, meter.merge(left, meter.merge(middle, right)))).toBe(whole);
          if (meter.mode === 'stream')
            expect(text(meter, meter.merge(right, meter.merge(left, middle)))).toBe(whole);
        },
      ),
      lawRuns,
    );
  });

  it('of the stream do not depend on the order of the events', () => {
    fc.assert(
      fc.property(
        meters.filter((meter) => meter.mode === 'stream'),
        inOrder,
        fc.infiniteStream(fc.nat()),
        (meter, samples, keys) => {
          const inOrderState = meter.empty(period);
          for (const sample of samples) meter.add(inOrderState, sample);
          const shuffled = samples
            .map((sample) => ({ sample, key: keys.next().value as number }))
            .sort((x, y) => x.key - y.key);
          const state = meter.empty(period);
          for (const { sample } of shuffled) meter.add(state, sample);
          expect(text(meter, state)).toBe(text(meter, inOrderState));
        },
      ),
      lawRuns,
    );
  });

  it.each([
    ['sum', '{"count":1,"sum":"x"}'],
    ['sum', '{"count":-1,"sum":"1"}'],
    ['sum', '{"sum":"1"}'],
    ['max', '{"count":1,"value":"1/0"}'],
    ['latest', '{"at":[1],"value":"1"}'],
    ['time_weighted', '{"from":"x","to":1,"time":0,"level":"0","area":"0"}'],
    ['bucketed_max', '{"buckets":[[1,"x"]]}'],
  ])('of %s are refused as %s', (aggregation, stored) => {
    const bucket = aggregation.startsWith('bucketed') ? { bucket: 'hour' } : {};
    const meter = compile({ aggregation, ...bucket });
    expect(() => meter.decode(JsonObject.read(JSON.parse(stored), '', previewRules))).toThrow(
      PricingError,
    );
  });
});
