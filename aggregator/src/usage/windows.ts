/** The windows of a usage read in the customer's calendar, clipped to what was asked. */
import { AppError } from '@tidemark/platform/errors';
import type { Instant } from '@tidemark/platform/clock';
import { billingBoundaries, isTimeZone } from '@tidemark/rater/calendar';

export type UsageWindow = 'hour' | 'day' | 'month';

/** A year of hours, and more. */
const windowsMax = 10_000;

const hour = 3_600_000_000;
const day = 24 * hour;

export interface WindowQuery {
  readonly from: Instant;
  readonly to: Instant;
  readonly window?: UsageWindow | undefined;
  readonly timeZone?: string | undefined;
}

/**
 * Ascending boundaries: window k is [result[k], result[k + 1]). The first is `from`, the last `to`. Hours count from the
 * start of the local day, so in a zone of half hours they are the local ones.
 */
export function windowBoundaries(query: WindowQuery): Instant[] {
  const { from, to, window, timeZone = 'UTC' } = query;
  if (from >= to) {
    throw new AppError(
      'invalid-input',
      'aggregator/empty-span',
      'The span must end after it starts.',
    );
  }
  if (!isTimeZone(timeZone)) {
    throw new AppError(
      'invalid-input',
      'aggregator/unknown-time-zone',
      'This is no IANA time zone.',
    );
  }
  if (window === undefined) return [from, to];
  if ((to - from) / (window === 'hour' ? hour : day) > windowsMax) throw tooMany();
  const units =
    window === 'hour' ? localHours(from, to, timeZone) : calendar(from, to, timeZone, window);
  const inside = units.filter((boundary) => boundary > from && boundary < to);
  if (inside.length >= windowsMax) throw tooMany();
  return [from, ...inside, to];
}

function calendar(from: Instant, to: Instant, timeZone: string, unit: 'day' | 'month'): Instant[] {
  const cadence = { every: 1, unit };
  return billingBoundaries({ startsAt: from, anchor: 'calendar', cadence, timeZone, until: to });
}

function localHours(from: Instant, to: Instant, timeZone: string): Instant[] {
  const days = calendar(from - 2 * day, to, timeZone, 'day');
  const hours: Instant[] = [];
  days.slice(1).forEach((start, position) => {
    const end = days[position + 2] ?? start + day;
    for (let at = start; at < end; at += hour) hours.push(at);
  });
  return hours;
}

function tooMany(): AppError {
  return new AppError(
    'invalid-input',
    'aggregator/too-many-windows',
    `At most ${windowsMax} windows are read at once; take longer ones or a shorter span.`,
  );
}
