/**
 * Finds closed periods that have gained events since they were billed. First the few customers that have any old event
 * behind the earlier cuts at all, then exactly which of their periods.
 */
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import type { RatingPeriod } from '@tidemark/rater/pricing';
import { z } from 'zod';
import { belowBound, boundParameters } from '../../store/log-bound.ts';
import type { LogBound } from '../../store/log-bound.ts';
import { batchesOfTexts } from '../../store/text-batches.ts';

/** A period that is billed up to a coordinate of its customer's partition. */
export interface BilledSpan {
  readonly customer: string;
  readonly span: RatingPeriod;
  readonly billedIncarnation: number;
  /** Exclusive offset up to which the customer's events of the period are billed. */
  readonly billedOffset: number;
}

const suspectsSql = `
SELECT DISTINCT subject AS customer
FROM usage_events
WHERE tenant = {tenant:String} AND subject IN {customers:Array(String)}
  AND time < fromUnixTimestamp64Micro({latest:Int64}, 'UTC')
  AND (incarnation > {incarnation:UInt32} OR incarnation = {incarnation:UInt32} AND offset >= {offset:UInt64})
  AND ${belowBound}`;

const lateSql = `
SELECT DISTINCT due.ordinal AS ordinal
FROM (
  SELECT subject, toUnixTimestamp64Micro(time) AS time_us, incarnation AS log_incarnation, offset AS log_offset
  FROM usage_events
  WHERE tenant = {tenant:String} AND subject IN {customers:Array(String)}
    AND time < fromUnixTimestamp64Micro({latest:Int64}, 'UTC')
    AND ${belowBound}
) AS event
INNER JOIN (
  SELECT span.1 AS ordinal, span.2 AS customer, span.3 AS span_from, span.4 AS span_to,
    span.5 AS billed_incarnation, span.6 AS billed_offset
  FROM (SELECT arrayJoin(arrayZip({ordinals:Array(UInt32)}, {customers:Array(String)}, {spanFroms:Array(Int64)},
    {spanTos:Array(Int64)}, {incarnations:Array(UInt32)}, {offsets:Array(UInt64)})) AS span)
) AS due ON event.subject = due.customer
WHERE event.time_us >= due.span_from AND event.time_us < due.span_to
  AND (event.log_incarnation, event.log_offset) >= (due.billed_incarnation, due.billed_offset)`;

const suspectRow = z.object({ customer: z.string() });
const lateRow = z.object({ ordinal: z.number() });

/** Positions in `spans` of those with an event at or above their billed coordinate and below the bound. */
export async function readLatePeriods(
  clickHouse: ClickHouse,
  spans: readonly BilledSpan[],
  range: { readonly tenant: string; readonly bound: LogBound },
): Promise<Set<number>> {
  const late = new Set<number>();
  if (spans.length === 0) return late;
  const suspects = await readSuspects(clickHouse, spans, range);
  const ordinals = [...spans.keys()].filter((at) => suspects.has(spans[at]?.customer ?? ''));
  for (let from = 0; from < ordinals.length; from += spansOfStatement) {
    const batch = ordinals.slice(from, from + spansOfStatement);
    const chosen = batch.flatMap((ordinal) => spans[ordinal] ?? []);
    const parameters = {
      tenant: range.tenant,
      ordinals: batch,
      customers: chosen.map(({ customer }) => customer),
      spanFroms: chosen.map(({ span }) => span.from),
      spanTos: chosen.map(({ span }) => span.to),
      incarnations: chosen.map(({ billedIncarnation }) => billedIncarnation),
      offsets: chosen.map(({ billedOffset }) => billedOffset),
      latest: latestOf(chosen),
      ...boundParameters(range.bound),
    };
    const rows = await clickHouse.query({ sql: lateSql, parameters, row: lateRow });
    for (const { ordinal } of rows) late.add(ordinal);
  }
  return late;
}

/** Customers' names may be long: 250 x 256 bytes stay below the limit of one parameter. */
const spansOfStatement = 250;

async function readSuspects(
  clickHouse: ClickHouse,
  spans: readonly BilledSpan[],
  range: { readonly tenant: string; readonly bound: LogBound },
): Promise<Set<string>> {
  const suspects = new Set<string>();
  const incarnation = spans.reduce(
    (least, { billedIncarnation }) => Math.min(least, billedIncarnation),
    Infinity,
  );
  const offset = spans
    .filter(({ billedIncarnation }) => billedIncarnation === incarnation)
    .reduce((least, { billedOffset }) => Math.min(least, billedOffset), Infinity);
  const customers = [...new Set(spans.map(({ customer }) => customer))].sort();
  for (const batch of batchesOfTexts(customers)) {
    const parameters = {
      tenant: range.tenant,
      customers: batch,
      latest: latestOf(spans),
      incarnation,
      offset,
      ...boundParameters(range.bound),
    };
    const rows = await clickHouse.query({ sql: suspectsSql, parameters, row: suspectRow });
    for (const { customer } of rows) suspects.add(customer);
  }
  return suspects;
}

function latestOf(spans: readonly BilledSpan[]): number {
  return spans.reduce((greatest, { span }) => Math.max(greatest, span.to), -Infinity);
}
