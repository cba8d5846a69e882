import { formatFraction, type Rational } from '../money/index.ts';
import { decodeNumber } from '../pricing/input/stored-number.ts';
import type { UsageSample } from '../pricing/charge-rater.ts';
import { defineAggregation } from './aggregation.ts';
import { numberReader } from './measured-value.ts';

interface Latest {
  /** Of the event that `value` comes from; `null` before the first. */
  at: readonly [time: number, offset: number, index: number] | null;
  value: Rational | null;
}

/**
 * The value of the event with the greatest time, ties to the later log coordinate; no events: none. State: one value with
 * its place. Example: 5 at noon and then 4 at eleven give 5.
 */
export const latest = defineAggregation<Latest>({
  reads: 'number',
  options: [],
  create: ({ value }) => {
    const read = numberReader(value);
    return {
      mode: 'deferred',
      aggregate: 'fold',
      empty: () => ({ at: null, value: null }),
      add: (state, sample) => {
        const measured = read(sample);
        if (measured === undefined) return 'unmatched';
        if (measured === 'not-a-number') return measured;
        const at = placeOf(sample);
        if (state.at === null || isAfter(at, state.at)) {
          state.at = at;
          state.value = measured;
        }
        return 'measured';
      },
      merge: (state, other) => ({
        ...(other.at !== null && (state.at === null || isAfter(other.at, state.at))
          ? other
          : state),
      }),
      encode: ({ at, value: newest }) =>
        at === null || newest === null ? {} : { at, value: formatFraction(newest) },
      decode: (stored) => {
        if (!stored.has('value')) return { at: null, value: null };
        const [time = 0, offset = 0, index = 0] = stored.list('at', 3, 3) as number[];
        return { at: [time, offset, index], value: decodeNumber(stored, 'value') };
      },
      quantity: (state) => state.value,
    };
  },
});

type Place = NonNullable<Latest['at']>;

function placeOf({ time, offset, index }: UsageSample): Place {
  return [time, offset, index];
}

function isAfter(left: Place, right: Place): boolean {
  if (left[0] !== right[0]) return left[0] > right[0];
  if (left[1] !== right[1]) return left[1] > right[1];
  return left[2] > right[2];
}
