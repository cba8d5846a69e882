/** Everything that happens to grants by itself, in order: what an instant brings stands before any use at that instant. */
import { billingBoundaries } from '../../calendar/billing-boundaries.ts';
import type { Grant } from './grant.ts';

export type GrantEvent =
  | { readonly time: number; readonly kind: 'expiry' | 'start' | 'refill'; readonly grant: Grant }
  | { readonly time: number; readonly kind: 'reset' };

/**
 * At one instant: a grant that expires is gone before a reset, one that starts comes after it with its whole amount, and a
 * refill comes last, so it wins over a reset.
 */
const orderAtOneInstant = ['expiry', 'reset', 'start', 'refill'] as const;

/** @param grants in burn order; events of one kind at one instant keep it. */
export function grantTimeline(
  grants: readonly Grant[],
  resets: readonly number[],
  until: number,
): GrantEvent[] {
  const events: GrantEvent[] = resets.map((time) => ({ time, kind: 'reset' }));
  for (const grant of grants) {
    const { startsAt, expiresAt = Infinity } = grant;
    events.push({ time: startsAt, kind: 'start', grant });
    if (expiresAt !== Infinity) events.push({ time: expiresAt, kind: 'expiry', grant });
    for (const time of refillTimes(grant, until)) {
      if (time >= startsAt && time < expiresAt) events.push({ time, kind: 'refill', grant });
    }
  }
  return events
    .filter(({ time }) => time <= until)
    .sort((left, right) => left.time - right.time || rankOf(left) - rankOf(right));
}

function rankOf({ kind }: GrantEvent): number {
  return orderAtOneInstant.indexOf(kind);
}

/** Counted from the anchor, so the 31st clamps to shorter months and returns. */
function refillTimes({ refill }: Grant, until: number): number[] {
  if (refill === undefined || refill.anchor >= until) return [];
  return billingBoundaries({
    startsAt: refill.anchor,
    anchor: 'anniversary',
    cadence: refill.every,
    timeZone: 'UTC',
    until,
    path: refill.path,
  }).slice(1);
}
