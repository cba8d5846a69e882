/** Which part of a period was in service, as an exact fraction. */
import type { Temporal } from 'temporal-polyfill';
import { Rational } from '../money/index.ts';
import type { RatingPeriod } from '../pricing/charge-rater.ts';
import { PricingError } from '../pricing/input/pricing-error.ts';
import { toZoned } from './zone.ts';

export const prorationBases = ['second', 'day', 'day_inclusive', 'month30', 'none'] as const;
export type ProrationBasis = (typeof prorationBases)[number];

export interface ServiceQuestion {
  readonly basis: ProrationBasis;
  readonly service: RatingPeriod;
  readonly period: RatingPeriod;
  /** IANA zone of the customer, which decides what a day is; default UTC. */
  readonly timeZone?: string | undefined;
}

/** What a basis counts, between two instants with `from` not after `to`. */
type Measure = (from: number, to: number, timeZone: string) => number;

/**
 * The measure of the service inside the period over the measure of the period: 0 to 1. What lies outside the period does
 * not count. Example by day: 10 to 31 January (end excluded) of January is 21/31.
 *
 * - `second`: elapsed time, end excluded, to the microsecond.
 * - `day`: calendar days in the customer's time zone, end excluded.
 * - `day_inclusive`: `to` names the last day, in the service and in the period.
 * - `month30`: 360 x years + 30 x months + days, the 31st counted as the 30th, end excluded (30E/360).
 * - `none`: all or nothing.
 *
 * @throws PricingError `rater/period-reversed`, `rater/empty-period`
 */
export function serviceFraction({
  basis,
  service,
  period,
  timeZone = 'UTC',
}: ServiceQuestion): Rational {
  if (period.to < period.from) throw reversed('period');
  if (service.to < service.from) throw reversed('service');
  const measure = measures[basis];
  const whole = measure(period.from, period.to, timeZone);
  if (whole <= 0 || (basis === 'none' && period.to === period.from)) {
    throw new PricingError('rater/empty-period', 'The period has no length.', 'period');
  }
  const from = Math.max(service.from, period.from);
  const to = Math.min(service.to, period.to);
  if (overlapIsEmpty(basis, { from, to }, timeZone)) return Rational.zero;
  const part = measure(from, to, timeZone);
  return Rational.of(BigInt(part), BigInt(whole)).reduced();
}

const measures: Readonly<Record<ProrationBasis, Measure>> = {
  second: (from, to) => to - from,
  day: (from, to, timeZone) => daysBetween(dateOf(from, timeZone), dateOf(to, timeZone)),
  day_inclusive: (from, to, timeZone) =>
    daysBetween(dateOf(from, timeZone), dateOf(to, timeZone)) + 1,
  month30: (from, to, timeZone) => day360(dateOf(to, timeZone)) - day360(dateOf(from, timeZone)),
  none: () => 1,
};

/** A service of one day inclusive starts and ends on that day, so there an overlap is empty only when it is reversed. */
function overlapIsEmpty(
  basis: ProrationBasis,
  { from, to }: RatingPeriod,
  timeZone: string,
): boolean {
  if (basis !== 'day_inclusive') return to <= from;
  return daysBetween(dateOf(from, timeZone), dateOf(to, timeZone)) < 0;
}

/** Whether two instants are on one calendar day of the time zone (default UTC). */
export function fallsOnOneDay(left: number, right: number, timeZone = 'UTC'): boolean {
  return dateOf(left, timeZone).equals(dateOf(right, timeZone));
}

function dateOf(instant: number, timeZone: string): Temporal.PlainDate {
  return toZoned(instant, timeZone).toPlainDate();
}

function daysBetween(from: Temporal.PlainDate, to: Temporal.PlainDate): number {
  return from.until(to, { largestUnit: 'day' }).days;
}

function day360({ year, month, day }: Temporal.PlainDate): number {
  return 360 * year + 30 * month + Math.min(day, 30);
}

function reversed(field: string): PricingError {
  return new PricingError('rater/period-reversed', 'The end lies before the start.', field);
}
