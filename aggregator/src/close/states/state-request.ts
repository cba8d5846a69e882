import type { CarriedState, ChargeRater, RatingPeriod } from '@tidemark/rater/pricing';
import type { SumCountMeasure } from '../../usage/measure.ts';

/** A metered charge as the state readers need it. */
export interface MeteredCharge {
  readonly eventType: string;
  readonly rater: ChargeRater;
  /** `null`: events are folded one by one. */
  readonly measure: SumCountMeasure | null;
}

/** The states of some charges for one customer over a span of event time. */
export interface StateRequest {
  readonly customer: string;
  /** Half-open event time of the events. */
  readonly span: RatingPeriod;
  /** The period that the empty state is made for; may be longer than the span. */
  readonly period: RatingPeriod;
  /** What the period before handed on. */
  readonly carried?: CarriedState;
  /** Requests that share this very array (same plan version) are read together. */
  readonly charges: readonly MeteredCharge[];
}

/** One state a charge of the request, in their order. */
export type ChargeStates = unknown[];
