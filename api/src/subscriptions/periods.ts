/**
 * Billing periods, written ahead of time as immutable rows: up to one period past now (or past the start, where that lies
 * ahead), and on from there by a job. Which instants they are is decided by the calendar of the rating rules.
 */
import { formatInstant } from '@tidemark/platform/clock';
import type { Instant } from '@tidemark/platform/clock';
import type { SqlConnection } from '@tidemark/platform/postgres';

/** Boundaries of one or more subscriptions that share them. */
export interface PeriodRows {
  readonly subscriptions: readonly string[];
  /** Number of the first period that is new. */
  readonly firstNumber: number;
  /** Boundaries of the new periods: one more than there are periods. */
  readonly boundaries: readonly Instant[];
}

export async function insertPeriods(
  connection: SqlConnection,
  tenant: string,
  rows: PeriodRows,
): Promise<void> {
  const texts = rows.boundaries.map(formatInstant);
  await connection.query(
    `insert into billing_periods (tenant, subscription, number, starts_at, ends_at)
     select $1, subscription, $3::integer + (position - 1)::integer, starts_at, ends_at
     from unnest($2::text[]) as subscription
     cross join unnest($4::timestamptz[], $5::timestamptz[]) with ordinality
       as period (starts_at, ends_at, position)`,
    [tenant, rows.subscriptions, rows.firstNumber, texts.slice(0, -1), texts.slice(1)],
  );
}

/**
 * SQL for the next billing instant of a row `s` of `subscriptions`: its start while that is due, else the end of period
 * `next_period` (the subscription's own end where that comes first); null where the period is not written or not begun
 * before the end.
 */
export const nextInstantSql = `(
  case when s.start_due then (case when s.ends_at is null or s.ends_at > s.starts_at then s.starts_at end)
  else (
    select least(p.ends_at, s.ends_at) from billing_periods p
    where p.tenant = s.tenant and p.subscription = s.subscription and p.number = s.next_period
      and (s.ends_at is null or p.starts_at < s.ends_at)
  ) end)`;

/** Recomputes the next billing instant after periods, end or `next_period` moved. */
export async function refreshNextInstants(
  connection: SqlConnection,
  tenant: string,
  subscriptions: readonly string[],
): Promise<void> {
  await connection.query(
    `update subscriptions s set next_instant = ${nextInstantSql}
     where s.tenant = $1 and s.subscription = any($2::text[])`,
    [tenant, subscriptions],
  );
}

/** How far a list of boundaries reaches, and when it must be extended (null: never, the subscription has ended by then). */
export function extensionOf(
  boundaries: readonly Instant[],
  endsAt: Instant | null,
): Instant | null {
  const last = boundaries.at(-1);
  if (last === undefined || (endsAt !== null && endsAt <= last)) return null;
  return boundaries.at(-2) ?? null;
}
