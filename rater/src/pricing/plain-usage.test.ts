import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMeter } from '../meters/index.ts';
import { quantityOf } from '../money/index.ts';
import { compileCharge } from './compile-charge.ts';
import { parseCharge } from './charge.ts';

const price = { model: 'per_unit', currency: 'USD', unitAmount: '0.01' };
const period = { from: 0, to: 1 };
const meter = (change: object): ReturnType<typeof parseMeter> =>
  parseMeter({ key: 'm', eventType: 'e', aggregation: 'sum', property: 'p', ...change });
const charge = (change: object = {}): ReturnType<typeof parseCharge> =>
  parseCharge({ key: 'c', meter: 'm', price, ...change });

describe('plain usage', () => {
  it('is written and measured as without the shorter way', () => {
    const conversion = { operation: 'multiply', factor: '1' };
    // A conversion by one and a filter that names nothing else change no number, but take the long way.
    const short = compileCharge(charge(), meter({}));
    const long = compileCharge(
      charge({ filter: { d: ['x'] } }),
      meter({ dimensions: ['d'], conversion }),
    );
    expect([short.plain, long.plain]).toEqual([{ property: 'p' }, undefined]);
    fc.assert(
      fc.property(fc.nat(), fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), (count, sum) => {
        const states = [short, long].map((rater) => {
          const state = rater.empty(period);
          rater.addTotals(state, count, quantityOf(sum));
          return [rater.encode(state), rater.quantity(state), rater.exactAmount(state, { period })];
        });
        expect(states[0]).toEqual(states[1]);
        expect(short.encode(short.decode(states[0]![0] as string))).toBe(states[0]![0]);
      }),
    );
  });

  it('counts as without the shorter way', () => {
    const counting = compileCharge(charge(), meter({ aggregation: 'count', property: undefined }));
    const state = counting.empty(period);
    counting.addTotals(state, 12, quantityOf(0n));
    expect(counting.plain).toEqual({ property: null });
    expect(counting.encode(state)).toBe('{"count":12,"sum":"0"}');
    expect(counting.quantity(state)).toBe(12n * 10n ** 18n);
  });

  it('goes the long way with what 18 decimals cannot hold, and with other units', () => {
    const rater = compileCharge(charge(), meter({}));
    const third = rater.decode('{"count":1,"sum":"1/3"}');
    expect(rater.encode(third)).toBe('{"count":1,"sum":"1/3"}');
    expect(rater.quantity(third)).toBe(BigInt('3'.repeat(18)));
    expect(rater.exactAmount(third, { period })).toBe(BigInt('3'.repeat(34)));
    const conversion = { operation: 'multiply', factor: '4' };
    const converted = compileCharge(charge(), meter({ conversion }));
    expect(converted.plain).toEqual({ property: 'p' });
    expect(converted.quantity(converted.decode('{"count":1,"sum":"0.5"}'))).toBe(2n * 10n ** 18n);
    expect(converted.quantity(converted.decode('{"count":1,"sum":"1/3"}'))).toBe(
      BigInt(`1${'3'.repeat(18)}`),
    );
  });

  it('is that of percentages too, and not of prices that keep more', () => {
    const of = (change: object): unknown =>
      compileCharge(charge({ price: { currency: 'USD', ...change } }), meter({})).plain;
    expect(of({ model: 'percentage', rate: '1' })).toEqual({ property: 'p' });
    expect(of({ model: 'percentage', rate: '1', freeAmount: '1' })).toBeUndefined();
    expect(of({ model: 'dynamic', amountProperty: 'a' })).toBeUndefined();
  });

  it.each([
    ['a filtered meter', {}, { dimensions: ['d'], filter: { d: ['x'] } }],
    ['a maximum', {}, { aggregation: 'max' }],
    ['a sum that carries', {}, { carry: true }],
    ['an expression', {}, { property: 'p * q' }],
  ])('is not %s', (_, chargeChange, meterChange) => {
    expect(compileCharge(charge(chargeChange), meter(meterChange)).plain).toBeUndefined();
  });
});
