/** Writes further billing periods as time goes on, as new catalog changes: raters know a period before its events come. */
import { formatInstant } from '@tidemark/platform/clock';
import type { Clock, Instant } from '@tidemark/platform/clock';
import type { SqlConnection, SqlDatabase } from '@tidemark/platform/postgres';
import { recordChanges } from '../catalog/catalog-changes.ts';
import type { ChangeTicket } from '../catalog/catalog-changes.ts';
import { createBoundaryWriter } from './boundaries.ts';
import type { BoundaryWriter } from './boundaries.ts';
import { extensionOf, insertPeriods, refreshNextInstants } from './periods.ts';
import { readBoundaries, readSubscription } from './subscription-rows.ts';
import { changeOf } from './subscription.ts';

const batchSize = 200;

export interface ExtensionRequest {
  /** Only this tenant; all by default. */
  readonly tenant?: string;
  /** Periods must reach one past this instant; now by default. */
  readonly until?: Instant;
}

/**
 * Extends every subscription whose written periods end too soon.
 *
 * @returns what to wait for, `null` where all reach far enough.
 */
export async function extendPeriods(
  database: SqlDatabase,
  clock: Clock,
  request: ExtensionRequest = {},
): Promise<ChangeTicket> {
  const writeBoundaries = createBoundaryWriter();
  const until = request.until ?? clock.now();
  let ticket: ChangeTicket = null;
  for (;;) {
    const batch = await database.transaction((connection) =>
      extendBatch(connection, { tenant: request.tenant, until, now: clock.now(), writeBoundaries }),
    );
    ticket = batch.ticket ?? ticket;
    if (batch.count < batchSize) return ticket;
  }
}

interface Extension {
  readonly tenant: string | undefined;
  readonly until: Instant;
  readonly now: Instant;
  readonly writeBoundaries: BoundaryWriter;
}

async function extendBatch(
  connection: SqlConnection,
  extension: Extension,
): Promise<{ count: number; ticket: ChangeTicket }> {
  const due = await connection.query<{ tenant: string; subscription: string }>(
    `select tenant, subscription from subscriptions
     where extend_at <= $1::timestamptz and ($2::text is null or tenant = $2)
     order by extend_at limit ${batchSize} for update skip locked`,
    [formatInstant(extension.until), extension.tenant ?? null],
  );
  let ticket: ChangeTicket = null;
  for (const { tenant, subscription } of due) {
    ticket = (await extendOne(connection, tenant, subscription, extension)) ?? ticket;
  }
  return { count: due.length, ticket };
}

async function extendOne(
  connection: SqlConnection,
  tenant: string,
  id: string,
  { now, until, writeBoundaries }: Extension,
): Promise<ChangeTicket> {
  const subscription = await readSubscription(connection, tenant, id, now);
  const { anchor, cadence, endsAt, startsAt, timeZone } = subscription;
  const written = await readBoundaries(connection, tenant, id);
  const { boundaries: wanted } = writeBoundaries(
    { startsAt, anchor, cadence, timeZone },
    { until: Math.max(until, startsAt), end: endsAt },
  );
  const last = written.at(-1) ?? startsAt;
  const added = following(wanted, last);
  const boundaries = [...written, ...added];
  if (added.length > 0) {
    await insertPeriods(connection, tenant, {
      subscriptions: [id],
      firstNumber: written.length - 1,
      boundaries: [last, ...added],
    });
  }
  const extendAt = added.length > 0 ? extensionOf(boundaries, endsAt) : null;
  await connection.query(
    'update subscriptions set extend_at = $3::timestamptz where tenant = $1 and subscription = $2',
    [tenant, id, extendAt === null ? null : formatInstant(extendAt)],
  );
  if (added.length === 0) return null;
  await refreshNextInstants(connection, tenant, [id]);
  return recordChanges(connection, [changeOf(tenant, subscription, boundaries)], now);
}

/**
 * The boundaries after the last written one. Written boundaries stand, also when the customer has moved to another time
 * zone since: a first period of mere hours between the old midnight and the new one is left out.
 */
function following(wanted: readonly Instant[], last: Instant): Instant[] {
  const later = wanted.filter((boundary) => boundary > last);
  const [first, second] = later;
  if (first === undefined || second === undefined) return later;
  return first - last < (second - first) / 2 ? later.slice(1) : later;
}
