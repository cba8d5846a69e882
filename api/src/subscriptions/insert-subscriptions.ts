/** Writes new subscriptions, one or thousands, with phases, periods, timeline and catalog changes. */
import { formatInstant } from '@tidemark/platform/clock';
import type { Instant } from '@tidemark/platform/clock';
import type { SqlConnection } from '@tidemark/platform/postgres';
import { recordChanges } from '../catalog/catalog-changes.ts';
import type { ChangeTicket } from '../catalog/catalog-changes.ts';
import type { CreateId } from '../identifiers/ulid.ts';
import { extensionOf, insertPeriods, refreshNextInstants } from './periods.ts';
import { changeOf } from './subscription.ts';
import type { Subscription } from './subscription.ts';
import type { WrittenPeriods } from './boundaries.ts';

/** A subscription whose rules were checked, with its first periods. */
export interface PreparedSubscription extends Omit<
  Subscription,
  'createdAt' | 'updatedAt' | 'currentPeriod'
> {
  readonly periods: WrittenPeriods;
  /** Whether the start itself is billed. */
  readonly billsInAdvance: boolean;
}

export interface InsertContext {
  readonly tenant: string;
  readonly now: Instant;
  readonly keyId: string | null;
  readonly createId: CreateId;
}

export async function insertSubscriptions(
  connection: SqlConnection,
  context: InsertContext,
  subscriptions: readonly PreparedSubscription[],
): Promise<ChangeTicket> {
  if (subscriptions.length === 0) return null;
  await insertRows(connection, context, subscriptions);
  for (const rows of groupByBoundaries(subscriptions).values()) {
    const [first] = rows;
    if (first === undefined) continue;
    await insertPeriods(connection, context.tenant, {
      subscriptions: rows.map(({ id }) => id),
      firstNumber: 0,
      boundaries: first.periods.boundaries,
    });
  }
  await refreshNextInstants(
    connection,
    context.tenant,
    subscriptions.map(({ id }) => id),
  );
  await insertPhases(connection, context, subscriptions);
  await insertCreatedEvents(connection, context, subscriptions);
  return recordChanges(
    connection,
    subscriptions.map((subscription) =>
      changeOf(context.tenant, subscription, subscription.periods.boundaries),
    ),
    context.now,
  );
}

/** Subscriptions of one start and cadence share their boundaries, and one statement writes them. */
function groupByBoundaries(
  subscriptions: readonly PreparedSubscription[],
): Map<WrittenPeriods, PreparedSubscription[]> {
  return Map.groupBy(subscriptions, ({ periods }) => periods);
}

async function insertRows(
  connection: SqlConnection,
  { tenant, now }: InsertContext,
  subscriptions: readonly PreparedSubscription[],
): Promise<void> {
  await connection.query(
    `insert into subscriptions (tenant, subscription, customer, plan, starts_at, ends_at, anchor, cadence, time_zone,
       metadata, first_nominal_from, extend_at, start_due, next_period, created_at, updated_at)
     select $1, subscription, customer, plan, starts_at::timestamptz, ends_at::timestamptz, anchor, cadence::jsonb,
       time_zone, metadata::jsonb, first_nominal_from::timestamptz, extend_at::timestamptz, start_due::boolean, 0,
       $14::timestamptz, $14::timestamptz
     from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
       $10::text[], $11::text[], $12::text[], $13::text[])
       as given (subscription, customer, plan, starts_at, ends_at, anchor, cadence, time_zone, metadata,
         first_nominal_from, extend_at, start_due)`,
    [
      tenant,
      subscriptions.map(({ id }) => id),
      subscriptions.map(({ customer }) => customer),
      subscriptions.map(({ phases }) => phases.at(-1)?.plan ?? null),
      subscriptions.map(({ startsAt }) => formatInstant(startsAt)),
      subscriptions.map(({ endsAt }) => textOf(endsAt)),
      subscriptions.map(({ anchor }) => anchor),
      subscriptions.map(({ cadence }) => JSON.stringify(cadence)),
      subscriptions.map(({ timeZone }) => timeZone),
      subscriptions.map(({ metadata }) => JSON.stringify(metadata)),
      subscriptions.map(({ periods }) => textOf(periods.firstNominalFrom)),
      subscriptions.map(({ periods, endsAt }) => textOf(extensionOf(periods.boundaries, endsAt))),
      subscriptions.map(({ billsInAdvance }) => String(billsInAdvance)),
      formatInstant(now),
    ],
  );
}

async function insertPhases(
  connection: SqlConnection,
  { tenant }: InsertContext,
  subscriptions: readonly PreparedSubscription[],
): Promise<void> {
  const phases = subscriptions.flatMap(({ id, phases: all }) =>
    all.map((phase) => ({ id, phase })),
  );
  await connection.query(
    `insert into subscription_phases (tenant, subscription, starts_at, plan, plan_version)
     select $1, subscription, starts_at::timestamptz, plan, plan_version
     from unnest($2::text[], $3::text[], $4::text[], $5::integer[])
       as given (subscription, starts_at, plan, plan_version)`,
    [
      tenant,
      phases.map(({ id }) => id),
      phases.map(({ phase }) => formatInstant(phase.from)),
      phases.map(({ phase }) => phase.plan),
      phases.map(({ phase }) => phase.version),
    ],
  );
}

async function insertCreatedEvents(
  connection: SqlConnection,
  { tenant, now, keyId, createId }: InsertContext,
  subscriptions: readonly PreparedSubscription[],
): Promise<void> {
  await connection.query(
    `insert into subscription_events (tenant, subscription, event, kind, recorded_at, effective_at, key_id, details)
     select $1, subscription, event, 'created', $5::timestamptz, effective_at::timestamptz, $6, details::jsonb
     from unnest($2::text[], $3::text[], $4::text[], $7::text[]) as given (subscription, event, effective_at, details)`,
    [
      tenant,
      subscriptions.map(({ id }) => id),
      subscriptions.map(() => createId('sev_')),
      subscriptions.map(({ startsAt }) => formatInstant(startsAt)),
      formatInstant(now),
      keyId,
      subscriptions.map(({ phases }) =>
        JSON.stringify({ plan: phases[0]?.plan, version: phases[0]?.version }),
      ),
    ],
  );
}

function textOf(instant: Instant | null): string | null {
  return instant === null ? null : formatInstant(instant);
}
