import { Rational } from '../money/index.ts';
import { defineAggregation } from './aggregation.ts';
import {
  addingTo,
  decodeCountAndSum,
  emptyCountAndSum,
  encodeCountAndSum,
  mergeCountAndSum,
  totalOf,
  type CountAndSum,
} from './count-and-sum.ts';

/** The sum over the number of events, exact; no events: none. State: {count, sum}. Example: 1, 2 and 2 give 5/3. */
export const average = defineAggregation<CountAndSum>({
  reads: 'number',
  options: [],
  create: ({ value }) => ({
    mode: 'stream',
    aggregate: value.kind === 'expression' ? 'fold' : 'sum-count',
    empty: emptyCountAndSum,
    add: addingTo(value),
    merge: mergeCountAndSum,
    encode: encodeCountAndSum,
    decode: decodeCountAndSum,
    quantity: (state) =>
      state.count === 0 ? null : totalOf(state).dividedBy(Rational.of(BigInt(state.count))),
  }),
});
