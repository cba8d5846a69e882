/** What a close has to bill: subscriptions at their billing instants, with the terms in force and what is billed so far. */
import { formatInstant } from '@tidemark/platform/clock';
import type { Instant } from '@tidemark/platform/clock';
import type { SqlConnection } from '@tidemark/platform/postgres';
import { joinRuns } from '../subscriptions/subscription-rows.ts';
import { readTermsAtEpoch } from './terms-at-epoch.ts';
import type { NotDue, TermsAtEpoch } from './terms-at-epoch.ts';
import type {
  ClosedPeriod,
  DueCursor,
  DueInstant,
  DuePeriod,
  PeriodClose,
  PlanTerms,
  PlanTermsChange,
} from '@tidemark/aggregator/ports';

/** A subscription at one instant; `period` is the number of the one that ends there, -1 at the start. */
type DueRow = {
  subscription: string;
  customer: string;
  time_zone: string;
  instant: Instant;
  revision: number;
  period: number;
  starts_at: Instant;
  ends_at: Instant | null;
  first_nominal_from: Instant | null;
};

const dueColumns = `s.subscription, s.customer, s.time_zone, s.starts_at, s.ends_at, s.first_nominal_from`;
/** What every question has: tenant, through, cursor (instant, subscription), customers, limit. */
const inScope = `s.tenant = $1 and ($5::text[] is null or s.customer = any($5::text[]))`;

const page = `instant <= $2::timestamptz
    and ($3::timestamptz is null or (instant, subscription) > ($3::timestamptz, $4::text))
  order by instant, subscription limit $6`;

/**
 * Subscriptions that are billed to their end: late usage makes another revision of their last invoice. One for every
 * `through`, so that closing again changes nothing.
 */
const endedSql = `select ${dueColumns}, s.ends_at as instant, s.next_period as period, last.revision + 1 as revision
  from subscriptions s
  cross join lateral (
    select max(i.revision) as revision, max(i.through) as through from invoices i
    where i.tenant = s.tenant and i.subscription = s.subscription and i.instant = s.ends_at
  ) last
  where ${inScope} and s.next_instant is null and last.through < $2::timestamptz`;

/** The one next instant of every subscription: a later one is due only once this one has its invoice. */
const nextSql = `select * from (
    select ${dueColumns}, s.next_instant as instant,
      case when s.start_due then -1 else s.next_period end as period, 1 as revision
    from subscriptions s where ${inScope} and s.next_instant <= $2::timestamptz
    union all
    ${endedSql}
  ) due
  where ${page}`;

/** A dry run issues nothing, so it sees all open instants at once. */
const openSql = `select * from (
    select ${dueColumns}, s.starts_at as instant, -1 as period, 1 as revision
    from subscriptions s where ${inScope} and s.start_due and s.next_instant is not null
    union all
    select ${dueColumns}, least(p.ends_at, s.ends_at) as instant, p.number as period, 1 as revision
    from subscriptions s
    join billing_periods p on p.tenant = s.tenant and p.subscription = s.subscription and p.number >= s.next_period
    where ${inScope} and (s.ends_at is null or p.starts_at < s.ends_at)
    union all
    ${endedSql}
  ) due
  where ${page}`;

export async function readDueInstants(
  connection: SqlConnection,
  close: PeriodClose,
  after: DueCursor | null,
  limit: number,
): Promise<DueInstant[]> {
  for (let cursor = after; ;) {
    const rows = await connection.query<DueRow>(close.dryRun ? openSql : nextSql, [
      close.tenant,
      formatInstant(close.through),
      cursor === null ? null : formatInstant(cursor.instant),
      cursor?.subscription ?? null,
      close.customers,
      limit,
    ]);
    const last = rows.at(-1);
    if (last === undefined) return [];
    const { catalogEpoch, tenant } = close;
    const terms = await readTermsAtEpoch(connection, tenant, rows, catalogEpoch);
    const due = rows.filter(({ subscription }) => terms.get(subscription) !== 'not-due');
    // An empty answer would say that nothing is left.
    if (due.length > 0) return completeDueInstants(connection, tenant, due, terms);
    cursor = { instant: last.instant, subscription: last.subscription };
  }
}

