import type { Rational } from '../money/index.ts';
import { formatFraction, greaterOf, parseFraction, sumOf } from '../money/index.ts';
import { PricingError } from '../pricing/input/pricing-error.ts';
import { defineAggregation } from './aggregation.ts';
import { numberReader } from './measured-value.ts';

/** The greatest value of each bucket that has events, by the bucket's number since 1970. */
type Peaks = Map<number, Rational>;

const bucketLength = { hour: 3_600_000_000, day: 86_400_000_000 } as const;

/**
 * The greatest value in each bucket (an hour or a day, UTC), summed over the buckets; no events: 0. State: one number a
 * bucket, at most 744 for the hours of a month, so it is rated from the store. Example: hourly peaks of 3 and 5 give 8.
 */
export const bucketedMax = defineAggregation<Peaks>({
  reads: 'number',
  options: ['bucket'],
  create: ({ value, bucket }) => {
    const read = numberReader(value);
    const length = bucketLength[bucket];
    return {
      mode: 'deferred',
      aggregate: 'fold',
      empty: () => new Map(),
      add: (state, sample) => {
        const measured = read(sample);
        if (measured === undefined) return 'unmatched';
        if (measured === 'not-a-number') return measured;
        raise(state, Math.floor(sample.time / length), measured);
        return 'measured';
      },
      merge: (state, other) => {
        const merged: Peaks = new Map(state);
        for (const [number, peak] of other) raise(merged, number, peak);
        return merged;
      },
      encode: (state) => ({
        buckets: [...state]
          .sort(([left], [right]) => left - right)
          .map(([number, peak]) => [number, formatFraction(peak)]),
      }),
      decode: (stored) => new Map(stored.list('buckets', Infinity).map(decodeBucket)),
      quantity: (state) => sumOf(state.values()),
    };
  },
});

function raise(state: Peaks, number: number, value: Rational): void {
  const peak = state.get(number);
  state.set(number, peak === undefined ? value : greaterOf(peak, value));
}

function decodeBucket(stored: unknown): [number, Rational] {
  const [number, text] = stored as [number, string];
  const peak = parseFraction(text);
  if (peak !== undefined) return [number, peak];
  throw new PricingError('rater/state-not-valid', 'This is no stored number.', 'buckets');
}
