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
  await connection.query(
    `insert into billing_period_runs (tenant, subscription, first_number, boundaries)
     select $1, subscription, $3, $4::timestamptz[] from unnest($2::text[]) as subscription`,
    [tenant, rows.subscriptions, rows.firstNumber, rows.boundaries.map(formatInstant)],
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
    select least(r.boundaries[s.next_period - r.first_number + 2], s.ends_at) from billing_period_runs r
    where r.tenant = s.tenant and r.subscription = s.subscription
      and r.first_number <= s.next_period and r.next_number > s.next_period
      and (s.ends_at is null or r.boundaries[s.next_period - r.first_number + 1] < s.ends_at)
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
