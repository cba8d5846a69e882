import type { ClickHouse } from '@tidemark/platform/clickhouse';
import { belowBound, boundOfProgress, boundParameters } from '../store/log-bound.ts';
import { readProgress } from '../store/read-progress.ts';
import { deadLetterColumns, deadLetterRow } from './list-dead-letters.ts';
import type { DeadLetter } from './list-dead-letters.ts';
import { storedEventColumns, storedEventRow } from './stored-event.ts';
import type { StoredEvent } from './stored-event.ts';

const storedSql = `
SELECT ${storedEventColumns}
FROM usage_events
WHERE tenant = {tenant:String} AND id = {id:String} AND source = {source:String}
  AND ({customer:String} = '' OR subject = {customer:String})
  AND ${belowBound}
ORDER BY subject, incarnation, partition, offset, \`index\`
LIMIT 1 BY subject
LIMIT 100`;

const deadSql = `
SELECT ${deadLetterColumns}
FROM dead_letters
WHERE tenant = {tenant:String} AND id = {id:String} AND source = {source:String}
  AND ({customer:String} = '' OR subject = {customer:String})
  AND ${belowBound}
ORDER BY subject, incarnation, partition, offset, \`index\`
LIMIT 1 BY incarnation, partition, offset, \`index\`
LIMIT 100`;

export interface EventIdentityQuery {
  readonly tenant: string;
  readonly source: string;
  readonly id: string;
  /** Without it the events of all customers that have this identity are found. */
  readonly customer?: string | undefined;
}

export interface FoundEvents {
  /** At most one a customer, by customer. */
  readonly stored: readonly StoredEvent[];
  readonly deadLetters: readonly DeadLetter[];
}

/** What became of an event, as of the greatest progress. */
export async function findEvent(
  clickHouse: ClickHouse,
  query: EventIdentityQuery,
): Promise<FoundEvents> {
  const parameters = {
    tenant: query.tenant,
    source: query.source,
    id: query.id,
    customer: query.customer ?? '',
    ...boundParameters(boundOfProgress(await readProgress(clickHouse))),
  };
  const [stored, deadLetters] = await Promise.all([
    clickHouse.query({ sql: storedSql, parameters, row: storedEventRow }),
    clickHouse.query({ sql: deadSql, parameters, row: deadLetterRow }),
  ]);
  return { stored, deadLetters };
}
