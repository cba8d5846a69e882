import type { AggregationKind } from './aggregation.ts';
import { count } from './count.ts';
import { sum } from './sum.ts';

/** Every aggregation a meter can name. A new one is a file and a line here. */
export const aggregations: Readonly<Record<string, AggregationKind>> = {
  sum,
  count,
};
