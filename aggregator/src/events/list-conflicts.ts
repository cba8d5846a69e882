import type { ClickHouse } from '@tidemark/platform/clickhouse';
import type { Instant } from '@tidemark/platform/clock';
import { z } from 'zod';
import { belowBound, boundOfProgress, boundParameters } from '../store/log-bound.ts';
import { readProgress } from '../store/read-progress.ts';
import { afterPosition, positionParameters, readPage } from './list-page.ts';
import type { ListPage, ListPosition, PageQuery } from './list-page.ts';

/** A copy of a known identity with another payload; the owner was billed, this one was dropped. */
export interface EventConflict {
  readonly customer: string;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly time: Instant;
  readonly data: string;
  readonly logTimeMs: number;
  readonly position: ListPosition;
  readonly owner: { readonly offset: number; readonly index: number };
}

const row = z
  .object({
    customer: z.string(),
    source: z.string(),
    id: z.string(),
    type: z.string(),
    time_us: z.string().transform(Number),
    data: z.string(),
    log_time_ms: z.string().transform(Number),
    log_incarnation: z.number(),
    log_partition: z.number(),
    log_offset: z.string().transform(Number),
    log_index: z.number(),
    owner_log_offset: z.string().transform(Number),
    owner_log_index: z.number(),
  })
  .transform((raw): EventConflict => ({
    customer: raw.customer,
    source: raw.source,
    id: raw.id,
    type: raw.type,
    time: raw.time_us,
    data: raw.data,
    logTimeMs: raw.log_time_ms,
    position: {
      time: raw.log_time_ms,
      incarnation: raw.log_incarnation,
      partition: raw.log_partition,
      offset: raw.log_offset,
      index: raw.log_index,
    },
    owner: { offset: raw.owner_log_offset, index: raw.owner_log_index },
  }));

const sql = `
SELECT subject AS customer, source, id, type, toString(toUnixTimestamp64Micro(time)) AS time_us, data,
  toString(toUnixTimestamp64Milli(log_time)) AS log_time_ms, incarnation AS log_incarnation,
  partition AS log_partition, toString(offset) AS log_offset, \`index\` AS log_index,
  toString(owner_offset) AS owner_log_offset, owner_index AS owner_log_index
FROM event_conflicts
WHERE tenant = {tenant:String} AND ({customer:String} = '' OR subject = {customer:String})
  AND ${belowBound}
  AND ${afterPosition('toUnixTimestamp64Milli(log_time)')}
ORDER BY log_time DESC, incarnation DESC, partition DESC, offset DESC, \`index\` DESC
LIMIT {count:UInt32}`;

export interface ConflictsQuery extends PageQuery {
  readonly customer?: string | undefined;
}

/** Conflicts of a tenant below the greatest progress, newest in the log first. */
export async function listConflicts(
  clickHouse: ClickHouse,
  query: ConflictsQuery,
): Promise<ListPage<EventConflict>> {
  const bound = boundOfProgress(await readProgress(clickHouse));
  return readPage('conflicts', query, (after, count) =>
    clickHouse.query({
      sql,
      parameters: {
        tenant: query.tenant,
        customer: query.customer ?? '',
        count,
        ...boundParameters(bound),
        ...positionParameters(after),
      },
      row,
    }),
  );
}
