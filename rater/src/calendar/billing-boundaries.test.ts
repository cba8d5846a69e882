import { formatInstant } from '@tidemark/platform/clock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PricingError } from '../pricing/input/pricing-error.ts';
import { billingBoundaries } from './billing-boundaries.ts';
import { cadenceUnits, type Cadence } from './cadence.ts';
import { parseInstant } from './instant.ts';

const at = (text: string): number => parseInstant(text) ?? NaN;

function boundaries(
  startsAt: string,
  until: string,
  options: {
    anchor?: 'calendar' | 'anniversary';
    cadence?: Cadence | Cadence['unit'];
    timeZone?: string;
  } = {},
): string[] {
  const { anchor = 'anniversary', cadence = 'month', timeZone = 'UTC' } = options;
  return billingBoundaries({
    startsAt: at(startsAt),
    until: at(until),
    anchor,
    cadence: typeof cadence === 'string' ? { every: 1, unit: cadence } : cadence,
    timeZone,
  }).map(formatInstant);
}

describe('billing boundaries on the day of the start', () => {
  it('clamp the 31st to the last day and return to it', () => {
    expect(boundaries('2024-01-31T10:00:00Z', '2024-05-31T10:00:00Z')).toEqual([
      '2024-01-31T10:00:00Z',
      '2024-02-29T10:00:00Z',
      '2024-03-31T10:00:00Z',
      '2024-04-30T10:00:00Z',
      '2024-05-31T10:00:00Z',
    ]);
    expect(boundaries('2024-02-29T00:00:00Z', '2026-01-01T00:00:00Z', { cadence: 'year' })).toEqual(
      ['2024-02-29T00:00:00Z', '2025-02-28T00:00:00Z', '2026-02-28T00:00:00Z'],
    );
  });

  it('keep the local time over daylight saving', () => {
    expect(
      boundaries('2024-03-30T09:00:00Z', '2024-04-01T00:00:00Z', {
        cadence: 'day',
        timeZone: 'Europe/Berlin',
      }),
    ).toEqual(['2024-03-30T09:00:00Z', '2024-03-31T08:00:00Z', '2024-04-01T08:00:00Z']);
  });

  it('move a local time that is skipped forward, for that day only', () => {
    expect(
      boundaries('2024-03-30T01:30:00Z', '2024-04-01T00:00:00Z', {
        cadence: 'day',
        timeZone: 'Europe/Berlin',
      }),
    ).toEqual(['2024-03-30T01:30:00Z', '2024-03-31T01:30:00Z', '2024-04-01T00:30:00Z']);
  });

  it('count several units at once', () => {
    expect(
      boundaries('2024-01-01T00:00:00Z', '2024-02-01T00:00:00Z', {
        cadence: { every: 2, unit: 'week' },
      }),
    ).toEqual([
      '2024-01-01T00:00:00Z',
      '2024-01-15T00:00:00Z',
      '2024-01-29T00:00:00Z',
      '2024-02-12T00:00:00Z',
    ]);
    expect(
      boundaries('2024-01-31T00:00:00Z', '2025-01-01T00:00:00Z', { cadence: 'quarter' }),
    ).toEqual([
      '2024-01-31T00:00:00Z',
      '2024-04-30T00:00:00Z',
      '2024-07-31T00:00:00Z',
      '2024-10-31T00:00:00Z',
      '2025-01-31T00:00:00Z',
    ]);
  });

  it('end with the first at or after the end asked for', () => {
    expect(boundaries('2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z')).toHaveLength(1);
    expect(boundaries('2024-01-01T00:00:00Z', '2024-01-01T00:00:00.000001Z')).toHaveLength(2);
    expect(boundaries('2024-01-01T00:00:00Z', '2024-02-01T00:00:00Z')).toHaveLength(2);
    expect(boundaries('2024-01-01T00:00:00Z', '2023-01-01T00:00:00Z')).toHaveLength(1);
  });
});

