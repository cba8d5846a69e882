import type { ClickHouse } from '@tidemark/platform/clickhouse';
import { z } from 'zod';
import type { ListPage, ListPosition, PageQuery } from './list-page.ts';
import { logColumns, logFields, logPlace, readLogList } from './log-list.ts';
import type { LogList } from './log-list.ts';

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
  ${logColumns}`;

export const deadLetterRow = z
  .object({
    reason: z.string(),
    detail: z.string(),
    customer: z.string(),
    source: z.string(),
    type: z.string(),
    id: z.string(),
    payload: z.string(),
    ...logFields,
  })
  .transform((raw): DeadLetter => ({
    reason: raw.reason,
    detail: raw.detail,
    customer: raw.customer,
    source: raw.source,
    type: raw.type,
    id: raw.id,
    payload: raw.payload,
    ...logPlace(raw),
  }));

const deadLetters: LogList<DeadLetter> = {
  name: 'dead-letters',
  table: 'dead_letters',
  columns: deadLetterColumns,
  filter: 'reason',
  row: deadLetterRow,
};

export interface DeadLettersQuery extends PageQuery {
  readonly reason?: string | undefined;
}

/** Dead letters of a tenant below the greatest progress, newest in the log first. */
export function listDeadLetters(
  clickHouse: ClickHouse,
  query: DeadLettersQuery,
): Promise<ListPage<DeadLetter>> {
  return readLogList(clickHouse, deadLetters, { ...query, only: query.reason });
}
