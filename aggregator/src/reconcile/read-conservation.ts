/**
 * Conservation from the stored rows, below the greatest progress: what was logged is stored, a duplicate or a dead letter,
 * and what is said to be stored is really there (by tenant, type and hour of the log); what is stored is measured or
 * unmatched (by meter and hour of the event).
 */
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import { instantMax, instantMin } from '@tidemark/platform/clock';
import type { Instant } from '@tidemark/platform/clock';
import type { MeterChange } from '@tidemark/rater/catalog';
import { z } from 'zod';
import { belowBound, boundOfProgress, boundParameters } from '../store/log-bound.ts';
import { logPositions } from '../store/log-position.ts';
import type { LogPosition } from '../store/log-position.ts';
import { readProgress } from '../store/read-progress.ts';
import type { LogBound } from '../store/log-bound.ts';
import { meterSpans } from '../usage/meter-spans.ts';
import { joinConservation } from './conservation.ts';
import type { ConservationRow } from './conservation.ts';
import { readMeasurement } from './measurement.ts';
import type { MeasurementRow } from './measurement.ts';

const span = `log_time >= fromUnixTimestamp64Micro({from:Int64}, 'UTC')
  AND log_time < fromUnixTimestamp64Micro({to:Int64}, 'UTC')
  AND ({anyTenant:UInt8} = 1 OR tenant = {tenant:String})`;
const hour = `toString(toUnixTimestamp(toStartOfHour(log_time, 'UTC'))) AS hour_s`;

const outcomesSql = `
SELECT tenant, type, ${hour}, toString(sum(logged)) AS logged_sum, toString(sum(stored)) AS stored_sum,
  toString(sum(duplicate)) AS duplicate_sum, toString(sum(conflict)) AS conflict_sum, toString(sum(dead)) AS dead_sum
FROM envelope_outcomes FINAL
WHERE ${span} AND ${belowBound}
GROUP BY tenant, type, hour_s
SETTINGS do_not_merge_across_partitions_select_final = 1`;

const eventsSql = `
SELECT tenant, type, ${hour}, toString(count()) AS rows_sum
FROM usage_events FINAL
WHERE ${span} AND ${belowBound}
GROUP BY tenant, type, hour_s
SETTINGS do_not_merge_across_partitions_select_final = 1`;

const count = z.string().transform(Number);
const key = { tenant: z.string(), type: z.string(), hour_s: count };
const outcomeRow = z.object({
  ...key,
  logged_sum: count,
  stored_sum: count,
  duplicate_sum: count,
  conflict_sum: count,
  dead_sum: count,
});
const eventRow = z.object({ ...key, rows_sum: count });

export interface ConservationQuery {
  /** All tenants by default; meters belong to one. */
  readonly tenant?: string | undefined;
  /** Log time of the first equation, event time of the second; inclusive. */
  readonly from?: Instant | undefined;
  /** Exclusive. */
  readonly to?: Instant | undefined;
  /** All versions of the tenant's meters, for the second equation; none by default. */
  readonly meters?: readonly MeterChange[];
}

export interface Conservation {
  readonly asOf: readonly LogPosition[];
  /** By tenant, type and hour of the log. */
  readonly rows: readonly ConservationRow[];
  /** By meter and hour of event time. */
  readonly measurement: readonly MeasurementRow[];
  /** True when every row holds. */
  readonly holds: boolean;
}

export async function readConservation(
  clickHouse: ClickHouse,
  query: ConservationQuery = {},
): Promise<Conservation> {
  const progress = await readProgress(clickHouse);
  const bound = boundOfProgress(progress);
  const parameters = {
    tenant: query.tenant ?? '',
    anyTenant: query.tenant === undefined ? 1 : 0,
    from: query.from ?? instantMin,
    to: query.to ?? instantMax,
    ...boundParameters(bound),
  };
  const [outcomes, events] = await Promise.all([
    clickHouse.query({ sql: outcomesSql, parameters, row: outcomeRow }),
    clickHouse.query({ sql: eventsSql, parameters, row: eventRow }),
  ]);
  const rows = joinConservation(
    outcomes.map((row) => ({
      tenant: row.tenant,
      type: row.type,
      hour: row.hour_s * 1_000_000,
      logged: row.logged_sum,
      stored: row.stored_sum,
      duplicate: row.duplicate_sum,
      conflict: row.conflict_sum,
      dead: row.dead_sum,
    })),
    events.map((row) => ({
      tenant: row.tenant,
      type: row.type,
      hour: row.hour_s * 1_000_000,
      rows: row.rows_sum,
    })),
  );
  const measurement = await readMeasurements(clickHouse, query, bound);
  return {
    asOf: logPositions(progress),
    rows,
    measurement,
    holds: [...rows, ...measurement].every(({ difference }) => difference === 0),
  };
}

async function readMeasurements(
  clickHouse: ClickHouse,
  { from = instantMin, meters = [], tenant = '', to = instantMax }: ConservationQuery,
  bound: LogBound,
): Promise<MeasurementRow[]> {
  const byKey = Map.groupBy(meters, ({ key }) => key);
  const rows: MeasurementRow[] = [];
  for (const key of [...byKey.keys()].sort()) {
    for (const span of meterSpans(byKey.get(key) ?? [], { from, to })) {
      rows.push(...(await readMeasurement(clickHouse, span, { tenant, bound })));
    }
  }
  return rows;
}