describe('billing boundaries of the calendar', () => {
  it.each([
    ['day', '2024-05-15T12:00:00Z', '2024-05-16T00:00:00Z'],
    ['week', '2024-05-15T12:00:00Z', '2024-05-20T00:00:00Z'],
    ['month', '2024-05-15T12:00:00Z', '2024-06-01T00:00:00Z'],
    ['quarter', '2024-05-15T12:00:00Z', '2024-07-01T00:00:00Z'],
    ['semiannual', '2024-05-15T12:00:00Z', '2024-07-01T00:00:00Z'],
    ['semiannual', '2024-07-01T00:00:00Z', '2025-01-01T00:00:00Z'],
    ['year', '2024-05-15T12:00:00Z', '2025-01-01T00:00:00Z'],
    ['week', '2024-05-19T23:59:59Z', '2024-05-20T00:00:00Z'],
    ['week', '2024-05-20T00:00:00Z', '2024-05-27T00:00:00Z'],
    ['quarter', '2024-12-31T00:00:00Z', '2025-01-01T00:00:00Z'],
  ] as const)('the first %s after %s starts at %s', (cadence, start, next) => {
    expect(boundaries(start, next, { anchor: 'calendar', cadence })).toEqual([start, next]);
  });

  it('are midnights of the time zone, and the first moment of a day without one', () => {
    expect(
      boundaries('2024-03-15T00:00:00Z', '2024-05-01T00:00:00Z', {
        anchor: 'calendar',
        timeZone: 'Europe/Berlin',
      }),
    ).toEqual([
      '2024-03-15T00:00:00Z',
      '2024-03-31T22:00:00Z',
      '2024-04-30T22:00:00Z',
      '2024-05-31T22:00:00Z',
    ]);
    // In Beirut midnight of 31 March 2024 was skipped: the day began at 01:00.
    expect(
      boundaries('2024-03-30T12:00:00Z', '2024-04-01T00:00:00Z', {
        anchor: 'calendar',
        cadence: 'day',
        timeZone: 'Asia/Beirut',
      }),
    ).toEqual([
      '2024-03-30T12:00:00Z',
      '2024-03-30T22:00:00Z',
      '2024-03-31T21:00:00Z',
      '2024-04-01T21:00:00Z',
    ]);
  });

  it('count several units from the calendar period of the start', () => {
    expect(
      boundaries('2024-02-15T00:00:00Z', '2024-06-01T00:00:00Z', {
        anchor: 'calendar',
        cadence: { every: 2, unit: 'month' },
      }),
    ).toEqual(['2024-02-15T00:00:00Z', '2024-04-01T00:00:00Z', '2024-06-01T00:00:00Z']);
  });
});

describe('billing boundaries', () => {
  it('give every instant exactly one period', () => {
    fc.assert(
      fc.property(
        fc.record({
          startsAt: fc.integer({
            min: at('2000-01-01T00:00:00Z'),
            max: at('2037-01-01T00:00:00Z'),
          }),
          cadence: fc.record({
            every: fc.integer({ min: 1, max: 4 }),
            unit: fc.constantFrom(...cadenceUnits),
          }),
          anchor: fc.constantFrom('calendar' as const, 'anniversary' as const),
          timeZone: fc.constantFrom(
            'UTC',
            'Europe/Berlin',
            'America/New_York',
            'Asia/Beirut',
            'Australia/Lord_Howe',
            'Pacific/Apia',
          ),
        }),
        (calendar) => {
          const { startsAt } = calendar;
          const until = startsAt + 400 * 86_400_000_000;
          const all = billingBoundaries({ ...calendar, until });
          expect(all[0]).toBe(startsAt);
          expect(all.at(-1)).toBeGreaterThanOrEqual(until);
          expect(all.at(-2) ?? 0).toBeLessThan(until);
          expect(
            all.every((boundary, index) => index === 0 || boundary > (all[index - 1] ?? 0)),
          ).toBe(true);
          expect(all.every(Number.isSafeInteger)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('are limited in number', () => {
    expect(() =>
      boundaries('1990-01-01T00:00:00Z', '2200-01-01T00:00:00Z', { cadence: 'day' }),
    ).toThrow(PricingError);
  });
});