async function completeDueInstants(
  connection: SqlConnection,
  tenant: string,
  rows: readonly DueRow[],
  termsAtEpoch: ReadonlyMap<string, TermsAtEpoch | NotDue>,
): Promise<DueInstant[]> {
  const ids = [...new Set(rows.map(({ subscription }) => subscription))];
  const [periods, phases, billed] = [
    await readPeriods(connection, tenant, ids),
    await readPhases(connection, tenant, { ids, termsAtEpoch }),
    await readBilled(connection, tenant, ids),
  ];
  return rows.map((row) => {
    const written = periods.get(row.subscription) ?? [];
    const terms = phases.get(row.subscription) ?? [];
    const periodAt = (number: number): DuePeriod | null => duePeriod(row, written, number, terms);
    return {
      tenant,
      subscription: row.subscription,
      customer: row.customer,
      timeZone: row.time_zone,
      instant: row.instant,
      revision: row.revision,
      ending: row.period < 0 ? null : periodAt(row.period),
      // After the end nothing starts.
      starting:
        row.ends_at !== null && row.instant >= row.ends_at ? null : periodAt(row.period + 1),
      closed: closedPeriods(row, billed.get(row.subscription) ?? [], periodAt),
    };
  });
}

function closedPeriods(
  row: DueRow,
  billed: readonly BilledRow[],
  periodAt: (number: number) => DuePeriod | null,
): ClosedPeriod[] {
  const closed: ClosedPeriod[] = [];
  const byStart = new Map(billed.map((amounts) => [amounts.period_from, amounts]));
  for (let number = 0; number < row.period; number += 1) {
    const period = periodAt(number);
    const amounts = period === null ? undefined : byStart.get(period.from);
    if (period === null || amounts === undefined) continue;
    closed.push({
      period,
      billedCut: { incarnation: amounts.cut_incarnation, offsets: amounts.cut_offsets },
      billed: amounts.amounts,
    });
  }
  return closed;
}

function duePeriod(
  row: DueRow,
  boundaries: readonly Instant[],
  number: number,
  phases: readonly PlanTermsChange[],
): DuePeriod | null {
  const from = boundaries[number];
  const end = boundaries[number + 1];
  if (from === undefined || end === undefined) return null;
  const to = row.ends_at === null ? end : Math.min(end, row.ends_at);
  if (to <= from) return null;
  const plan = (phases.findLast((phase) => phase.from <= from) ?? phases[0])?.plan;
  if (plan === undefined) return null;
  const changes = phases.filter((phase) => phase.from > from && phase.from < to);
  const nominalFrom = number === 0 ? (row.first_nominal_from ?? from) : from;
  const isPart = nominalFrom < from || to < end;
  return {
    from,
    to,
    plan,
    ...(isPart ? { nominal: { from: nominalFrom, to: end } } : {}),
    ...(changes.length > 0 ? { changes } : {}),
  };
}

/** Boundaries by subscription: period k is [k, k + 1). */
async function readPeriods(
  connection: SqlConnection,
  tenant: string,
  ids: readonly string[],
): Promise<Map<string, Instant[]>> {
  const rows = await connection.query<{ subscription: string; boundaries: Instant[] }>(
    `select subscription, boundaries from billing_period_runs
     where tenant = $1 and subscription = any($2::text[]) order by subscription, first_number`,
    [tenant, ids],
  );
  const runs = Map.groupBy(rows, ({ subscription }) => subscription);
  return new Map(Array.from(runs, ([subscription, list]) => [subscription, joinRuns(list)]));
}

type PhaseRow = {
  subscription: string;
  starts_at: Instant;
  plan: string;
  plan_version: number;
  name: string;
  currency: string;
  charges: unknown[];
  minimum: string | null;
  maximum: string | null;
};

