/** Reads of subscriptions. */
import { formatInstant } from '@tidemark/platform/clock';
import type { Instant } from '@tidemark/platform/clock';
import type { SqlConnection } from '@tidemark/platform/postgres';
import type { Cadence } from '../catalog/plan.ts';
import { notFound } from '../problems.ts';
import type { Page, PageRequest } from '../values/page.ts';
import { pageOf } from '../values/page.ts';
import type { Anchor, Phase, Subscription, SubscriptionEvent } from './subscription.ts';

type SubscriptionRow = {
  subscription: string;
  customer: string;
  starts_at: Instant;
  ends_at: Instant | null;
  anchor: Anchor;
  cadence: Cadence;
  time_zone: string;
  metadata: Subscription['metadata'];
  created_at: Instant;
  updated_at: Instant;
  phases: { from: string; plan: string; version: number }[];
  period_from: Instant | null;
  period_to: Instant | null;
};

/** `$2` is now: the current period is the one that holds it. Phases travel as epoch microseconds in text. */
const selectSubscriptions = `select s.subscription, s.customer, s.starts_at, s.ends_at, s.anchor, s.cadence, s.time_zone,
    s.metadata, s.created_at, s.updated_at,
    (select jsonb_agg(jsonb_build_object('from', (extract(epoch from f.starts_at) * 1000000)::bigint::text,
        'plan', f.plan, 'version', f.plan_version) order by f.starts_at)
     from subscription_phases f where f.tenant = s.tenant and f.subscription = s.subscription) as phases,
    r.boundaries[width_bucket($2::timestamptz, r.boundaries)] as period_from,
    least(r.boundaries[width_bucket($2::timestamptz, r.boundaries) + 1], s.ends_at) as period_to
  from subscriptions s
  left join billing_period_runs r
    on r.tenant = s.tenant and r.subscription = s.subscription
      and r.starts_at <= $2::timestamptz and r.ends_at > $2::timestamptz
      and (s.ends_at is null or s.ends_at > $2::timestamptz)`;

export interface SubscriptionFilter {
  readonly customer?: string | undefined;
  readonly plan?: string | undefined;
}

export async function readSubscription(
  connection: SqlConnection,
  tenant: string,
  id: string,
  now: Instant,
): Promise<Subscription> {
  const [row] = await connection.query<SubscriptionRow>(
    `${selectSubscriptions} where s.tenant = $1 and s.subscription = $3`,
    [tenant, formatInstant(now), id],
  );
  if (row === undefined) throw notFound('subscription', id);
  return subscriptionOf(row);
}

/** In the order of creation. */
export async function listSubscriptions(
  connection: SqlConnection,
  tenant: string,
  filter: SubscriptionFilter,
  page: PageRequest & { readonly now: Instant },
): Promise<Page<Subscription>> {
  const rows = await connection.query<SubscriptionRow>(
    `${selectSubscriptions}
     where s.tenant = $1 and s.subscription > $3
       and ($4::text is null or s.customer = $4) and ($5::text is null or s.plan = $5)
     order by s.subscription limit $6`,
    [
      tenant,
      formatInstant(page.now),
      page.after[0] ?? '',
      filter.customer ?? null,
      filter.plan ?? null,
      page.limit + 1,
    ],
  );
  return pageOf(rows.map(subscriptionOf), page.limit, ({ id }) => [id]);
}

/** All subscriptions of these customers, ended ones too, in the order of creation. */
export async function readSubscriptionsOf(
  connection: SqlConnection,
  tenant: string,
  customers: readonly string[],
  now: Instant,
): Promise<Subscription[]> {
  const rows = await connection.query<SubscriptionRow>(
    `${selectSubscriptions} where s.tenant = $1 and s.customer = any($3::text[]) order by s.subscription`,
    [tenant, formatInstant(now), customers],
  );
  return rows.map(subscriptionOf);
}

/** All boundaries written so far. */
export async function readBoundaries(
  connection: SqlConnection,
  tenant: string,
  id: string,
): Promise<Instant[]> {
  const runs = await connection.query<{ boundaries: Instant[] }>(
    `select boundaries from billing_period_runs
     where tenant = $1 and subscription = $2 order by first_number`,
    [tenant, id],
  );
  return joinRuns(runs);
}

/** A run starts with the boundary that the run before it ends with. */
export function joinRuns(runs: readonly { readonly boundaries: readonly Instant[] }[]): Instant[] {
  return runs.flatMap(({ boundaries }, index) => (index === 0 ? boundaries : boundaries.slice(1)));
}

/** What happened to a subscription, oldest first. */
export async function readTimeline(
  connection: SqlConnection,
  tenant: string,
  id: string,
  page: PageRequest,
): Promise<Page<SubscriptionEvent>> {
  const rows = await connection.query<{
    event: string;
    kind: SubscriptionEvent['kind'];
    recorded_at: Instant;
    effective_at: Instant;
    key_id: string | null;
    details: Record<string, unknown>;
  }>(
    `select event, kind, recorded_at, effective_at, key_id, details from subscription_events
     where tenant = $1 and subscription = $2 and event > $3 order by event limit $4`,
    [tenant, id, page.after[0] ?? '', page.limit + 1],
  );
  const events = rows.map((row): SubscriptionEvent => ({
    id: row.event,
    kind: row.kind,
    recordedAt: row.recorded_at,
    effectiveAt: row.effective_at,
    keyId: row.key_id,
    details: row.details,
  }));
  return pageOf(events, page.limit, (event) => [event.id]);
}

function subscriptionOf(row: SubscriptionRow): Subscription {
  return {
    id: row.subscription,
    customer: row.customer,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    anchor: row.anchor,
    cadence: row.cadence,
    timeZone: row.time_zone,
    metadata: row.metadata,
    phases: row.phases.map(({ from, plan, version }): Phase => ({
      from: Number(from),
      plan,
      version,
    })),
    currentPeriod:
      row.period_from === null || row.period_to === null
        ? null
        : { from: row.period_from, to: row.period_to },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
