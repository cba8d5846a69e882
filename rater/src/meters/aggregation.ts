/**
 * What every aggregation provides. One file an aggregation, listed in `registry.ts`; nothing else knows their names.
 */
import type { Rational } from '../money/index.ts';
import type {
  AddResult,
  CarriedState,
  RatingPeriod,
  UsageSample,
} from '../pricing/charge-rater.ts';
import type { JsonObject } from '../pricing/input/json-object.ts';
import type { MeasuredValue } from './measured-value.ts';

/** What an aggregation can be told by its meter. */
export interface AggregationSettings {
  readonly value: MeasuredValue;
  /** A period starts from where the last one ended. */
  readonly carry: boolean;
  /** `time_weighted`: whether a value is the level itself or a change of it. */
  readonly values: 'level' | 'change';
  /** Bucketed aggregations. */
  readonly bucket: 'hour' | 'day';
}

export interface Aggregation<State> {
  /** `stream`: small state, any order. `deferred`: folded in (time, log coordinate) order from the store. */
  readonly mode: 'stream' | 'deferred';
  /** `sum-count`: the state is exactly {count, sum} of one property. */
  readonly aggregate: 'sum-count' | 'fold';
  /** Where the quantity is a plain number of the state, so that the stream can rate without fractions: which one. */
  readonly fastQuantity?: 'sum' | 'count';
  empty(period: RatingPeriod, carried?: CarriedState): State;
  /** Moves the state in place by an event that has passed the meter's filter. */
  add(state: State, sample: UsageSample): AddResult;
  /** A state of both; for deferred aggregations `other` holds the later events. */
  merge(state: State, other: State): State;
  /** JSON value with a fixed order of keys: equal states encode equally. */
  encode(state: State): unknown;
  decode(stored: JsonObject): State;
  /** The result over the state's period, before the meter's conversion; `null` when there is none. */
  quantity(state: State): Rational | null;
  /** What the next period starts from; only aggregations that carry have it. */
  carryOut?(state: State): CarriedState;
}

export interface AggregationKind {
  /** What it reads of an event: a number, the text of a property, or nothing. */
  readonly reads: 'number' | 'text' | 'nothing';
  /** What `data.operation` of an event may say, where the aggregation reads it; another one is a rejection. */
  readonly operations?: readonly string[];
  /** Options beside `property` that its meter may have. */
  readonly options: readonly ('carry' | 'values' | 'bucket')[];
  create(settings: AggregationSettings): Aggregation<unknown>;
}

/** Forgets the state's type: a state only ever meets the aggregation that made it. */
export function defineAggregation<State>(
  kind: Omit<AggregationKind, 'create'> & {
    create(settings: AggregationSettings): Aggregation<State>;
  },
): AggregationKind {
  return kind;
}
