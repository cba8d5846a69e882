import type { ClickHouse, ClickHouseParameter } from '@tidemark/platform/clickhouse';
import { z } from 'zod';
import { spanEventsSql } from './read-sum-count.ts';

/** A customer has one partition in each life of the log, so (time, incarnation, offset, index) is its one order. */
const sql = `
SELECT ordinal, toString(time_us) AS event_time, data, toString(log_offset) AS event_offset, log_index
FROM (${spanEventsSql})
ORDER BY ordinal, time_us, log_incarnation, log_offset, log_index
SETTINGS do_not_merge_across_partitions_select_final = 1`;

const row = z
  .object({
    ordinal: z.number(),
    event_time: z.string().transform(Number),
    data: z.string(),
    event_offset: z.string().transform(Number),
    log_index: z.number(),
  })
  .transform(({ ordinal, event_time, data, event_offset, log_index }) => ({
    ordinal,
    time: event_time,
    data,
    offset: event_offset,
    index: log_index,
  }));

export type SpanEvent = z.output<typeof row>;

/** Events of the requests of a batch; each request's in (time, coordinate) order. */
export function readSpanEvents(
  clickHouse: ClickHouse,
  parameters: Readonly<Record<string, ClickHouseParameter>>,
): AsyncIterable<SpanEvent[]> {
  return clickHouse.stream({ sql, parameters, row });
}
