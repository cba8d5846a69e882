import { Rational } from '../money/index.ts';
import { defineAggregation } from './aggregation.ts';
import {
  decodeCountAndSum,
  emptyCountAndSum,
  encodeCountAndSum,
  mergeCountAndSum,
  type CountAndSum,
} from './count-and-sum.ts';

/**
 * The number of events that pass the filter; a property is not read. No events: 0. State: {count, sum} with a sum that
 * stays 0. Example: three events give 3.
 */
export const count = defineAggregation<CountAndSum>({
  reads: 'nothing',
  options: [],
  create: () => ({
    mode: 'stream',
    aggregate: 'sum-count',
    fastQuantity: 'count',
    empty: emptyCountAndSum,
    add: (state) => {
      state.count++;
      return 'measured';
    },
    merge: mergeCountAndSum,
    encode: encodeCountAndSum,
    decode: decodeCountAndSum,
    quantity: (state) => Rational.of(BigInt(state.count)),
  }),
});
