import { describe, expect, it } from 'vitest';
import { catalogRules, JsonObject } from '../pricing/input/json-object.ts';
import { PricingError } from '../pricing/input/pricing-error.ts';
import { readCadence } from './cadence.ts';
import { isTimeZone } from './zone.ts';

const read = (cadence: unknown) => readCadence(JsonObject.read({ cadence }, '', catalogRules));

describe('a cadence', () => {
  it('is a unit, or several of one', () => {
    expect(read('semiannual')).toEqual({ every: 1, unit: 'semiannual' });
    expect(read({ every: 2, unit: 'week' })).toEqual({ every: 2, unit: 'week' });
    expect(read({ unit: 'week' })).toEqual({ every: 1, unit: 'week' });
    expect(read(undefined)).toBeUndefined();
  });

  it.each([
    'fortnight',
    5,
    { every: 0, unit: 'day' },
    { every: 1001, unit: 'day' },
    { every: 1.5, unit: 'day' },
    { every: 1 },
    { every: 1, unit: 'day', x: 1 },
  ])('is not %j', (cadence) => {
    expect(() => read(cadence)).toThrow(PricingError);
  });
});

describe('a time zone', () => {
  it('is an IANA name', () => {
    expect(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires'].every(isTimeZone)).toBe(true);
    expect(['', '+01:00', 'Mars/Olympus', 'Europe/Berlin '].some(isTimeZone)).toBe(false);
  });
});