/** Phases with their terms, ascending. */
async function readPhases(
  connection: SqlConnection,
  tenant: string,
  {
    ids,
    termsAtEpoch,
  }: {
    readonly ids: readonly string[];
    readonly termsAtEpoch: ReadonlyMap<string, TermsAtEpoch | NotDue>;
  },
): Promise<Map<string, PlanTermsChange[]>> {
  const earlier = ids.flatMap((subscription) => {
    const terms = termsAtEpoch.get(subscription);
    if (terms === undefined || terms === 'not-due') return [];
    return terms.phases.map((phase) => ({ subscription, ...phase }));
  });
  const rows = await connection.query<PhaseRow>(
    `select f.subscription, f.starts_at, f.plan, f.plan_version, v.name, v.currency, v.charges, v.minimum, v.maximum
     from (
       select subscription, starts_at, plan, plan_version from subscription_phases
       where tenant = $1 and subscription = any($2::text[])
       union all
       select * from unnest($3::text[], $4::timestamptz[], $5::text[], $6::integer[])
     ) f
     join plan_versions v on v.tenant = $1 and v.plan = f.plan and v.version = f.plan_version
     order by f.subscription, f.starts_at`,
    [
      tenant,
      ids.filter((id) => !termsAtEpoch.has(id)),
      earlier.map(({ subscription }) => subscription),
      earlier.map(({ from }) => formatInstant(from)),
      earlier.map(({ plan }) => plan),
      earlier.map(({ version }) => version),
    ],
  );
  const phases = new Map<string, PlanTermsChange[]>();
  for (const row of rows) {
    const plan: PlanTerms = {
      plan: row.plan,
      version: row.plan_version,
      name: row.name,
      currency: row.currency,
      charges: row.charges,
      minimum: row.minimum,
      maximum: row.maximum,
    };
    const list = phases.get(row.subscription) ?? [];
    list.push({ from: row.starts_at, plan });
    phases.set(row.subscription, list);
  }
  return phases;
}

type BilledRow = {
  subscription: string;
  period_from: Instant;
  cut_incarnation: number;
  cut_offsets: number[];
  amounts: Record<string, string>;
};

async function readBilled(
  connection: SqlConnection,
  tenant: string,
  ids: readonly string[],
): Promise<Map<string, BilledRow[]>> {
  const rows = await connection.query<BilledRow>(
    `select subscription, period_from, cut_incarnation, cut_offsets, amounts from billed_amounts
     where tenant = $1 and subscription = any($2::text[]) order by subscription, period_from`,
    [tenant, ids],
  );
  return Map.groupBy(rows, ({ subscription }) => subscription);
}

/** Which subscription and period a question of spend means. */
export interface SpendTarget {
  readonly tenant: string;
  readonly customer: string;
  readonly at: Instant;
  readonly subscription: string | undefined;
}

/**
 * The billing instant at the end of the period that holds `at`, whether it is invoiced or not; by subscription, in the
 * order of their ids, of those that are live at that instant.
 */
export async function readSpendInstants(
  connection: SqlConnection,
  target: SpendTarget,
): Promise<DueInstant[]> {
  const rows = await connection.query<DueRow>(
    `select ${dueColumns}, least(p.ends_at, s.ends_at) as instant, p.number as period, 1 as revision
     from subscriptions s
     join billing_periods p on p.tenant = s.tenant and p.subscription = s.subscription
     where s.tenant = $1 and s.customer = $2 and ($3::text is null or s.subscription = $3)
       and p.starts_at <= $4::timestamptz and p.ends_at > $4::timestamptz
       and (s.ends_at is null or s.ends_at > $4::timestamptz)
     order by s.subscription`,
    [target.tenant, target.customer, target.subscription ?? null, formatInstant(target.at)],
  );
  return completeDueInstants(connection, target.tenant, rows, new Map());
}
