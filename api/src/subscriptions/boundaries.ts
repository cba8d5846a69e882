/** From a subscription's rule to the boundaries of its billing periods, by the calendar of the rating rules. */
import { formatInstant } from '@tidemark/platform/clock';
import type { Instant } from '@tidemark/platform/clock';
import { billingBoundaries } from '@tidemark/rater/calendar';
import type { Cadence } from '../catalog/plan.ts';
import { asInvalidCommand } from '../catalog/pricing-problems.ts';
import { invalidCommand } from '../problems.ts';
import type { Anchor } from './subscription.ts';

interface PeriodRule {
  readonly startsAt: Instant;
  readonly anchor: Anchor;
  readonly cadence: Cadence;
  readonly timeZone: string;
}

export interface Horizon {
  /** Written is the period that holds this instant, and one more. */
  readonly until: Instant;
  /** No period starts at or after it; null: no end. */
  readonly end: Instant | null;
}

export interface WrittenPeriods {
  /** Ascending; the first is the start of the subscription. */
  readonly boundaries: readonly Instant[];
  /** Start of the whole calendar period that the subscription starts inside of; null where it starts with its period. */
  readonly firstNominalFrom: Instant | null;
}

export type BoundaryWriter = (rule: PeriodRule, horizon: Horizon) => WrittenPeriods;

const microsecondsPerDay = 86_400_000_000;
/** 1970-01-01 and 2200-01-01: outside of it a start is a slip of the pen. */
const startMin: Instant = 0;
const startMax: Instant = 7_258_118_400_000_000;

const longestDays = {
  day: 2,
  week: 8,
  month: 32,
  quarter: 93,
  semiannual: 185,
  year: 367,
} as const;

/**
 * Remembers what it worked out: the subscriptions of a catalog mostly share start and cadence. Equal rules and horizons
 * give the same object, so their periods can be written in one statement.
 */
export function createBoundaryWriter(): BoundaryWriter {
  const known = new Map<string, WrittenPeriods>();
  return (rule, horizon) => {
    const key = JSON.stringify([rule.startsAt, rule.anchor, rule.cadence, rule.timeZone, horizon]);
    let written = known.get(key);
    if (written === undefined) {
      written = asInvalidCommand('', () => writeBoundaries(rule, horizon));
      known.set(key, written);
    }
    return written;
  };
}

function writeBoundaries(rule: PeriodRule, { until, end }: Horizon): WrittenPeriods {
  if (rule.startsAt < startMin || rule.startsAt >= startMax) {
    throw invalidCommand(
      'api/start-out-of-range',
      `A subscription starts between ${formatInstant(startMin)} and ${formatInstant(startMax)}.`,
    );
  }
  const cadence =
    typeof rule.cadence === 'string' ? { every: 1, unit: rule.cadence } : rule.cadence;
  const calendar = { ...rule, cadence };
  const length = longestDays[cadence.unit] * cadence.every * microsecondsPerDay;
  const all = billingBoundaries({ ...calendar, until: until + 2 * length });
  // The first boundary after `until` ends the period that holds it; one more period follows.
  const holding = all.findIndex((boundary) => boundary > until);
  const enough = all.slice(0, holding + 2);
  const last =
    end === null ? -1 : enough.findIndex((boundary, index) => index > 0 && boundary >= end);
  return {
    boundaries: last < 0 ? enough : enough.slice(0, last + 1),
    firstNominalFrom: rule.anchor === 'calendar' ? nominalStart(calendar) : null,
  };
}

function nominalStart(calendar: {
  startsAt: Instant;
  anchor: Anchor;
  cadence: { every: number; unit: keyof typeof longestDays };
  timeZone: string;
}): Instant | null {
  const { startsAt } = calendar;
  const { unit } = calendar.cadence;
  const boundaries = billingBoundaries({
    ...calendar,
    cadence: { every: 1, unit },
    startsAt: startsAt - 2 * longestDays[unit] * microsecondsPerDay,
    until: startsAt,
  });
  const start = boundaries.findLast((boundary) => boundary <= startsAt) ?? startsAt;
  return start === startsAt ? null : start;
}
