/**
 * How events become the usage that a price takes: the smallest state for the pair of meter and price model. One file a
 * shape of state.
 */
import type { Rational } from '../../money/index.ts';
import type { AddResult, CarriedState, RatingPeriod, UsageSample } from '../charge-rater.ts';
import type { JsonObject } from '../input/json-object.ts';
import type { CellUsage, Usage } from '../usage.ts';

export interface UsageFold<State, Taken extends Usage = CellUsage> {
  readonly mode: 'stream' | 'deferred';
  readonly aggregate: 'sum-count' | 'fold';
  /** Properties that must be numbers where present. */
  readonly numberProperties: readonly string[];
  empty(period: RatingPeriod, carried?: CarriedState): State;
  add(state: State, sample: UsageSample): AddResult;
  merge(state: State, other: State): State;
  encode(state: State): unknown;
  decode(stored: JsonObject): State;
  carryOut(state: State): CarriedState | null;
  /** The metered quantity, in the meter's unit. */
  quantity(state: State): Rational | null;
  /** What the price takes, before the charge's conversion and allowance. */
  usage(state: State): Taken;
}
