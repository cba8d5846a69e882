import { greaterOf } from '../money/index.ts';
import { defineAggregation } from './aggregation.ts';
import { extremeAggregation, type Extreme } from './extreme.ts';

/** The greatest value; no events: none. State: {count, value}. Example: 3, 7 and 5 give 7. */
export const max = defineAggregation<Extreme>({
  reads: 'number',
  options: [],
  create: (settings) => extremeAggregation(settings, greaterOf),
});
