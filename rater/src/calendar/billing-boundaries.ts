/** Where billing periods begin and end, in the customer's time zone. */
import type { Temporal } from 'temporal-polyfill';
import { PricingError } from '../pricing/input/pricing-error.ts';
import type { Cadence, CadenceUnit } from './cadence.ts';
import { toInstant, toZoned } from './zone.ts';

export interface BillingCalendar {
  /** Start of the subscription, integer microseconds: the first boundary. */
  readonly startsAt: number;
  /** `calendar`: periods start with the calendar's own. `anniversary`: they start on the subscription's day and time. */
  readonly anchor: 'calendar' | 'anniversary';
  readonly cadence: Cadence;
  /** IANA zone of the customer. */
  readonly timeZone: string;
}

/** Periods that one call may give. */
export const boundariesMax = 20_000;

/**
 * The boundaries of contiguous half-open periods: period k is [result[k], result[k + 1]). The first is `startsAt`, the
 * last is the first one at or after `until`, so every instant in between lies in exactly one period.
 *
 * With a calendar anchor the first period is short when the start lies inside a calendar period. A cadence of several
 * units counts from the calendar period of the start. A week starts on Monday. With an anniversary the day of the start
 * is kept: the 31st clamps to the last day of a shorter month and returns to 31. Every boundary is counted from the
 * start, never from the one before, and local times that daylight saving skips move forward.
 *
 * @throws PricingError `rater/period-too-long` when that gives more than `boundariesMax` boundaries.
 */
export function billingBoundaries(
  calendar: BillingCalendar & {
    readonly until: number;
    /** Leaves out the boundaries before the last one at or before this instant. */
    readonly from?: number;
    /** What an error names as its place; default `until`. */
    readonly path?: string;
  },
): number[] {
  const { startsAt, until, from = startsAt, path = 'until' } = calendar;
  const boundaryAt = boundaryCounter(calendar);
  const skipped = countUpTo(from, boundaryAt);
  const boundaries = [skipped === 0 ? startsAt : boundaryAt(skipped)];
  for (let count = skipped + 1; (boundaries.at(-1) ?? startsAt) < until; count++) {
    if (boundaries.length >= boundariesMax) {
      const message = `At most ${boundariesMax} periods are computed at once.`;
      throw new PricingError('rater/period-too-long', message, path);
    }
    const boundary = boundaryAt(count);
    if (boundary > (boundaries.at(-1) ?? startsAt)) boundaries.push(boundary);
  }
  return boundaries;
}

/** How many cadences after the anchor the last boundary at or before `from` is; 0 where that is the start. */
function countUpTo(from: number, boundaryAt: (count: number) => number): number {
  let above = 1;
  while (boundaryAt(above) <= from) above *= 2;
  let below = 0;
  while (above - below > 1) {
    const middle = below + ((above - below) >> 1);
    if (boundaryAt(middle) <= from) below = middle;
    else above = middle;
  }
  return below;
}

/** The boundary `count` cadences after the anchor. */
function boundaryCounter({
  startsAt,
  anchor,
  cadence,
  timeZone,
}: BillingCalendar): (count: number) => number {
  const start = toZoned(startsAt, timeZone);
  if (anchor === 'anniversary') {
    const local = start.toPlainDateTime();
    return (count) =>
      toInstant(
        local
          .add(durationOf(cadence, count))
          .toZonedDateTime(timeZone, { disambiguation: 'compatible' }),
      );
  }
  const first = startOfUnit(start.toPlainDate(), cadence.unit);
  // A date without a time starts at the first moment of the day, also where daylight saving skips midnight.
  return (count) => toInstant(first.add(durationOf(cadence, count)).toZonedDateTime({ timeZone }));
}

function durationOf(
  { every, unit }: Cadence,
  count: number,
): { days: number } | { months: number } {
  const { days, months } = unitLengths[unit];
  return months === 0 ? { days: days * every * count } : { months: months * every * count };
}

const unitLengths: Readonly<
  Record<CadenceUnit, { readonly days: number; readonly months: number }>
> = {
  day: { days: 1, months: 0 },
  week: { days: 7, months: 0 },
  month: { days: 0, months: 1 },
  quarter: { days: 0, months: 3 },
  semiannual: { days: 0, months: 6 },
  year: { days: 0, months: 12 },
};

function startOfUnit(date: Temporal.PlainDate, unit: CadenceUnit): Temporal.PlainDate {
  const { months } = unitLengths[unit];
  if (unit === 'day') return date;
  if (unit === 'week') return date.subtract({ days: date.dayOfWeek - 1 });
  return date.with({ month: date.month - ((date.month - 1) % months), day: 1 });
}
