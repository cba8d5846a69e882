/**
 * Everything that bills, in one process without HTTP: control plane, log, rater, store and the close. Each tenant that is added
 * has so many customers on one plan of five charges, with usage of the month before this one; what they owe is known by hand.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createCloseWorker } from '@tidemark/aggregator/close';
import type { CloseWorker } from '@tidemark/aggregator/close';
import { createUsageSink, createUsageStore, readProgress } from '@tidemark/aggregator/store';
import {
  catalogFileSchema,
  createControlPlane,
  migrateControlPlane,
} from '@tidemark/api/control-plane';
import type { ControlPlane } from '@tidemark/api/control-plane';
import {
  ColumnsBuilder,
  encodeEnvelope,
  formatInstant,
  partitionOf,
} from '@tidemark/ingest/contract';
import { createLmdbEventLog } from '@tidemark/ingest/log';
import type { EventLog } from '@tidemark/ingest/log';
import { systemClock } from '@tidemark/platform/clock';
import { silentLogger } from '@tidemark/platform/log';
import { createMetrics } from '@tidemark/platform/metrics';
import { createPgliteDatabase, createPostgresDatabase } from '@tidemark/platform/postgres';
import { startPostgresServer } from '@tidemark/platform/testing';
import { createPiscinaRatingPool, createRater } from '@tidemark/rater/partitions';
import { WrongResult } from '../lib/comparison.ts';
import { createScratchDirectory } from './scratch-directory.ts';
import { eventTypes } from './catalog.ts';
import { engineSettings } from './rate-log.ts';
import { startStore } from './servers.ts';
import type { RunningStore } from './servers.ts';
import { standardUsage } from './usage.ts';

/** PGlite runs in the process that closes, a PostgreSQL server beside it. */
export type PostgresKind = 'PGlite' | 'PostgreSQL';

export interface BilledSystem {
  readonly store: RunningStore;
  /** Those beside this one. */
  readonly processes: Readonly<Record<string, number>>;
  readonly controlPlane: ControlPlane;
  readonly closeWorker: CloseWorker;
  /** Resolves when the tenant's usage is rated. */
  addTenant(tenant: string, subscriptions: number): Promise<BilledTenant>;
  stop(): Promise<void>;
}

export interface BilledTenant {
  /** The end of the period that has usage. */
  readonly through: number;
  readonly lines: number;
  /** Sum of all invoices of that period. */
  readonly totalCents: bigint;
}

const { partitions } = standardUsage;

export async function startBilledSystem(kind: PostgresKind): Promise<BilledSystem> {
  const directory = createScratchDirectory('billing');
  const server = kind === 'PostgreSQL' ? await startPostgresServer() : undefined;
  const [store, database, log] = await Promise.all([
    startStore(),
    server === undefined
      ? createPgliteDatabase(`${directory}/postgres`)
      : createPostgresDatabase({ url: server.url }),
    createLmdbEventLog({ directory: `${directory}/log`, partitionCount: partitions }),
  ]);
  const { clickHouse } = store;
  await migrateControlPlane(database);
  const controlPlane = await createControlPlane({
    database,
    clock: systemClock,
    log: silentLogger,
    eventLog: log,
    progress: { readProgress: () => readProgress(clickHouse) },
  });
  await controlPlane.start();
  const keys = controlPlane.installationKeys;
  const settings = { ...engineSettings, keys };
  const pool = createPiscinaRatingPool({ settings, threads: 1, log: silentLogger });
  const rater = createRater({
    log,
    sink: createUsageSink(clickHouse),
    store: createUsageStore(clickHouse),
    catalogSource: controlPlane.catalogSource,
    pool,
    metrics: createMetrics(),
    logger: silentLogger,
  });
  await rater.start();
  const closeWorker = createCloseWorker({ ledger: controlPlane.closeLedger, clickHouse });
  return {
    store,
    processes: {
      store: store.processId,
      ...(server === undefined ? {} : { PostgreSQL: server.processId }),
    },
    controlPlane,
    closeWorker,
    addTenant: async (tenant, subscriptions) => {
      const month = lastMonth();
      await applyCatalog(controlPlane, { tenant, subscriptions, from: month.from });
      await appendUsage(log, controlPlane, { tenant, subscriptions, to: month.to });
      await untilRated(log, store);
      const all = Array.from({ length: subscriptions }, (_, index) => centsOf(index));
      const totalCents = all.reduce((sum, cents) => sum + cents, 0n);
      return { through: month.to, lines: subscriptions * 5, totalCents };
    },
    stop: async () => {
      await closeWorker.stop();
      await rater.stop();
      await Promise.all([pool.close(), controlPlane.stop()]);
      await Promise.all([log.close(), database.close(), store.stop()]);
      await server?.stop();
    },
  };
}

/** In UTC, microseconds. */
function lastMonth(): { readonly from: number; readonly to: number } {
  const now = new Date();
  const start = (back: number) =>
    Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1) * 1000;
  return { from: start(1), to: start(0) };
}

const customerOf = (index: number): string => `customer-${index.toString().padStart(6, '0')}`;

