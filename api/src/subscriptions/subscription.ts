/** A subscription: a customer buys a plan from an instant on. It is live from `startsAt` to `endsAt` (exclusive). */
import { z } from 'zod';
import type { Instant } from '@tidemark/platform/clock';
import type { SubscriptionChange } from '@tidemark/rater/catalog';
import type { Cadence } from '../catalog/plan.ts';
import { identifierSchema, instantSchema, keySchema, metadataSchema } from '../values/formats.ts';

const anchorSchema = z
  .enum(['calendar', 'anniversary'])
  .describe('Periods start with the calendar (the 1st, Monday) or on the day of the subscription.');

export const createSubscriptionSchema = z.strictObject({
  customer: keySchema,
  plan: keySchema,
  planVersion: z.int().min(1).optional().describe('The latest by default.'),
  startsAt: instantSchema.optional().describe('Now by default.'),
  endsAt: instantSchema.nullable().optional().describe('Exclusive; runs on by default.'),
  anchor: anchorSchema.optional().describe('anniversary by default.'),
  metadata: metadataSchema.optional(),
});

const effectiveSchema = z
  .union([z.enum(['now', 'period_end']), instantSchema])
  .describe('now, period_end or an instant.');

export const cancelSubscriptionSchema = z.strictObject({
  effective: effectiveSchema.optional().describe('period_end by default.'),
  preview: z.boolean().optional(),
});

export const changeSubscriptionSchema = z.strictObject({
  plan: keySchema,
  planVersion: z.int().min(1).optional(),
  effective: effectiveSchema.optional().describe('period_end by default.'),
  preview: z.boolean().optional(),
});

/** Pause and resume. */
export const suspendSubscriptionSchema = z.strictObject({
  effective: effectiveSchema.optional().describe('now by default.'),
  preview: z.boolean().optional(),
});

export const subscriptionIdSchema = identifierSchema;

export type SubscriptionCommand = z.output<typeof createSubscriptionSchema>;
export type CancelCommand = z.output<typeof cancelSubscriptionSchema>;
export type ChangeCommand = z.output<typeof changeSubscriptionSchema>;
export type SuspendCommand = z.output<typeof suspendSubscriptionSchema>;
export type Effective = z.output<typeof effectiveSchema>;
export type Anchor = z.output<typeof anchorSchema>;

export interface Phase {
  readonly from: Instant;
  readonly plan: string;
  /** Negative: that version, paused. */
  readonly version: number;
}

export interface Subscription {
  readonly id: string;
  readonly customer: string;
  readonly startsAt: Instant;
  readonly endsAt: Instant | null;
  readonly anchor: Anchor;
  readonly cadence: Cadence;
  readonly timeZone: string;
  readonly metadata: z.output<typeof metadataSchema>;
  readonly phases: readonly Phase[];
  readonly currentPeriod: { readonly from: Instant; readonly to: Instant } | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

export interface SubscriptionEvent {
  readonly id: string;
  readonly kind: 'created' | 'changed' | 'paused' | 'resumed' | 'cancelled' | 'invoiced';
  readonly recordedAt: Instant;
  readonly effectiveAt: Instant;
  readonly keyId: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

export type SubscriptionStatus = 'scheduled' | 'active' | 'paused' | 'ended';

export function statusAt(subscription: Subscription, now: Instant): SubscriptionStatus {
  if (subscription.endsAt !== null && subscription.endsAt <= now) return 'ended';
  if (subscription.startsAt > now) return 'scheduled';
  return isPaused(phaseAt(subscription.phases, now)) ? 'paused' : 'active';
}

export function isPaused(phase: Phase | undefined): boolean {
  return phase !== undefined && phase.version < 0;
}

/** The phase in force at an instant; the first before the start. */
export function phaseAt(phases: readonly Phase[], instant: Instant): Phase | undefined {
  return phases.findLast(({ from }) => from <= instant) ?? phases[0];
}

/** What the raters learn. The end is told only once the boundaries reach it, so that it never lies after the last one. */
export function changeOf(
  tenant: string,
  subscription: Pick<Subscription, 'id' | 'customer' | 'endsAt' | 'phases'>,
  boundaries: readonly Instant[],
): SubscriptionChange {
  const { customer, endsAt, id, phases } = subscription;
  const reached = endsAt !== null && endsAt <= (boundaries.at(-1) ?? endsAt);
  return {
    kind: 'subscription',
    tenant,
    subscription: id,
    customer,
    phases: phases.map(({ from, plan, version }) => ({ from, plan, version })),
    boundaries,
    endsAt: reached ? endsAt : null,
  };
}
