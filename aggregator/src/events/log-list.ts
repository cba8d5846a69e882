/** Lists of one table's rows of a tenant, newest in the log first: dead letters and conflicts. */
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import { z } from 'zod';
import { belowBound, boundOfProgress, boundParameters } from '../store/log-bound.ts';
import { readProgress } from '../store/read-progress.ts';
import { afterPosition, positionParameters, readPage } from './list-page.ts';
import type { ListName, ListPage, ListPosition, PageQuery } from './list-page.ts';

/** The log coordinate of a row; `logColumns` selects what `logFields` reads. */
export const logColumns = `toString(toUnixTimestamp64Milli(log_time)) AS log_time_ms,
  incarnation AS log_incarnation, partition AS log_partition, toString(offset) AS log_offset, \`index\` AS log_index`;

export const logFields = {
  log_time_ms: z.string().transform(Number),
  log_incarnation: z.number(),
  log_partition: z.number(),
  log_offset: z.string().transform(Number),
  log_index: z.number(),
};

type LogFields = z.output<z.ZodObject<typeof logFields>>;

export function logPlace(raw: LogFields): { logTimeMs: number; position: ListPosition } {
  return {
    logTimeMs: raw.log_time_ms,
    position: {
      time: raw.log_time_ms,
      incarnation: raw.log_incarnation,
      partition: raw.log_partition,
      offset: raw.log_offset,
      index: raw.log_index,
    },
  };
}

export interface LogList<Row> {
  readonly name: ListName;
  readonly table: 'dead_letters' | 'event_conflicts';
  /** With `logColumns`. */
  readonly columns: string;
  /** The column that a reader may ask for. */
  readonly filter: 'reason' | 'subject';
  readonly row: z.ZodType<Row>;
}

/** A page below the greatest progress. Throws as `readPage` does. */
export async function readLogList<Row extends { readonly position: ListPosition }>(
  clickHouse: ClickHouse,
  { name, table, columns, filter, row }: LogList<Row>,
  query: PageQuery & { readonly only: string | undefined },
): Promise<ListPage<Row>> {
  const bound = boundOfProgress(await readProgress(clickHouse));
  const sql = `
SELECT ${columns}
FROM ${table}
WHERE tenant = {tenant:String} AND ({only:String} = '' OR ${filter} = {only:String})
  AND ${belowBound}
  AND ${afterPosition('toUnixTimestamp64Milli(log_time)')}
ORDER BY log_time DESC, incarnation DESC, partition DESC, offset DESC, \`index\` DESC
LIMIT {count:UInt32}`;
  return readPage(name, query, (after, count) =>
    clickHouse.query({
      sql,
      parameters: {
        tenant: query.tenant,
        only: query.only ?? '',
        count,
        ...boundParameters(bound),
        ...positionParameters(after),
      },
      row,
    }),
  );
}
