import type { ClickHouse } from '@tidemark/platform/clickhouse';
import type { PartitionBound, Progress } from '@tidemark/rater/ports';
import { z } from 'zod';

const sql = `
SELECT toString(sum(logged)) AS logged_sum, toString(sum(stored)) AS stored_sum, toString(sum(duplicate)) AS duplicate_sum,
  toString(sum(conflict)) AS conflict_sum, toString(sum(dead)) AS dead_sum,
  toString(toUnixTimestamp64Milli(max(log_time))) AS log_time_ms
FROM envelope_outcomes FINAL
WHERE incarnation = {incarnation:UInt32} AND partition = {partition:UInt16} AND offset < {below:UInt64}
SETTINGS do_not_merge_across_partitions_select_final = 1`;

const count = z.string().transform(Number);
const row = z.object({
  logged_sum: count,
  stored_sum: count,
  duplicate_sum: count,
  conflict_sum: count,
  dead_sum: count,
  log_time_ms: count,
});

/** What was rated of a partition below an offset; control records leave no outcome and count as none. */
export async function readOutcomesBelow(
  clickHouse: ClickHouse,
  { below, incarnation, partition }: PartitionBound,
): Promise<Pick<Progress, 'counts' | 'logTimeMs'>> {
  const parameters = { below, incarnation, partition };
  const [sums] = await clickHouse.query({ sql, parameters, row });
  return {
    logTimeMs: Math.max(0, sums?.log_time_ms ?? 0),
    counts: {
      logged: sums?.logged_sum ?? 0,
      stored: sums?.stored_sum ?? 0,
      duplicate: sums?.duplicate_sum ?? 0,
      conflict: sums?.conflict_sum ?? 0,
      dead: sums?.dead_sum ?? 0,
      control: 0,
    },
  };
}
