/**
 * The second conservation equation: of the stored events of a meter's type, each is measured or unmatched. What is measured is
 * counted by the expression that bills; what is unmatched by conditions of its own, so that an event which neither side takes
 * (an unknown in SQL's logic, a text that a pattern misses) shows as a difference.
 */
import type { ClickHouse, ClickHouseParameter } from '@tidemark/platform/clickhouse';
import type { Instant } from '@tidemark/platform/clock';
import type { Meter } from '@tidemark/rater/meters';
import { compileCharge, parseCharge } from '@tidemark/rater/pricing';
import { z } from 'zod';
import { StoredSample } from '../events/stored-sample.ts';
import { belowBound, boundParameters } from '../store/log-bound.ts';
import type { LogBound } from '../store/log-bound.ts';
import { measureSql, sumCountMeasure } from '../usage/measure.ts';
import type { MeterSpan } from '../usage/meter-spans.ts';
import { BoundValues, decimalSql, filterSql, plainRow, textSql } from '../usage/property-sql.ts';

export interface MeasurementRow {
  readonly meter: string;
  /** Start of the hour of event time. */
  readonly hour: Instant;
  readonly stored: number;
  readonly measured: number;
  readonly unmatched: number;
  /** stored - measured - unmatched. */
  readonly difference: number;
}

interface Query {
  readonly tenant: string;
  readonly bound: LogBound;
}

const microsecondsPerHour = 3_600_000_000;
const count = z.string().transform(Number);
const hourRow = z.object({
  hour_s: count,
  stored_sum: count,
  measured_sum: count,
  unmatched_sum: count,
  unread_sum: count,
});
const eventRow = z.object({ time_us: count, data: z.string() });

const eventsOfSpan = `
FROM usage_events FINAL
WHERE tenant = {tenant:String} AND type = {type:String}
  AND time >= fromUnixTimestamp64Micro({from:Int64}, 'UTC') AND time < fromUnixTimestamp64Micro({to:Int64}, 'UTC')
  AND ${belowBound}`;
const settings = 'SETTINGS do_not_merge_across_partitions_select_final = 1';

/** By hour, ascending. */
export async function readMeasurement(
  clickHouse: ClickHouse,
  span: MeterSpan,
  { tenant, bound }: Query,
): Promise<MeasurementRow[]> {
  const { meter, from, to } = span;
  const parameters = { tenant, type: meter.eventType, from, to, ...boundParameters(bound) };
  const values = new BoundValues();
  const conditions = conditionsOf(values, meter);
  const sql = `
SELECT toString(toUnixTimestamp(toStartOfHour(time, 'UTC'))) AS hour_s, toString(count()) AS stored_sum,
  toString(${conditions.measured}) AS measured_sum, toString(${conditions.unmatched}) AS unmatched_sum,
  toString(countIf(NOT ${conditions.readable})) AS unread_sum
${eventsOfSpan}
GROUP BY hour_s
${settings}`;
  const bySql = await clickHouse.query({
    sql,
    parameters: { ...parameters, ...values.parameters },
    row: hourRow,
  });
  const folded = bySql.some(({ unread_sum }) => unread_sum > 0)
    ? await foldUnread(clickHouse, meter, { parameters, readable: conditions.readable })
    : new Map<number, Folded>();
  return bySql
    .map((row): MeasurementRow => {
      const hour = row.hour_s * 1_000_000;
      const rest = folded.get(hour) ?? { measured: 0, unmatched: 0 };
      const measured = row.measured_sum + rest.measured;
      const unmatched = row.unmatched_sum + rest.unmatched;
      const difference = row.stored_sum - measured - unmatched;
      return { meter: meter.key, hour, stored: row.stored_sum, measured, unmatched, difference };
    })
    .sort((left, right) => left.hour - right.hour);
}

interface Conditions {
  /** Rows that SQL can read; the others are folded. */
  readonly readable: string;
  /** Aggregates. */
  readonly measured: string;
  readonly unmatched: string;
}

function conditionsOf(values: BoundValues, meter: Meter): Conditions {
  if (meter.value?.kind === 'expression') {
    return { readable: '0', measured: 'toUInt64(0)', unmatched: 'toUInt64(0)' };
  }
  const accepted = filterSql(values, [meter.filter]);
  const value =
    meter.value === undefined
      ? `'1'`
      : meter.numberProperties.length > 0
        ? decimalSql(values, meter.value.name)
        : textSql(values, meter.value.name);
  const billed = sumCountMeasure(meter, []);
  const measured =
    billed === null
      ? `countIf(${plainRow} AND ${accepted} AND isNotNull(${value}))`
      : measureSql(values, billed).count;
  const unmatched = `countIf(${plainRow} AND (${accepted}) = 0) + countIf(${plainRow} AND ${accepted} AND isNull(${value}))`;
  return { readable: plainRow, measured, unmatched };
}

interface Folded {
  measured: number;
  unmatched: number;
}

/** Takes the events that SQL cannot read through the pure meter, one by one. */
async function foldUnread(
  clickHouse: ClickHouse,
  meter: Meter,
  rows: {
    readonly parameters: Readonly<Record<string, ClickHouseParameter>>;
    readonly readable: string;
  },
): Promise<Map<number, Folded>> {
  const charge = parseCharge({
    key: 'usage',
    meter: meter.key,
    price: { model: 'per_unit', currency: 'USD', unitAmount: '0' },
  });
  const rater = compileCharge(charge, meter);
  const state = rater.empty({ from: 0, to: 1 });
  const sample = new StoredSample();
  const hours = new Map<number, Folded>();
  const sql = `SELECT toString(toUnixTimestamp64Micro(time)) AS time_us, data ${eventsOfSpan} AND NOT ${rows.readable} ${settings}`;
  const { parameters } = rows;
  for await (const events of clickHouse.stream({ sql, parameters, row: eventRow })) {
    for (const { data, time_us: time } of events) {
      const hour = Math.floor(time / microsecondsPerHour) * microsecondsPerHour;
      const cell = hours.get(hour) ?? { measured: 0, unmatched: 0 };
      hours.set(hour, cell);
      sample.moveTo({ time, offset: 0, index: 0, data });
      if (rater.add(state, sample) === 'measured') cell.measured += 1;
      else cell.unmatched += 1;
    }
  }
  return hours;
}
