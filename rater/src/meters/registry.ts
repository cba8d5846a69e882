import type { AggregationKind } from './aggregation.ts';
import { average } from './average.ts';
import { bucketedMax } from './bucketed-max.ts';
import { bucketedSum } from './bucketed-sum.ts';
import { count } from './count.ts';
import { latest } from './latest.ts';
import { max } from './max.ts';
import { min } from './min.ts';
import { sum } from './sum.ts';
import { timeWeighted } from './time-weighted.ts';
import { uniqueCount } from './unique-count.ts';

/** Every aggregation a meter can name. A new one is a file and a line here. */
export const aggregations: Readonly<Record<string, AggregationKind>> = {
  sum,
  count,
  min,
  max,
  average,
  latest,
  unique_count: uniqueCount,
  time_weighted: timeWeighted,
  bucketed_max: bucketedMax,
  bucketed_sum: bucketedSum,
};
