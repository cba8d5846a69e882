/**
 * The third conservation equation, priced = invoiced + open, by charge and period. Open is what the next close bills: the
 * period priced at its cut less what is billed so far (aggregator/src/close/late). So the equation holds to the last cent
 * exactly when what counts as billed is what the lines of all invoices say, whether on the period's own or on a later one.
 * Voided invoices count: a void gives nothing back by itself.
 */
import { formatInstant } from '@tidemark/platform/clock';
import type { Instant } from '@tidemark/platform/clock';
import type { SqlConnection } from '@tidemark/platform/postgres';

export interface BilledCharge {
  /** `null`: the plan's minimum or maximum. */
  readonly charge: string | null;
  readonly periodFrom: Instant;
  readonly currency: string;
  readonly subscriptions: number;
  /** Decimal strings, summed over the subscriptions. */
  readonly billed: string;
  readonly invoiced: string;
  /** Sum of how far off each subscription is, so that two mistakes do not hide each other. */
  readonly difference: string;
  /** Whether there is no difference. */
  readonly holds: boolean;
}

export interface BilledSpan {
  readonly tenant: string;
  /** When it was billed; inclusive. */
  readonly from?: Instant | undefined;
  /** Exclusive. */
  readonly to?: Instant | undefined;
}

/**
 * The period of a line is the one that its invoice ends, or, of late usage, the one where the line begins. What is due in
 * advance begins at the invoice's instant or after it and is never adjusted, so it stands on no account here. Coupons are
 * lines like a plan's maximum: the invoice's own sum of them takes them out again.
 */
const sql = `with line as (
    select i.subscription, i.currency, i.created_at, l.amount,
      case when l.kind = 'late_usage' then l.from_at else i.period_from end as period_from,
      case when l.charge in ('minimum', 'maximum') then '' else coalesce(l.charge, '') end as charge
    from invoices i join invoice_lines l on l.tenant = i.tenant and l.invoice = i.invoice
    where i.tenant = $1 and l.kind not in ('credit', 'tax') and (l.kind = 'late_usage' or l.from_at < i.instant)
    union all
    select subscription, currency, created_at, discount_total, period_from, ''
    from invoices where tenant = $1 and discount_total <> 0 and period_from < instant
  ),
  account as (
    select b.subscription, b.period_from, b.updated_at, given.value::numeric as amount,
      case when given.key in ('minimum', 'maximum') then '' else given.key end as charge
    from billed_amounts b, jsonb_each_text(b.amounts) as given
    where b.tenant = $1
  ),
  concerned as (
    select subscription, period_from from account
    where ($2::timestamptz is null or updated_at >= $2::timestamptz) and ($3::timestamptz is null or updated_at < $3::timestamptz)
    union
    select subscription, period_from from line
    where ($2::timestamptz is null or created_at >= $2::timestamptz) and ($3::timestamptz is null or created_at < $3::timestamptz)
  ),
  side as (
    select subscription, period_from, charge, currency, 0 as billed, amount as invoiced from line
    union all
    select subscription, period_from, charge, null, amount, 0 from account
  ),
  pair as (
    select subscription, period_from, charge, coalesce(max(currency), '') as currency, sum(billed) as billed, sum(invoiced) as invoiced
    from side join concerned using (subscription, period_from)
    group by subscription, period_from, charge
  )
  select charge, period_from, currency, count(*)::integer as subscriptions, sum(billed)::text as billed,
    sum(invoiced)::text as invoiced, sum(abs(billed - invoiced))::text as difference
  from pair
  group by charge, period_from, currency
  order by period_from, charge, currency`;

type Row = {
  charge: string;
  period_from: Instant;
  currency: string;
  subscriptions: number;
  billed: string;
  invoiced: string;
  difference: string;
};

export async function readBilledCharges(
  database: SqlConnection,
  { from, tenant, to }: BilledSpan,
): Promise<BilledCharge[]> {
  const bound = (instant: Instant | undefined): string | null =>
    instant === undefined ? null : formatInstant(instant);
  const rows = await database.query<Row>(sql, [tenant, bound(from), bound(to)]);
  return rows.map(({ charge, period_from: periodFrom, ...row }) => ({
    ...row,
    charge: charge === '' ? null : charge,
    periodFrom,
    holds: !/[1-9]/.test(row.difference),
  }));
}
