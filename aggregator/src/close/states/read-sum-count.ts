/**
 * Aggregates the charges whose state is {count, sum} for many customers in one statement. Each customer brings its own span
 * of time; the spans travel as arrays and are joined to the events.
 */
import type { ClickHouse, ClickHouseParameter } from '@tidemark/platform/clickhouse';
import { z } from 'zod';
import { belowBound } from '../../store/log-bound.ts';
import { measureSql } from '../../usage/measure.ts';
import type { SumCountMeasure } from '../../usage/measure.ts';
import { BoundValues, plainRow } from '../../usage/property-sql.ts';

const row = z.object({
  ordinal: z.number(),
  /** Rows that SQL cannot read: the whole request must be folded. */
  nested: z.string(),
  counts: z.array(z.string()),
  sums: z.array(z.string()),
});

export type SumCountRow = z.output<typeof row>;

/** `parameters` are those of the span join and the bound (`spanParameters`); rows come for customers with events only. */
export function readSumCount(
  clickHouse: ClickHouse,
  measures: readonly SumCountMeasure[],
  parameters: Readonly<Record<string, ClickHouseParameter>>,
): Promise<SumCountRow[]> {
  const values = new BoundValues();
  const aggregates = measures.map((measure) => measureSql(values, measure));
  const sql = `
SELECT ordinal, toString(countIf(NOT ${plainRow})) AS nested,
  [${aggregates.map(({ count }) => `toString(${count})`).join(', ')}] AS counts,
  [${aggregates.map(({ sum }) => sum).join(', ')}] AS sums
FROM (${spanEventsSql})
GROUP BY ordinal
SETTINGS do_not_merge_across_partitions_select_final = 1`;
  return clickHouse.query({ sql, parameters: { ...parameters, ...values.parameters }, row });
}

/** Events of the spans, each coordinate once, with the ordinal of its request; an event may lie in several spans. */
export const spanEventsSql = `
  SELECT due.ordinal AS ordinal, event.time_us AS time_us, event.data AS data,
    event.log_incarnation AS log_incarnation, event.log_offset AS log_offset, event.log_index AS log_index
  FROM (
    SELECT subject, toUnixTimestamp64Micro(time) AS time_us, data, incarnation AS log_incarnation,
      offset AS log_offset, \`index\` AS log_index
    FROM usage_events FINAL
    WHERE tenant = {tenant:String} AND type = {type:String} AND subject IN {customers:Array(String)}
      AND time >= fromUnixTimestamp64Micro({earliest:Int64}, 'UTC')
      AND time < fromUnixTimestamp64Micro({latest:Int64}, 'UTC')
      AND ${belowBound}
  ) AS event
  INNER JOIN (
    SELECT span.1 AS ordinal, span.2 AS customer, span.3 AS span_from, span.4 AS span_to
    FROM (SELECT arrayJoin(arrayZip({ordinals:Array(UInt32)}, {customers:Array(String)},
      {spanFroms:Array(Int64)}, {spanTos:Array(Int64)})) AS span)
  ) AS due ON event.subject = due.customer
  WHERE event.time_us >= due.span_from AND event.time_us < due.span_to`;
