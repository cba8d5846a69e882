/** The rules of a new subscription: what it refers to exists, currencies agree, periods can be written. Pure. */
import type { Instant } from '@tidemark/platform/clock';
import type { Plan } from '../catalog/plan.ts';
import { billsInAdvance } from '../catalog/rating-rules.ts';
import type { Customer } from '../customers/customer.ts';
import { invalidCommand, stateForbids } from '../problems.ts';
import type { BoundaryWriter, Horizon } from './boundaries.ts';
import type { PreparedSubscription } from './insert-subscriptions.ts';
import { isPaused, phaseAt } from './subscription.ts';
import type { Subscription, SubscriptionCommand } from './subscription.ts';

export interface SubscriptionParts {
  readonly id: string;
  readonly command: SubscriptionCommand;
  readonly customer: Customer;
  /** Of the version asked for. */
  readonly plan: Plan;
  readonly now: Instant;
  readonly writeBoundaries: BoundaryWriter;
}

export function prepareSubscription(parts: SubscriptionParts): PreparedSubscription {
  const { command, customer, id, now, plan, writeBoundaries } = parts;
  checkCurrency(customer, plan);
  if (customer.state === 'archived') {
    throw invalidCommand('api/customer-archived', `The customer "${customer.key}" is archived.`);
  }
  const startsAt = command.startsAt ?? now;
  const endsAt = command.endsAt ?? null;
  if (endsAt !== null && endsAt <= startsAt) {
    throw invalidCommand('api/ends-before-start', 'A subscription must end after it starts.', [
      { path: 'endsAt', message: 'must be after startsAt' },
    ]);
  }
  const anchor = command.anchor ?? 'anniversary';
  const rule = { startsAt, anchor, cadence: plan.cadence, timeZone: customer.timeZone };
  return {
    id,
    customer: customer.key,
    startsAt,
    endsAt,
    anchor,
    cadence: plan.cadence,
    timeZone: customer.timeZone,
    metadata: command.metadata ?? {},
    phases: [{ from: startsAt, plan: plan.key, version: plan.version }],
    periods: writeBoundaries(rule, horizonOf(startsAt, endsAt, now)),
    billsInAdvance: billsInAdvance(plan.charges),
  };
}

/** Periods are needed up to now, or the start where that lies ahead, but never past the end. */
function horizonOf(startsAt: Instant, endsAt: Instant | null, now: Instant): Horizon {
  return { until: Math.max(startsAt, now), end: endsAt };
}

export function checkCurrency(customer: Customer, plan: Plan): void {
  if (customer.currency === null || customer.currency === plan.currency) return;
  throw invalidCommand(
    'api/currency-differs',
    `The customer "${customer.key}" is billed in ${customer.currency}, the plan "${plan.key}" in ${plan.currency}.`,
  );
}

/** The rules of moving a subscription to a plan from an instant on. */
export function checkChange(subscription: Subscription, plan: Plan, from: Instant): void {
  if (subscription.endsAt !== null && from >= subscription.endsAt) {
    throw stateForbids('api/subscription-ended', 'The subscription ends before that instant.');
  }
  if (JSON.stringify(plan.cadence) !== JSON.stringify(subscription.cadence)) {
    throw invalidCommand(
      'api/not-supported-yet',
      'A plan of another cadence needs new billing periods; cancel and subscribe anew.',
    );
  }
  const current = phaseAt(subscription.phases, from);
  if (isPaused(current)) {
    throw stateForbids('api/subscription-paused', 'The subscription is paused then.');
  }
  if (current?.plan === plan.key && current.version === plan.version) {
    throw stateForbids('api/plan-unchanged', 'The subscription has this version of the plan then.');
  }
}
