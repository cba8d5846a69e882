import type { ClickHouse } from '@tidemark/platform/clickhouse';
import { z } from 'zod';
import { belowBound, boundParameters } from '../../store/log-bound.ts';
import type { LogBound } from '../../store/log-bound.ts';
import type { OutcomeSums } from './compare-counts.ts';

const sql = `
SELECT incarnation AS log_incarnation, partition AS log_partition, toString(sum(logged)) AS logged_sum,
  toString(sum(stored)) AS stored_sum, toString(sum(duplicate)) AS duplicate_sum, toString(sum(dead)) AS dead_sum
FROM envelope_outcomes FINAL
WHERE ${belowBound}
GROUP BY log_incarnation, log_partition
SETTINGS do_not_merge_across_partitions_select_final = 1`;

const count = z.string().transform(Number);

const row = z
  .object({
    log_incarnation: z.number(),
    log_partition: z.number(),
    logged_sum: count,
    stored_sum: count,
    duplicate_sum: count,
    dead_sum: count,
  })
  .transform((raw): OutcomeSums => ({
    incarnation: raw.log_incarnation,
    partition: raw.log_partition,
    logged: raw.logged_sum,
    stored: raw.stored_sum,
    duplicate: raw.duplicate_sum,
    dead: raw.dead_sum,
  }));

/** What the outcomes of all tenants sum to, by partition. */
export function readOutcomeSums(clickHouse: ClickHouse, bound: LogBound): Promise<OutcomeSums[]> {
  return clickHouse.query({ sql, parameters: boundParameters(bound), row });
}
