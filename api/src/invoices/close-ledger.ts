/**
 * The period close's view of Postgres. The cut is taken under the row lock of the catalog epochs, with every epoch
 * acknowledged: so one epoch holds below the cut on every partition.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { formatInstant } from '@tidemark/platform/clock';
import type { Clock } from '@tidemark/platform/clock';
import type { EventLog } from '@tidemark/ingest/log';
import type { CloseLedger, CloseRequest, PeriodClose } from '@tidemark/aggregator/ports';
import { AppError, assert } from '@tidemark/platform/errors';
import { failpoint } from '@tidemark/platform/failpoint';
import type { SqlConnection, SqlDatabase } from '@tidemark/platform/postgres';
import type { MeterChange } from '@tidemark/rater/catalog';
import { lockEpochs } from '../catalog/epoch-store.ts';
import type { EpochPublisher } from '../catalog/epoch-publisher.ts';
import type { CreateId } from '../identifiers/ulid.ts';
import { readDueInstants } from './due-instants.ts';
import { issueInvoices, recordDrafts } from './issue-invoices.ts';
import {
  countSubscriptions,
  periodCloseColumns,
  periodCloseOf,
  readCloseStatus,
  readPeriodClose,
  updatedClose,
} from './period-close-rows.ts';
import type { PeriodCloseRow } from './period-close-rows.ts';

export interface CloseLedgerOptions {
  readonly database: SqlDatabase;
  readonly clock: Clock;
  readonly createId: CreateId;
  readonly eventLog: EventLog;
  readonly publisher: Pick<EpochPublisher, 'run'>;
  /** How long a close waits for the raters to acknowledge the catalog; a minute by default. */
  readonly acknowledgeTimeoutMs?: number;
}

const retryMs = 20;

export function createCloseLedger(options: CloseLedgerOptions): CloseLedger {
  const { clock, createId, database } = options;
  return {
    openClose: (request) => openClose(options, request),
    readClose: createCloseReader(database),
    async unfinishedCloses() {
      const rows = await database.query<PeriodCloseRow>(
        `select ${periodCloseColumns} from period_closes
         where status in ('queued', 'running') order by created_at, close`,
      );
      const closes: PeriodClose[] = [];
      for (const row of rows) closes.push(await periodCloseOf(database, row));
      return closes;
    },
    dueInstants: (close, after, limit) => readDueInstants(database, close, after, limit),
    issueInvoices: (close, drafts) =>
      close.dryRun
        ? recordDrafts(database, clock.now(), close, drafts)
        : database.transaction((connection) =>
            issueInvoices(connection, { now: clock.now(), createId }, close, drafts),
          ),
    updateClose: (close, update) => updateClose(options, close, update),
    async catalogMeters(tenant, epoch) {
      const rows = await database.query<{ body: MeterChange }>(
        `select body from (
           select distinct on (key) epoch, seq, body from catalog_changes
           where tenant = $1 and kind = 'meter' and epoch <= $2
           order by key, epoch desc, seq desc
         ) latest order by epoch, seq`,
        [tenant, epoch],
      );
      return rows.map(({ body }) => body);
    },
  };
}

/** How long the counts of a running job are good enough for whoever watches it. */
const countsKeptMs = 1000;
const watchedMax = 1000;

/**
 * Reads jobs. Counting the invoices of a large job takes a while, so for a job that runs the last answer is given again
 * for a second; the counts of a finished one are always exact.
 */
function createCloseReader(database: SqlDatabase): CloseLedger['readClose'] {
  const watched = new Map<string, { readonly at: number; readonly close: PeriodClose }>();
  return async (tenant, id) => {
    const key = `${tenant}:${id}`;
    const last = watched.get(key);
    if (last !== undefined && performance.now() - last.at < countsKeptMs) {
      const status = await readCloseStatus(database, tenant, id);
      if (status === last.close.status) return last.close;
    }
    const close = await readPeriodClose(database, tenant, id);
    watched.delete(key);
    if (close?.status === 'running') {
      if (watched.size >= watchedMax) watched.clear();
      watched.set(key, { at: performance.now(), close });
    }
    return close;
  };
}

