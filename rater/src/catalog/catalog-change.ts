/**
 * The catalog as the rater knows it: a fold of immutable changes, grouped into epochs. The latest change of a
 * (kind, tenant, key) wins. Billing periods travel as their boundaries.
 */
import type { Instant } from '@tidemark/platform/clock';

export type CatalogChange = MeterChange | PlanVersionChange | SubscriptionChange;

/** One version of a meter; effective by event time from `effectiveFrom` (`null`: always). */
export interface MeterChange {
  readonly kind: 'meter';
  readonly tenant: string;
  readonly key: string;
  readonly version: number;
  readonly effectiveFrom: Instant | null;
  /** The public JSON of the meter, validated by `parseMeter`. `null`: deleted. */
  readonly definition: unknown;
}

export interface PlanVersionChange {
  readonly kind: 'plan-version';
  readonly tenant: string;
  readonly plan: string;
  readonly version: number;
  readonly currency: string;
  /** The public JSON of the charges, validated by `parseCharge`. */
  readonly charges: readonly unknown[];
}

export interface SubscriptionChange {
  readonly kind: 'subscription';
  readonly tenant: string;
  readonly subscription: string;
  /** The customer's key = the subject of its events. */
  readonly customer: string;
  /** Ascending; the first starts with the subscription. A later phase opens a segment by event time. */
  readonly phases: readonly SubscriptionPhase[];
  /** Start of the subscription = boundaries[0]; period k = [boundaries[k], boundaries[k + 1]). Written ahead of time. */
  readonly boundaries: readonly Instant[];
  /** Exclusive end; `null`: runs on. Never after the last boundary once set. */
  readonly endsAt: Instant | null;
}

export interface SubscriptionPhase {
  readonly from: Instant;
  readonly plan: string;
  readonly version: number;
}

export interface CatalogSnapshot {
  readonly epoch: number;
  readonly rulesVersion: number;
  readonly changes: readonly CatalogChange[];
}

/** The version of the rating rules this code implements. */
export const rulesVersion = 1;
