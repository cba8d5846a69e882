import type { ClickHouse } from '@tidemark/platform/clickhouse';
import type { RatingPeriod } from '@tidemark/rater/pricing';
import { storedEventColumns, storedEventRow } from '../events/stored-event.ts';
import type { StoredEvent } from '../events/stored-event.ts';
import { belowBound, boundParameters } from '../store/log-bound.ts';
import type { LogBound } from '../store/log-bound.ts';

const sql = `
SELECT ${storedEventColumns}
FROM usage_events FINAL
WHERE tenant = {tenant:String} AND subject = {customer:String} AND type = {type:String}
  AND time >= fromUnixTimestamp64Micro({from:Int64}, 'UTC') AND time < fromUnixTimestamp64Micro({to:Int64}, 'UTC')
  AND ${belowBound}
ORDER BY time, incarnation, partition, offset, \`index\`
LIMIT {count:UInt32}`;

export interface LineEventsQuery {
  readonly tenant: string;
  readonly customer: string;
  readonly type: string;
  readonly span: RatingPeriod;
  readonly bound: LogBound;
  readonly count: number;
}

/** Events of a type, oldest first. */
export function readLineEvents(
  clickHouse: ClickHouse,
  { bound, count, customer, span, tenant, type }: LineEventsQuery,
): Promise<StoredEvent[]> {
  return clickHouse.query({
    sql,
    parameters: { tenant, customer, type, ...span, count, ...boundParameters(bound) },
    row: storedEventRow,
  });
}
