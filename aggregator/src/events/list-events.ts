import type { ClickHouse } from '@tidemark/platform/clickhouse';
import { instantMax, instantMin } from '@tidemark/platform/clock';
import type { Instant } from '@tidemark/platform/clock';
import { belowBound, boundOfProgress, boundParameters } from '../store/log-bound.ts';
import { readProgress } from '../store/read-progress.ts';
import { afterPosition, positionParameters, readPage } from './list-page.ts';
import type { ListPage, PageQuery } from './list-page.ts';
import { storedEventColumns, storedEventRow } from './stored-event.ts';
import type { StoredEvent } from './stored-event.ts';

const sql = `
SELECT ${storedEventColumns}
FROM usage_events
WHERE tenant = {tenant:String}
  AND ({customer:String} = '' OR subject = {customer:String})
  AND ({type:String} = '' OR type = {type:String})
  AND time >= fromUnixTimestamp64Micro({from:Int64}, 'UTC') AND time < fromUnixTimestamp64Micro({to:Int64}, 'UTC')
  AND ${belowBound}
  AND ${afterPosition('toUnixTimestamp64Micro(time)')}
ORDER BY time DESC, incarnation DESC, partition DESC, offset DESC, \`index\` DESC
LIMIT {count:UInt32}`;

export interface EventsQuery extends PageQuery {
  readonly customer?: string | undefined;
  readonly type?: string | undefined;
  /** Inclusive event time. */
  readonly from?: Instant | undefined;
  /** Exclusive. */
  readonly to?: Instant | undefined;
}

/** Stored events below the greatest progress, newest event time first. */
export async function listEvents(
  clickHouse: ClickHouse,
  query: EventsQuery,
): Promise<ListPage<StoredEvent>> {
  const bound = boundOfProgress(await readProgress(clickHouse));
  return readPage('events', query, (after, count) =>
    clickHouse.query({
      sql,
      parameters: {
        tenant: query.tenant,
        customer: query.customer ?? '',
        type: query.type ?? '',
        from: query.from ?? instantMin,
        to: query.to ?? instantMax,
        count,
        ...boundParameters(bound),
        ...positionParameters(after),
      },
      row: storedEventRow,
    }),
  );
}
