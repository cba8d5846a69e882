import type { ClickHouse } from '@tidemark/platform/clickhouse';
import type { PartitionBound, StoredChargeTotal } from '@tidemark/rater/ports';
import { z } from 'zod';

const sql = `
SELECT tenant, customer, subscription, charge, toString(toUnixTimestamp64Micro(period_start)) AS period_start,
  toString(toUnixTimestamp64Micro(segment_start)) AS segment_start, toString(version) AS version,
  toString(events) AS events, state
FROM charge_totals FINAL
WHERE incarnation = {incarnation:UInt32} AND partition = {partition:UInt16}
SETTINGS do_not_merge_across_partitions_select_final = 1`;

const integer = z.string().transform(Number);

const row = z
  .object({
    tenant: z.string(),
    customer: z.string(),
    subscription: z.string(),
    charge: z.string(),
    period_start: integer,
    segment_start: integer,
    version: integer,
    events: integer,
    state: z.string(),
  })
  .transform(({ period_start, segment_start, ...raw }): StoredChargeTotal => ({
    ...raw,
    periodStart: period_start,
    segmentStart: segment_start,
  }));

/** Rows at or above `below` come too: their version tells the caller which keys to compute again. */
export function readChargeTotals(
  clickHouse: ClickHouse,
  query: PartitionBound,
): AsyncIterable<StoredChargeTotal[]> {
  return clickHouse.stream({
    sql,
    parameters: { incarnation: query.incarnation, partition: query.partition },
    row,
  });
}
