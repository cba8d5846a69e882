import { parseFraction, Rational, formatFraction } from '../money/index.ts';
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

/**
 * The sum of a property. No events: 0. State: {count, sum}, one number whatever the events. Negative values lower it.
 * Example: values 3, 4.5 and -1 give 6.5. With `carry` a period starts from the total of the one before, so it is rated
 * from the store (a late event moves every period after its own).
 */
export const sum = defineAggregation<CountAndSum>({
  reads: 'number',
  options: ['carry'],
  create: ({ value, carry }) => ({
    mode: carry ? 'deferred' : 'stream',
    aggregate: carry || value.kind === 'expression' ? 'fold' : 'sum-count',
    fastQuantity: 'sum',
    empty: (_period, carried) => {
      const state = emptyCountAndSum();
      if (carry && carried?.kind === 'level')
        state.rest = parseFraction(carried.level) ?? Rational.zero;
      return state;
    },
    add: addingTo(value),
    merge: mergeCountAndSum,
    encode: encodeCountAndSum,
    decode: decodeCountAndSum,
    quantity: totalOf,
    ...(carry && {
      carryOut: (state) => ({ kind: 'level', level: formatFraction(totalOf(state)) }),
    }),
  }),
});
