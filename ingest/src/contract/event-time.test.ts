import { formatInstant, instantMax, instantMin, parseInstant } from '@tidemark/platform/clock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEventTime } from './event-time.ts';

describe('parseEventTime', () => {
  it('reads every instant that is written in the usual form', () => {
    const instant = fc.oneof(
      fc.integer({ min: instantMin, max: instantMax - 1 }),
      fc
        .integer({ min: instantMin / 1_000_000, max: instantMax / 1_000_000 - 1 })
        .map((s) => s * 1e6),
    );
    fc.assert(
      fc.property(instant, (each) => {
        expect(parseEventTime(formatInstant(each))).toBe(each);
      }),
      { numRuns: 1000 },
    );
  });

  it('says of any text what the general reader says', () => {
    const two = fc.integer({ min: 0, max: 99 }).map((n) => String(n).padStart(2, '0'));
    const text = fc
      .tuple(
        fc.constantFrom('2015', '2016', '1900', '2000', '1899', '2255', '0100', '9999', '20x5'),
        fc.constantFrom('-', '/'),
        fc.oneof(fc.constantFrom('00', '01', '02', '04', '12', '13'), two),
        fc.oneof(fc.constantFrom('00', '01', '28', '29', '30', '31', '32'), two),
        fc.constantFrom('T', 't', ' '),
        fc.tuple(two, two, two).map((parts) => parts.join(':')),
        fc.constantFrom('', '.', '.5', '.123456', '.1234567', '.1200000', '.x', ',5'),
        fc.constantFrom('Z', 'z', '', '+02:00', '-00:30', 'Z '),
      )
      .map(([year, dash, month, day, t, time, fraction, zone]) =>
        [year, dash, month, dash, day, t, time, fraction, zone].join(''),
      );
    fc.assert(
      fc.property(fc.oneof(text, fc.string()), (each) => {
        expect(parseEventTime(each)).toBe(parseInstant(each));
      }),
      { numRuns: 5000 },
    );
  });

  it('takes no year below 100 for one of the last century', () => {
    expect(parseEventTime('0015-05-17T10:05:03Z')).toBeUndefined();
    expect(parseEventTime('0015-05-17T10:05:03+00:00')).toBeUndefined();
  });

  it('knows leap years', () => {
    expect(parseEventTime('2000-02-29T00:00:00Z')).toBe(951_782_400_000_000);
    expect(parseEventTime('1900-02-29T00:00:00Z')).toBeUndefined();
    expect(parseEventTime('2016-02-29T23:59:59.999999Z')).toBe(1_456_790_399_999_999);
    expect(parseEventTime('2015-02-29T00:00:00Z')).toBeUndefined();
  });
});
