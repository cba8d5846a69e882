/** What happens to grants by itself, in order: what an instant brings stands before any use at that instant. */
import { billingBoundaries } from '../../calendar/billing-boundaries.ts';
import type { RatingPeriod } from '../charge-rater.ts';
import { PricingError } from '../input/pricing-error.ts';
import type { Grant } from './grant.ts';

export type GrantEvent =
  | { readonly time: number; readonly kind: 'expiry' | 'start' | 'refill'; readonly grant: Grant }
  | { readonly time: number; readonly kind: 'reset' };

/**
 * At one instant: a grant that expires is gone before a reset, one that starts comes after it with its whole amount, and a
 * refill comes last, so it wins over a reset.
 */
const orderAtOneInstant = ['expiry', 'reset', 'start', 'refill'] as const;

/** Refills that one calculation may go through. */
const refillsMax = 200_000;

/**
 * @param grants in burn order; events of one kind at one instant keep it.
 * @param period of the usage. Of the refills before it only the last one of a grant matters; the first after it is the last.
 * @throws PricingError `rater/too-many-items`, `rater/period-too-long` where refills are too many.
 */
export function grantTimeline(
  grants: readonly Grant[],
  resets: readonly number[],
  period: RatingPeriod,
): GrantEvent[] {
  let refills = 0;
  const events: GrantEvent[] = resets.map((time) => ({ time, kind: 'reset' }));
  for (const grant of grants) {
    const { startsAt, expiresAt = Infinity } = grant;
    events.push({ time: startsAt, kind: 'start', grant });
    if (expiresAt !== Infinity) events.push({ time: expiresAt, kind: 'expiry', grant });
    const times = refillTimes(grant, period);
    refills += times.length;
    if (refills > refillsMax) {
      const message = `The grants have more than ${refillsMax} refills in this period.`;
      throw new PricingError('rater/too-many-items', message, 'grants');
    }
    for (const time of times) {
      if (time >= startsAt && time < expiresAt) events.push({ time, kind: 'refill', grant });
    }
  }
  return events.sort((left, right) => left.time - right.time || rankOf(left) - rankOf(right));
}

function rankOf({ kind }: GrantEvent): number {
  return orderAtOneInstant.indexOf(kind);
}

/** Counted from the anchor, so the 31st clamps to shorter months and returns. */
function refillTimes({ refill }: Grant, { from, to: until }: RatingPeriod): number[] {
  if (refill === undefined || refill.anchor >= until) return [];
  const { anchor } = refill;
  return billingBoundaries({
    startsAt: anchor,
    anchor: 'anniversary',
    cadence: refill.every,
    timeZone: 'UTC',
    from,
    until,
    path: refill.path,
  }).filter((time) => time > anchor);
}