const meters = eventTypes.flatMap((eventType, position) => [
  { key: `count-${position}`, eventType, aggregation: 'count' },
  { key: `sum-${position}`, eventType, aggregation: 'sum', property: 'amount' },
]);

const currency = 'USD';
const plan = {
  key: 'plan',
  name: 'Plan',
  currency,
  cadence: 'month',
  charges: [
    priced('count-0', { model: 'per_unit', currency, unitAmount: '0.01' }),
    priced('sum-0', {
      model: 'graduated',
      currency,
      tiers: [
        { upTo: '10', unitAmount: '0.1' },
        { upTo: null, unitAmount: '0.05' },
      ],
    }),
    priced('count-1', {
      model: 'volume',
      currency,
      tiers: [
        { upTo: '1000', unitAmount: '0.02' },
        { upTo: null, unitAmount: '0.01' },
      ],
    }),
    priced('sum-1', { model: 'per_unit', currency, unitAmount: '0.5' }),
    { key: 'base', name: 'Base fee', price: { model: 'flat', currency, amount: '5.00' } },
  ],
};

function priced(meter: string, price: object): object {
  return { key: meter, name: meter, meter, price };
}

/** Ten events of each type: `amount` is 1 to 7 for the first type, by customer, and half a unit for the second. */
const eventsOfType = 10;
const amountOf = (index: number, type: number): number => (type === 0 ? 1 + (index % 7) : 0.5);

/** 10 x 0.01, 10 x 0.1 and what is above 10 x 0.05, 10 x 0.02, 5 x 0.5, 5.00. */
function centsOf(index: number): bigint {
  return 10n + (100n + BigInt(index % 7) * 50n) + 20n + 250n + 500n;
}

interface TenantShape {
  readonly tenant: string;
  readonly subscriptions: number;
}

/** Customers and subscriptions that one catalog file holds. */
const chunk = 10_000;

async function applyCatalog(
  { catalogFiles, publisher, tenants }: ControlPlane,
  { tenant, subscriptions, from }: TenantShape & { readonly from: number },
): Promise<void> {
  await tenants.create({ key: tenant, policies: {} });
  for (let first = 0; first < subscriptions; first += chunk) {
    const count = Math.min(chunk, subscriptions - first);
    const customers = Array.from({ length: count }, (_, index) => customerOf(first + index));
    const startsAt = formatInstant(from);
    const file = catalogFileSchema.parse({
      ...(first === 0 && { meters, plans: [plan] }),
      customers: customers.map((key) => ({ key })),
      subscriptions: customers.map((customer) => ({
        customer,
        plan: plan.key,
        startsAt,
        anchor: 'calendar',
      })),
    });
    const { ticket } = await catalogFiles.apply({ tenant, keyId: null }, file);
    await publisher.settle(ticket);
  }
}

async function appendUsage(
  log: EventLog,
  { installationKeys }: ControlPlane,
  { tenant, subscriptions, to }: TenantShape & { readonly to: number },
): Promise<void> {
  const open = Array.from({ length: partitions }, () => new ColumnsBuilder());
  let sequence = 0;
  const send = async (partition: number): Promise<void> => {
    const builder = open[partition];
    if (builder === undefined || builder.count === 0) return;
    const mark = { gatewayId: `${tenant}-${partition}`, sequence: ++sequence, ackedThrough: 0 };
    const record = encodeEnvelope(builder.build(), mark, false, installationKeys);
    open[partition] = new ColumnsBuilder();
    await log.append([{ partition, key: null, ...record }]);
  };
  for (let index = 0; index < subscriptions; index++) {
    const subject = customerOf(index);
    const partition = partitionOf(tenant, subject, partitions);
    const builder = open[partition];
    if (builder === undefined) continue;
    for (let event = 0; event < eventsOfType * eventTypes.length; event++) {
      const position = event % eventTypes.length;
      const type = eventTypes[position] ?? eventTypes[0];
      const data = { amount: amountOf(index, position), region: 'eu-central-1', tier: 'pro' };
      // The last minutes of the month: within the acceptance window on every day of this one.
      const time = to - (event + 1) * 1_000_000;
      builder.add({ tenant, id: crypto.randomUUID(), source: 'bench', type, subject, time, data });
    }
    if (builder.count >= 5000) await send(partition);
  }
  for (let partition = 0; partition < partitions; partition++) await send(partition);
}

const pollMs = 50;
const stalledMs = 300_000;

async function untilRated(log: EventLog, { clickHouse }: RunningStore): Promise<void> {
  const ends = await log.endOffsets();
  const giveUpAtMs = performance.now() + stalledMs;
  for (;;) {
    const progress = await readProgress(clickHouse);
    const behind = ends.filter((end, partition) => {
      const row = progress.find((each) => each.partition === partition);
      return (row?.next ?? 0) < end;
    });
    if (behind.length === 0) return;
    if (performance.now() > giveUpAtMs) throw new WrongResult('The usage was not rated in time.');
    await delay(pollMs);
  }
}
