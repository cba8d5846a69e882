/**
 * Everything in one process, the store's engine in its child: `tidemark up`. Each store is embedded under one data
 * directory unless a server is named. Killed at any moment, it starts again on the same directory.
 */
import { createUsageReads, registerApi } from '@tidemark/api/server';
import { createControlPlane } from '@tidemark/api/control-plane';
import { readProgress } from '@tidemark/aggregator/store';
import { systemClock } from '@tidemark/platform/clock';
import { createHttpServer } from '@tidemark/platform/http';
import { createLifecycle } from '@tidemark/platform/lifecycle';
import type { Lifecycle } from '@tidemark/platform/lifecycle';
import type { Logger } from '@tidemark/platform/log';
import { createMetrics } from '@tidemark/platform/metrics';
import { startConservationCheck } from './conservation-check.ts';
import type { EmbeddedConfig } from './config.ts';
import { listen, startCloseWorker, startGateway, startRater } from './parts.ts';
import type { ProcessParts } from './parts.ts';
import {
  dataFolders,
  openClickHouse,
  openControlDatabase,
  openEmbeddedLog,
  openKafkaLog,
} from './stores.ts';

export interface EmbeddedStack {
  readonly url: string;
  /** Given once, when the data directory is new; `null` after that. */
  readonly adminKey: string | null;
  readonly dataDir: string;
  readonly lifecycle: Lifecycle;
}

/** Starts the whole system; `onFailed` is called when a part cannot go on and the process should end. */
export async function startEmbeddedStack(
  config: EmbeddedConfig,
  log: Logger,
  onFailed: (error: Error) => void,
): Promise<EmbeddedStack> {
  const lifecycle = createLifecycle({ log });
  const metrics = createMetrics();
  const process: ProcessParts = { lifecycle, log, metrics };
  try {
    const folders = dataFolders(config.dataDir);
    const [database, clickHouse] = await Promise.all([
      openControlDatabase(process, { url: config.postgres.url, directory: folders.postgres }),
      openClickHouse(process, {
        url: config.clickhouse.url,
        directory: folders.clickhouse,
        onEngineEnded: onFailed,
      }),
    ]);
    const eventLog =
      config.kafka.brokers.length === 0
        ? await openEmbeddedLog(process, folders.log)
        : await openKafkaLog(process, config.kafka, database);
    const controlPlane = await createControlPlane({
      database,
      clock: systemClock,
      log,
      eventLog,
      progress: { readProgress: () => readProgress(clickHouse) },
    });
    const app = createHttpServer({
      log,
      metrics,
      checks: {
        postgres: async () => {
          await database.query('select 1');
        },
        clickhouse: () => clickHouse.ping(),
        log: async () => {
          await eventLog.endOffsets();
        },
      },
    });
    const keys = controlPlane.installationKeys;
    await startRater(process, {
      eventLog,
      clickHouse,
      catalogSource: controlPlane.catalogSource,
      keys,
      config: config.rater,
      onFailed,
    });
    await lifecycle.start('control plane', {
      start: () => controlPlane.start(),
      stop: () => controlPlane.stop(),
    });
    const closeWorker = await startCloseWorker(process, {
      ledger: controlPlane.closeLedger,
      clickHouse,
      repair: { eventLog, catalogSource: controlPlane.catalogSource, keys },
    });
    await startConservationCheck(process, { clickHouse, controlPlane });
    await startGateway(process, {
      app,
      eventLog,
      keys,
      keyVerifier: controlPlane.keyVerifier,
      rules: controlPlane.eventTypeRules,
      config: config.gateway,
    });
    registerApi(app, {
      controlPlane,
      reads: createUsageReads({ controlPlane, clickHouse }),
      wakeCloses: () => closeWorker.wake(),
    });
    const url = await listen(process, app, config.http);
    // Last: the key is given once, and a start that fails after it would take it along.
    const adminKey = await controlPlane.bootstrap();
    return { url, adminKey, dataDir: config.dataDir, lifecycle };
  } catch (thrown) {
    await lifecycle.stop();
    throw thrown;
  }
}
