import type { ClickHouse } from '@tidemark/platform/clickhouse';
import { z } from 'zod';
import { belowBound, boundOfProgress, boundParameters } from '../store/log-bound.ts';
import { readProgress } from '../store/read-progress.ts';
import { afterPosition, positionParameters, readPage } from './list-page.ts';
import type { ListPage, ListPosition, PageQuery } from './list-page.ts';

/** An event, or (with an empty id) a whole record, that could not be rated. */
export interface DeadLetter {
  /** Stable code such as `log/wrong-partition`. */
  readonly reason: string;
  readonly detail: string;
  readonly customer: string;
  readonly source: string;
  readonly type: string;
  readonly id: string;
  /** JSON of the event, or base64 of the record's bytes; capped. */
  readonly payload: string;
  readonly logTimeMs: number;
  readonly position: ListPosition;
}

export const deadLetterColumns = `reason, detail, subject AS customer, source, type, id, payload,
  toString(toUnixTimestamp64Milli(log_time)) AS log_time_ms, incarnation AS log_incarnation,
  partition AS log_partition, toString(offset) AS log_offset, \`index\` AS log_index`;

export const deadLetterRow = z
  .object({
    reason: z.string(),
    detail: z.string(),
    customer: z.string(),
    source: z.string(),
    type: z.string(),
    id: z.string(),
    payload: z.string(),
    log_time_ms: z.string().transform(Number),
    log_incarnation: z.number(),
    log_partition: z.number(),
    log_offset: z.string().transform(Number),
    log_index: z.number(),
  })
  .transform((raw): DeadLetter => ({
    reason: raw.reason,
    detail: raw.detail,
    customer: raw.customer,
    source: raw.source,
    type: raw.type,
    id: raw.id,
    payload: raw.payload,
    logTimeMs: raw.log_time_ms,
    position: {
      time: raw.log_time_ms,
      incarnation: raw.log_incarnation,
      partition: raw.log_partition,
      offset: raw.log_offset,
      index: raw.log_index,
    },
  }));

const sql = `
SELECT ${deadLetterColumns}
FROM dead_letters
WHERE tenant = {tenant:String} AND ({reason:String} = '' OR reason = {reason:String})
  AND ${belowBound}
  AND ${afterPosition('toUnixTimestamp64Milli(log_time)')}
ORDER BY log_time DESC, incarnation DESC, partition DESC, offset DESC, \`index\` DESC
LIMIT {count:UInt32}`;

export interface DeadLettersQuery extends PageQuery {
  readonly reason?: string | undefined;
}

/** Dead letters of a tenant below the greatest progress, newest in the log first. */
export async function listDeadLetters(
  clickHouse: ClickHouse,
  query: DeadLettersQuery,
): Promise<ListPage<DeadLetter>> {
  const bound = boundOfProgress(await readProgress(clickHouse));
  return readPage('dead-letters', query, (after, count) =>
    clickHouse.query({
      sql,
      parameters: {
        tenant: query.tenant,
        reason: query.reason ?? '',
        count,
        ...boundParameters(bound),
        ...positionParameters(after),
      },
      row: deadLetterRow,
    }),
  );
}
