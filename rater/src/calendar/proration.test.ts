import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lawRuns } from '../../test/laws/law-runs.ts';
import type { PricingError } from '../pricing/input/pricing-error.ts';
import { parseInstant } from './instant.ts';
import {
  fallsOnOneDay,
  prorationBases,
  serviceFraction,
  type ProrationBasis,
} from './proration.ts';

const at = (text: string): number =>
  parseInstant(text.length > 10 ? text : `${text}T00:00:00Z`) ?? NaN;
const span = (from: string, to: string) => ({ from: at(from), to: at(to) });
const january = span('2024-01-01', '2024-02-01');

function fraction(
  basis: ProrationBasis,
  service: { from: number; to: number },
  period = january,
  timeZone?: string,
): string {
  const { numerator, denominator } = serviceFraction({ basis, service, period, timeZone });
  return `${numerator}/${denominator}`;
}

describe('the fraction in service', () => {
  it.each([
    ['second', '2024-01-10', '2024-01-31', '21/31'],
    ['second', '2024-01-10T12:00:00Z', '2024-01-31', '41/62'],
    ['second', '2024-01-01', '2024-01-01T00:00:00.000001Z', '1/2678400000000'],
    ['day', '2024-01-10T12:00:00Z', '2024-01-31', '21/31'],
    ['day', '2024-01-10', '2024-01-31T23:59:59Z', '21/31'],
    ['day', '2024-01-10T01:00:00Z', '2024-01-10T02:00:00Z', '0/1'],
    ['month30', '2024-01-16', '2024-02-01', '1/2'],
    ['month30', '2024-01-31', '2024-02-01', '1/30'],
    ['month30', '2024-01-30', '2024-01-31', '0/1'],
    ['none', '2024-01-10', '2024-01-11', '1/1'],
    ['none', '2024-01-10', '2024-01-10', '0/1'],
    ['second', '2023-12-01', '2024-03-01', '1/1'],
    ['day', '2023-12-01', '2024-01-11', '10/31'],
    ['second', '2024-02-01', '2024-03-01', '0/1'],
    ['day', '2023-12-01', '2024-01-01', '0/1'],
    ['none', '2024-02-01', '2024-03-01', '0/1'],
  ] as const)('by %s of %s to %s in January is %s', (basis, from, to, expected) => {
    expect(fraction(basis, span(from, to))).toBe(expected);
  });

  it('counts both ends where days are inclusive', () => {
    const month = span('2024-01-01', '2024-01-31');
    expect(fraction('day_inclusive', span('2024-01-10', '2024-01-31'), month)).toBe('22/31');
    expect(fraction('day_inclusive', span('2024-01-10', '2024-01-10'), month)).toBe('1/31');
    expect(fraction('day_inclusive', span('2023-12-10', '2024-03-10'), month)).toBe('1/1');
    expect(fraction('day_inclusive', span('2024-02-10', '2024-03-10'), month)).toBe('0/1');
    expect(
      fraction('day_inclusive', span('2024-01-05', '2024-01-05'), span('2024-01-05', '2024-01-05')),
    ).toBe('1/1');
  });

  it('counts a year of 360 days', () => {
    const year = span('2023-02-28', '2024-02-28');
    expect(fraction('month30', span('2023-02-28', '2023-03-31'), year)).toBe('4/45');
    expect(fraction('month30', span('2023-02-28', '2024-02-28'), year)).toBe('1/1');
  });

  it('has days of the customer, which daylight saving makes longer or shorter', () => {
    const march = { from: at('2024-02-29T23:00:00Z'), to: at('2024-03-31T22:00:00Z') };
    const service = { from: at('2024-03-30T23:00:00Z'), to: march.to };
    expect(fraction('day', service, march, 'Europe/Berlin')).toBe('1/31');
    expect(fraction('second', service, march, 'Europe/Berlin')).toBe('23/743');
    expect(
      fraction(
        'day',
        { from: at('2024-01-10T23:30:00Z'), to: at('2024-01-11T00:30:00Z') },
        january,
        'UTC',
      ),
    ).toBe('1/31');
    expect(
      fraction(
        'day',
        { from: at('2024-01-10T23:30:00Z'), to: at('2024-01-11T00:30:00Z') },
        january,
        'Europe/Berlin',
      ),
    ).toBe('0/1');
    expect(fallsOnOneDay(at('2024-01-10T23:30:00Z'), at('2024-01-11T00:30:00Z'))).toBe(false);
    expect(
      fallsOnOneDay(at('2024-01-10T23:30:00Z'), at('2024-01-11T00:30:00Z'), 'Europe/Berlin'),
    ).toBe(true);
  });

  it.each([
    [
      'an empty period',
      { basis: 'second', service: january, period: span('2024-01-01', '2024-01-01') },
      'rater/empty-period',
      'period',
    ],
    [
      'an empty period of no basis',
      { basis: 'none', service: january, period: span('2024-01-01', '2024-01-01') },
      'rater/empty-period',
      'period',
    ],
    [
      'a period without a whole day',
      {
        basis: 'day',
        service: january,
        period: span('2024-01-01T01:00:00Z', '2024-01-01T02:00:00Z'),
      },
      'rater/empty-period',
      'period',
    ],
    [
      'a reversed period',
      { basis: 'day_inclusive', service: january, period: span('2024-01-02', '2024-01-01') },
      'rater/period-reversed',
      'period',
    ],
    [
      'a reversed service',
      { basis: 'second', service: span('2024-01-02', '2024-01-01'), period: january },
      'rater/period-reversed',
      'service',
    ],
  ] as const)('refuses %s', (_name, question, code, path) => {
    expect(() => serviceFraction(question)).toThrow(
      expect.objectContaining({ code, path }) as PricingError,
    );
  });

  it('is between 0 and 1, and its parts make the whole where time is measured', () => {
    const instant = fc.integer({ min: at('2023-12-01'), max: at('2024-03-01') });
    fc.assert(
      fc.property(
        fc.constantFrom(...prorationBases),
        instant,
        instant,
        instant,
        (basis, a, b, c) => {
          const [from, middle, to] = [a, b, c].sort((left, right) => left - right) as [
            number,
            number,
            number,
          ];
          const part = (service: { from: number; to: number }) =>
            serviceFraction({ basis, service, period: january });
          const whole = part({ from, to });
          expect(whole.isNegative).toBe(false);
          expect(whole.numerator <= whole.denominator).toBe(true);
          if (basis === 'second' || basis === 'day') {
            expect(
              part({ from, to: middle })
                .plus(part({ from: middle, to }))
                .equals(whole),
            ).toBe(true);
          }
        },
      ),
      lawRuns,
    );
  });
});
