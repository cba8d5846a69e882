import { smallerOf } from '../money/index.ts';
import { defineAggregation } from './aggregation.ts';
import { extremeAggregation, type Extreme } from './extreme.ts';

/** The smallest value; no events: none. State: {count, value}. Example: 3, 7 and 5 give 3. */
export const min = defineAggregation<Extreme>({
  reads: 'number',
  options: [],
  create: (settings) => extremeAggregation(settings, smallerOf),
});
