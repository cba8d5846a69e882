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
 * The sum of a property in each bucket, summed over the buckets: the same number as the plain sum, whatever the bucket,
 * and therefore the same state. No events: 0.
 */
export const bucketedSum = defineAggregation<CountAndSum>({
  reads: 'number',
  options: ['bucket'],
  create: ({ value }) => ({
    mode: 'stream',
    aggregate: value.kind === 'expression' ? 'fold' : 'sum-count',
    fastQuantity: 'sum',
    empty: emptyCountAndSum,
    add: addingTo(value),
    merge: mergeCountAndSum,
    encode: encodeCountAndSum,
    decode: decodeCountAndSum,
    quantity: totalOf,
  }),
});
