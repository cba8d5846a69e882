import type { ClickHouse } from '@tidemark/platform/clickhouse';
import type { Instant } from '@tidemark/platform/clock';
import { z } from 'zod';
import type { ListPage, ListPosition, PageQuery } from './list-page.ts';
import { logColumns, logFields, logPlace, readLogList } from './log-list.ts';
import type { LogList } from './log-list.ts';

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
    ...logFields,
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
    ...logPlace(raw),
    owner: { offset: raw.owner_log_offset, index: raw.owner_log_index },
  }));

const conflicts: LogList<EventConflict> = {
  name: 'conflicts',
  table: 'event_conflicts',
  columns: `subject AS customer, source, id, type, toString(toUnixTimestamp64Micro(time)) AS time_us, data, ${logColumns},
    toString(owner_offset) AS owner_log_offset, owner_index AS owner_log_index`,
  filter: 'subject',
  row,
};

export interface ConflictsQuery extends PageQuery {
  readonly customer?: string | undefined;
}

/** Conflicts of a tenant below the greatest progress, newest in the log first. */
export function listConflicts(
  clickHouse: ClickHouse,
  query: ConflictsQuery,
): Promise<ListPage<EventConflict>> {
  return readLogList(clickHouse, conflicts, { ...query, only: query.customer });
}