async function openClose(options: CloseLedgerOptions, request: CloseRequest): Promise<PeriodClose> {
  const { database, publisher, acknowledgeTimeoutMs = 60_000 } = options;
  const deadline = AbortSignal.timeout(acknowledgeTimeoutMs);
  for (;;) {
    const opened = await database.transaction((connection) =>
      tryOpen(connection, options, request),
    );
    if (opened !== null) return opened;
    if (deadline.aborted) {
      throw new AppError(
        'unavailable',
        'api/catalog-not-acknowledged',
        'The raters have not acknowledged the last catalog change yet.',
      );
    }
    // The lock is free again: finish the publication, then try anew.
    await delay(retryMs);
    await Promise.race([publisher.run(), rejected(deadline)]).catch((error: unknown) => {
      if (!deadline.aborted) throw error;
    });
  }
}

/** `null`: a catalog change is on its way; the cut must wait for it. */
async function tryOpen(
  connection: SqlConnection,
  { clock, createId, eventLog }: CloseLedgerOptions,
  request: CloseRequest,
): Promise<PeriodClose | null> {
  const epochs = await lockEpochs(connection, eventLog.incarnation);
  const customers = request.customers === null ? null : [...new Set(request.customers)].sort();
  const unfinished = await findUnfinished(connection, request, customers);
  if (unfinished !== null) return unfinished;
  const [pending] = await connection.query(
    'select seq from catalog_changes where epoch is null limit 1',
  );
  if (!epochs.acknowledged || pending !== undefined) return null;
  // Before the cut is read nothing more can be published: whoever publishes needs the lock that we hold.
  const offsets = await eventLog.endOffsets();
  assert(offsets.length === eventLog.partitionCount, 'Every partition has an end offset.');
  failpoint('close/cut-read');
  const total = await countSubscriptions(connection, { ...request, customers });
  const now = formatInstant(clock.now());
  const [row] = await connection.query<PeriodCloseRow>(
    `insert into period_closes (${periodCloseColumns}, created_at, updated_at)
     values ($1, $2, $3::timestamptz, $4::jsonb, $5, 'queued', $6, $7::jsonb, $8, '[]'::jsonb, 0, $9,
       $10::timestamptz, $10::timestamptz)
     returning ${periodCloseColumns}`,
    [
      request.tenant,
      createId('close_'),
      formatInstant(request.through),
      customers === null ? null : JSON.stringify(customers),
      request.dryRun,
      eventLog.incarnation,
      JSON.stringify(offsets),
      epochs.lastEpoch,
      total,
      now,
    ],
  );
  assert(row !== undefined, 'An insert returns its row.');
  return periodCloseOf(connection, row);
}

async function findUnfinished(
  connection: SqlConnection,
  request: CloseRequest,
  customers: readonly string[] | null,
): Promise<PeriodClose | null> {
  const [row] = await connection.query<PeriodCloseRow>(
    `select ${periodCloseColumns} from period_closes
     where tenant = $1 and through = $2::timestamptz and dry_run = $3
       and customers is not distinct from $4::jsonb and status in ('queued', 'running')
     order by created_at limit 1`,
    [
      request.tenant,
      formatInstant(request.through),
      request.dryRun,
      customers === null ? null : JSON.stringify(customers),
    ],
  );
  return row === undefined ? null : periodCloseOf(connection, row);
}

async function updateClose(
  { clock, database }: CloseLedgerOptions,
  close: PeriodClose,
  update: Parameters<CloseLedger['updateClose']>[1],
): Promise<PeriodClose> {
  const [row] = await database.query<PeriodCloseRow>(
    `update period_closes set status = coalesce($3, status), halted = coalesce($4::jsonb, halted),
       subscriptions_done = coalesce($5, subscriptions_done), updated_at = $6::timestamptz
     where tenant = $1 and close = $2 returning ${periodCloseColumns}`,
    [
      close.tenant,
      close.id,
      update.status ?? null,
      update.halted === undefined ? null : JSON.stringify(update.halted),
      update.subscriptionsDone ?? null,
      formatInstant(clock.now()),
    ],
  );
  if (row === undefined) {
    throw new AppError('not-found', 'api/not-found', `There is no period close "${close.id}".`);
  }
  const isOver = row.status !== 'queued' && row.status !== 'running';
  return isOver ? periodCloseOf(database, row) : updatedClose(close, row);
}

function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = () => reject(new Error('The deadline has passed.'));
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
