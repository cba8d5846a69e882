/** One role a process, against real stores: what production runs and scales by itself. */
import { readProgress } from '@tidemark/aggregator/store';
import { createControlPlane, createGatewayAccess } from '@tidemark/api/control-plane';
import { createUsageReads, registerApi } from '@tidemark/api/server';
import { startClickHouseHost } from '@tidemark/platform/clickhouse-host';
import { systemClock } from '@tidemark/platform/clock';
import { createHttpServer } from '@tidemark/platform/http';
import type { ReadinessCheck } from '@tidemark/platform/http';
import { createLifecycle } from '@tidemark/platform/lifecycle';
import type { Lifecycle } from '@tidemark/platform/lifecycle';
import type { Logger } from '@tidemark/platform/log';
import { createMetrics } from '@tidemark/platform/metrics';
import type { SqlDatabase } from '@tidemark/platform/postgres';
import type { z } from 'zod';
import type { RoleName, roleConfigSchemas } from './config.ts';
import { startConservationCheck } from './conservation-check.ts';
import { listen, startCloseWorker, startGateway, startRater } from './parts.ts';
import type { ProcessParts } from './parts.ts';
import { openClickHouse, openControlDatabase, openKafkaLog } from './stores.ts';

export interface RunningRole {
  /** Where the role answers HTTP (its work or its health and metrics). */
  readonly url: string;
  /** `api` at the first start ever: the admin key, given once. */
  readonly adminKey: string | null;
  readonly lifecycle: Lifecycle;
}

type RoleConfig<Role extends RoleName> = z.output<(typeof roleConfigSchemas)[Role]>;

interface RoleProcess extends ProcessParts {
  readonly onFailed: (error: Error) => void;
}

type RoleStarters = {
  readonly [Role in RoleName]: (
    process: RoleProcess,
    config: RoleConfig<Role>,
  ) => Promise<{ readonly url: string; readonly adminKey?: string | null }>;
};

const starters: RoleStarters = {
  gateway: async (process, config) => {
    const database = await openControlDatabase(process, config.postgres);
    const eventLog = await openKafkaLog(process, config.kafka, database);
    const access = await createGatewayAccess({ database, clock: systemClock, log: process.log });
    await process.lifecycle.start('gateway access', {
      start: () => access.start(),
      stop: () => access.stop(),
    });
    const app = serverOf(process, { postgres: () => ping(database) });
    await startGateway(process, {
      app,
      eventLog,
      keys: access.installationKeys,
      keyVerifier: access.keyVerifier,
      rules: access.eventTypeRules,
      config: config.gateway,
    });
    return { url: await listen(process, app, config.http) };
  },

  rater: async (process, config) => {
    const database = await openControlDatabase(process, config.postgres);
    const clickHouse = await openClickHouse(process, config.clickhouse);
    const eventLog = await openKafkaLog(process, config.kafka, database);
    const { installationKeys, catalogSource } = await createControlPlane({
      database,
      clock: systemClock,
      log: process.log,
      eventLog,
      progress: { readProgress: () => readProgress(clickHouse) },
    });
    await startRater(process, {
      eventLog,
      clickHouse,
      catalogSource,
      keys: installationKeys,
      config: config.rater,
      onFailed: process.onFailed,
    });
    const app = serverOf(process, { clickhouse: () => clickHouse.ping() });
    return { url: await listen(process, app, config.http) };
  },

  api: async (process, config) => {
    const database = await openControlDatabase(process, config.postgres);
    const clickHouse = await openClickHouse(process, config.clickhouse);
    const eventLog = await openKafkaLog(process, config.kafka, database);
    const controlPlane = await createControlPlane({
      database,
      clock: systemClock,
      log: process.log,
      eventLog,
      progress: { readProgress: () => readProgress(clickHouse) },
    });
    await process.lifecycle.start('control plane', {
      start: () => controlPlane.start(),
      stop: () => controlPlane.stop(),
    });
    const app = serverOf(process, {
      postgres: () => ping(database),
      clickhouse: () => clickHouse.ping(),
    });
    registerApi(app, { controlPlane, reads: createUsageReads({ controlPlane, clickHouse }) });
    const url = await listen(process, app, config.http);
    // Last: the key is given once, and a start that fails after it would take it along.
    return { url, adminKey: await controlPlane.bootstrap() };
  },

  'close-worker': async (process, config) => {
    const database = await openControlDatabase(process, config.postgres);
    const clickHouse = await openClickHouse(process, config.clickhouse);
    const eventLog = await openKafkaLog(process, config.kafka, database);
    const controlPlane = await createControlPlane({
      database,
      clock: systemClock,
      log: process.log,
      eventLog,
      progress: { readProgress: () => readProgress(clickHouse) },
    });
    const { catalogSource, closeLedger, installationKeys } = controlPlane;
    await startCloseWorker(process, {
      ledger: closeLedger,
      clickHouse,
      repair: { eventLog, catalogSource, keys: installationKeys },
    });
    await startConservationCheck(process, { clickHouse, controlPlane });
    const app = serverOf(process, { clickhouse: () => clickHouse.ping() });
    return { url: await listen(process, app, config.http) };
  },

  'clickhouse-host': async (process, config) => {
    const { host, port } = config.http;
    const engine = await process.lifecycle.start('clickhouse engine', {
      start: () => startClickHouseHost({ dataDir: config.dataDir, host, port }),
      stop: (started) => started.stop(),
    });
    // The engine's child does not hold this process, and there is no server here that would.
    await process.lifecycle.start('process', {
      start: () => setInterval(() => undefined, 60_000),
      stop: (timer) => clearInterval(timer),
    });
    void engine.exited.then(() => process.onFailed(new Error('The engine ended.')));
    return { url: engine.url };
  },
};

/** Starts a role; whatever came up is stopped again when a part fails to start. */
export async function runRole<Role extends RoleName>(
  role: Role,
  config: RoleConfig<Role>,
  context: { readonly log: Logger; readonly onFailed: (error: Error) => void },
): Promise<RunningRole> {
  const lifecycle = createLifecycle({ log: context.log });
  const process: RoleProcess = { ...context, lifecycle, metrics: createMetrics({ role }) };
  try {
    const { url, adminKey = null } = await starters[role](process, config);
    return { url, adminKey, lifecycle };
  } catch (thrown) {
    await lifecycle.stop();
    throw thrown;
  }
}

async function ping(database: SqlDatabase): Promise<void> {
  await database.query('select 1');
}

function serverOf(
  { log, metrics }: RoleProcess,
  checks: Readonly<Record<string, ReadinessCheck>>,
): ReturnType<typeof createHttpServer> {
  return createHttpServer({ log, metrics, checks });
}
