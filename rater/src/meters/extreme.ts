/** The state of `min` and `max`: the extreme value so far. Constant size, any order. */
import { formatFraction, type Rational } from '../money/index.ts';
import { decodeNumber } from '../pricing/input/stored-number.ts';
import type { Aggregation, AggregationSettings } from './aggregation.ts';
import { numberReader } from './measured-value.ts';

export interface Extreme {
  count: number;
  /** `null` before the first event. */
  value: Rational | null;
}

/** @param choose the one of two values that stays. */
export function extremeAggregation(
  { value }: AggregationSettings,
  choose: (left: Rational, right: Rational) => Rational,
): Aggregation<Extreme> {
  const read = numberReader(value);
  return {
    mode: 'stream',
    aggregate: 'fold',
    empty: () => ({ count: 0, value: null }),
    add: (state, sample) => {
      const measured = read(sample);
      if (measured === undefined) return 'unmatched';
      if (measured === 'not-a-number') return measured;
      state.count++;
      state.value = state.value === null ? measured : choose(state.value, measured);
      return 'measured';
    },
    merge: (state, other) => ({
      count: state.count + other.count,
      value:
        state.value === null || other.value === null
          ? (state.value ?? other.value)
          : choose(state.value, other.value),
    }),
    encode: (state) => ({
      count: state.count,
      ...(state.value !== null && { value: formatFraction(state.value) }),
    }),
    decode: (stored) => ({
      count: stored.integer('count', 0, Number.MAX_SAFE_INTEGER),
      value: stored.has('value') ? decodeNumber(stored, 'value') : null,
    }),
    quantity: (state) => state.value,
  };
}
