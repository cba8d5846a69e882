/** Stored events of some customers of one partition, to compute a charge's state again. */
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import type { StoredUsageEvent, UsageEventQuery } from '@tidemark/rater/ports';
import { z } from 'zod';
import { batchesOfTexts } from './text-batches.ts';

const sql = `
SELECT tenant, subject, type, source, id, toString(toUnixTimestamp64Micro(time)) AS time_us, data, partition,
  toString(offset) AS log_offset, \`index\` AS log_index
FROM usage_events FINAL
WHERE tenant = {tenant:String} AND subject IN {subjects:Array(String)} AND type IN {types:Array(String)}
  AND time >= fromUnixTimestamp64Micro({from:Int64}, 'UTC') AND time < fromUnixTimestamp64Micro({to:Int64}, 'UTC')
  AND incarnation = {incarnation:UInt32} AND partition = {partition:UInt16} AND offset < {below:UInt64}
ORDER BY subject, time, offset, \`index\`
SETTINGS do_not_merge_across_partitions_select_final = 1`;

const storedUsageEventRow = z
  .object({
    tenant: z.string(),
    subject: z.string(),
    type: z.string(),
    source: z.string(),
    id: z.string(),
    time_us: z.string().transform(Number),
    data: z.string(),
    partition: z.number(),
    log_offset: z.string().transform(Number),
    log_index: z.number(),
  })
  .transform(({ time_us, log_offset, log_index, ...raw }): StoredUsageEvent => ({
    ...raw,
    time: time_us,
    offset: log_offset,
    index: log_index,
  }));

/** Subjects come in byte order; each subject's events in (time, offset, index) order. */
export async function* readUsageEvents(
  clickHouse: ClickHouse,
  query: UsageEventQuery,
): AsyncGenerator<StoredUsageEvent[]> {
  if (query.types.length === 0) return;
  for (const subjects of batchesOfTexts([...query.subjects].sort(compareBytes))) {
    yield* clickHouse.stream({
      sql,
      parameters: {
        tenant: query.tenant,
        subjects,
        types: query.types,
        from: query.from,
        to: query.to,
        incarnation: query.incarnation,
        partition: query.partition,
        below: query.below,
      },
      row: storedUsageEventRow,
    });
  }
}

/** ClickHouse orders strings by their UTF-8 bytes, JavaScript by UTF-16 units. */
function compareBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
