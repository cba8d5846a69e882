/** The state shared by the aggregations that need no more than {count, sum}; SQL can compute it, and it merges in any order. */
import { formatFraction, formatShortest, quantityScale, Rational } from '../money/index.ts';
import type { JsonObject } from '../pricing/input/json-object.ts';
import { decodeNumber } from '../pricing/input/stored-number.ts';
import type { AddResult, UsageSample } from '../pricing/charge-rater.ts';
import { numberReader, type MeasuredValue } from './measured-value.ts';

export interface CountAndSum {
  count: number;
  /** Integer x 10^-18: where nearly all values are added, without an allocation but the sum itself. */
  sum: bigint;
  /** Added to `sum`: what does not fit 18 decimals (products in expressions, long numbers in a preview). */
  rest: Rational;
}

export function emptyCountAndSum(): CountAndSum {
  return { count: 0, sum: 0n, rest: Rational.zero };
}

/** Adds the measured value of each event. */
export function addingTo(
  value: MeasuredValue,
): (state: CountAndSum, sample: UsageSample) => AddResult {
  if (value.kind === 'property') {
    const property = value.name;
    return (state, sample) => {
      if (sample.exact !== undefined) return addExactly(state, sample.exact(property));
      const measured = sample.decimal(property);
      if (measured === undefined) return 'unmatched';
      if (measured === 'not-a-number') return measured;
      state.count++;
      state.sum += measured;
      return 'measured';
    };
  }
  const read = numberReader(value);
  return (state, sample) => addExactly(state, read(sample));
}

function addExactly(state: CountAndSum, value: Rational | undefined | 'not-a-number'): AddResult {
  if (value === undefined) return 'unmatched';
  if (value === 'not-a-number') return value;
  state.count++;
  const scaled = value.toScaledExactly(quantityScale);
  if (scaled === undefined) state.rest = state.rest.plus(value);
  else state.sum += scaled;
  return 'measured';
}

export function totalOf(state: CountAndSum): Rational {
  const sum = Rational.fromScaled(state.sum, quantityScale);
  return state.rest.isZero ? sum : sum.plus(state.rest);
}

export function mergeCountAndSum(state: CountAndSum, other: CountAndSum): CountAndSum {
  return {
    count: state.count + other.count,
    sum: state.sum + other.sum,
    rest: state.rest.plus(other.rest),
  };
}

export function encodeCountAndSum(state: CountAndSum): unknown {
  const sum = state.rest.isZero
    ? formatShortest(state.sum, quantityScale)
    : formatFraction(totalOf(state));
  return { count: state.count, sum };
}

export function decodeCountAndSum(stored: JsonObject): CountAndSum {
  const count = stored.integer('count', 0, 9_007_199_254_740_991);
  const sum = decodeNumber(stored, 'sum');
  const scaled = sum.toScaledExactly(quantityScale);
  return scaled === undefined
    ? { count, sum: 0n, rest: sum }
    : { count, sum: scaled, rest: Rational.zero };
}
