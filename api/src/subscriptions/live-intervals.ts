import type { Instant } from '@tidemark/platform/clock';
import { stateForbids } from '../problems.ts';
import type { Phase } from './subscription.ts';

/** When a customer has a plan; `to` exclusive, `null`: runs on. */
export interface LiveInterval {
  readonly plan: string;
  readonly from: Instant;
  readonly to: Instant | null;
}

/** A phase ends where the next one starts, the last with the subscription. */
export function intervalsOf(phases: readonly Phase[], endsAt: Instant | null): LiveInterval[] {
  return phases.map(({ plan, from }, index) => ({
    plan,
    from,
    to: phases[index + 1]?.from ?? endsAt,
  }));
}

/** At most one subscription of a plan is live per customer at any instant. @throws AppError `api/already-subscribed`. */
export function assertNoOverlap(
  customer: string,
  existing: readonly LiveInterval[],
  added: readonly LiveInterval[],
): void {
  for (const candidate of added) {
    const overlap = existing.some(
      (interval) =>
        interval.plan === candidate.plan &&
        (interval.to === null || interval.to > candidate.from) &&
        (candidate.to === null || candidate.to > interval.from) &&
        // Two empty intervals at one instant never meet.
        interval.to !== interval.from &&
        candidate.to !== candidate.from,
    );
    if (overlap) {
      throw stateForbids(
        'api/already-subscribed',
        `The customer "${customer}" has a subscription of the plan "${candidate.plan}" at that time.`,
      );
    }
  }
}
