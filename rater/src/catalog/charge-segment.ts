/**
 * Segments: the pieces of event time in which one charge of one subscription has one definition. A billing period is cut
 * where a phase of the subscription starts (another plan or price) and where another version of the charge's meter takes
 * effect; every piece has its own running total, tiers from zero. Period close and stream must cut alike (docs/adr/0043).
 */
import type { Instant } from '@tidemark/platform/clock';
import type { RatingPeriod } from '../pricing/index.ts';
import type { CatalogIndex } from './catalog-index.ts';
import type { SubscriptionChange } from './catalog-change.ts';
import type { MeteredCharge } from './charge-compiler.ts';

export interface ChargeSegment {
  /** Identifies the running total: equal keys are one row of `charge_totals`. */
  readonly key: string;
  readonly tenant: string;
  readonly customer: string;
  readonly subscription: string;
  readonly charge: string;
  /** The billing period, as the subscription's boundaries have it. */
  readonly period: RatingPeriod;
  /** Event time of this segment, half-open, within the period. */
  readonly from: Instant;
  readonly to: Instant;
  readonly metered: MeteredCharge;
}

/** The key of a running total; the parts are keys and integers, so no part contains the separator. */
export function segmentKey(parts: SegmentKeyParts): string {
  const { tenant, subscription, charge, periodStart, segmentStart } = parts;
  return `${tenant}\n${subscription}\n${charge}\n${periodStart}\n${segmentStart}`;
}

export interface SegmentKeyParts {
  readonly tenant: string;
  readonly subscription: string;
  readonly charge: string;
  readonly periodStart: Instant;
  readonly segmentStart: Instant;
}

/** Number of the period that contains `time`, or -1: before the start, after the last boundary, or after the end. */
export function periodAt(subscription: SubscriptionChange, time: Instant): number {
  const { boundaries, endsAt } = subscription;
  if (endsAt !== null && time >= endsAt) return -1;
  let low = 0;
  let high = boundaries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((boundaries[middle] ?? Infinity) <= time) low = middle + 1;
    else high = middle;
  }
  return low === 0 || low === boundaries.length ? -1 : low - 1;
}

/** All segments of the metered charges of period `number` that are rated in the stream, in the order of plan and time. */
export function segmentsOfPeriod(
  index: CatalogIndex,
  subscription: SubscriptionChange,
  number: number,
): ChargeSegment[] {
  const { boundaries, endsAt, phases } = subscription;
  const from = boundaries[number];
  const to = boundaries[number + 1];
  if (from === undefined || to === undefined || (endsAt !== null && from >= endsAt)) return [];
  const period = { from, to };
  const end = endsAt === null ? to : Math.min(to, endsAt);
  const segments: ChargeSegment[] = [];
  phases.forEach((phase, position) => {
    const phaseFrom = Math.max(from, phase.from);
    const phaseTo = Math.min(end, phases[position + 1]?.from ?? end);
    if (phaseFrom >= phaseTo) return;
    for (const piece of index.meteredPieces(subscription.tenant, phase, phaseFrom, phaseTo)) {
      const { tenant, customer } = subscription;
      const charge = piece.metered.key;
      segments.push({
        key: segmentKey({
          tenant,
          subscription: subscription.subscription,
          charge,
          periodStart: from,
          segmentStart: piece.from,
        }),
        tenant,
        customer,
        subscription: subscription.subscription,
        charge,
        period,
        from: piece.from,
        to: piece.to,
        metered: piece.metered,
      });
    }
  });
  return segments;
}

/** The segments of all periods of a subscription. */
export function segmentsOf(index: CatalogIndex, subscription: SubscriptionChange): ChargeSegment[] {
  const segments: ChargeSegment[] = [];
  for (let number = 0; number + 1 < subscription.boundaries.length; number++) {
    segments.push(...segmentsOfPeriod(index, subscription, number));
  }
  return segments;
}

/** Whether a total of `left` may go on as one of `right`: nothing that its state or amount depends on has changed. */
export function isSameSegment(left: ChargeSegment, right: ChargeSegment): boolean {
  return (
    left.key === right.key &&
    left.customer === right.customer &&
    left.period.to === right.period.to &&
    left.to === right.to &&
    left.metered === right.metered
  );
}
