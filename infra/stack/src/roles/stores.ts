/** Opens the stores that a configuration names, each with its embedded stand-in, and gives them to a lifecycle to close. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { migrationsFolder } from '@tidemark/aggregator/store';
import { migrateControlPlane, registerLogIncarnation } from '@tidemark/api/control-plane';
import { createKafkaEventLog, createLmdbEventLog } from '@tidemark/ingest/log';
import type { EventLog } from '@tidemark/ingest/log';
import { createClickHouse } from '@tidemark/platform/clickhouse';
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import { startClickHouseHost } from '@tidemark/platform/clickhouse-host';
import { systemClock } from '@tidemark/platform/clock';
import { isAppError } from '@tidemark/platform/errors';
import { createKafkaClient } from '@tidemark/platform/kafka';
import type { Lifecycle } from '@tidemark/platform/lifecycle';
import type { Logger } from '@tidemark/platform/log';
import { migrateClickHouse, readMigrations } from '@tidemark/platform/migrations';
import { createPgliteDatabase, createPostgresDatabase } from '@tidemark/platform/postgres';
import type { SqlDatabase } from '@tidemark/platform/postgres';
import type { EmbeddedConfig } from './config.ts';

export interface StoreContext {
  readonly lifecycle: Lifecycle;
  readonly log: Logger;
}

/** The engine's process has ended, and not because we stopped it: ours cannot go on without it. */
type OnEngineEnded = (error: Error) => void;

const partitionsEmbedded = 4;
/** How long a start waits for the process before it, which was just told to end, to leave its data directory. */
const endingProcessMs = 5_000;
const millisecondsPerDay = 86_400_000;
const messageBytesMax = 2 * 1_048_576;
const patienceMs = 20_000;
const repeatMs = 500;

/** PostgreSQL, or PGlite in `directory`; migrated. */
export async function openControlDatabase(
  { lifecycle, log }: StoreContext,
  where: { readonly url: string | undefined; readonly directory?: string },
): Promise<SqlDatabase> {
  const { url, directory } = where;
  const database = await lifecycle.start('control database', {
    start: () =>
      url === undefined
        ? createPgliteDatabase(directory, { lockWaitMs: endingProcessMs })
        : createPostgresDatabase({ url, log }),
    stop: (opened) => opened.close(),
  });
  await whenReachable(log, 'the control database', () => migrateControlPlane(database));
  return database;
}

/** A ClickHouse server, or the embedded engine in a child process; migrated. */
export async function openClickHouse(
  { lifecycle, log }: StoreContext,
  where: {
    readonly url: string | undefined;
    readonly directory?: string;
    readonly onEngineEnded?: OnEngineEnded;
  },
): Promise<ClickHouse> {
  const url = where.url ?? (await startEmbeddedEngine(lifecycle, where));
  const clickHouse = await lifecycle.start('clickhouse client', {
    start: () => createClickHouse({ url }),
    stop: (client) => client.close(),
  });
  const migrations = await readMigrations(migrationsFolder);
  await whenReachable(log, 'the analytics store', () => migrateClickHouse(clickHouse, migrations));
  return clickHouse;
}

async function startEmbeddedEngine(
  lifecycle: Lifecycle,
  {
    directory = '',
    onEngineEnded,
  }: { readonly directory?: string; readonly onEngineEnded?: OnEngineEnded },
): Promise<string> {
  let stopping = false;
  const host = await lifecycle.start('clickhouse engine', {
    start: () => startClickHouseHost({ dataDir: directory }),
    stop: (started) => {
      stopping = true;
      return started.stop();
    },
  });
  void host.exited.then(() => {
    if (!stopping) onEngineEnded?.(new Error('The engine of the analytics store has ended.'));
  });
  return host.url;
}

export function openEmbeddedLog({ lifecycle }: StoreContext, directory: string): Promise<EventLog> {
  return lifecycle.start('event log', {
    start: () => createLmdbEventLog({ directory, partitionCount: partitionsEmbedded }),
    stop: (opened) => opened.close(),
  });
}

/** The Kafka topic; its incarnation is kept in the control database under the cluster's own id. */
export async function openKafkaLog(
  { lifecycle, log }: StoreContext,
  kafka: EmbeddedConfig['kafka'],
  database: SqlDatabase,
): Promise<EventLog> {
  const client = createKafkaClient({ clientId: 'tidemark', brokers: kafka.brokers, log });
  const admin = client.admin();
  await admin.connect();
  const { clusterId } = await admin.describeCluster().finally(() => admin.disconnect());
  const incarnation = await registerLogIncarnation(database, systemClock, {
    identity: `kafka:${clusterId}:${kafka.topic}`,
    partitionCount: kafka.partitions,
  });
  return lifecycle.start('event log', {
    start: () =>
      createKafkaEventLog({
        kafka: client,
        topic: {
          name: kafka.topic,
          partitionCount: kafka.partitions,
          replicationFactor: kafka.replicationFactor,
          minInSyncReplicas: kafka.minInSyncReplicas,
          messageBytesMax,
          retentionMs: kafka.retentionDays * millisecondsPerDay,
        },
        groupId: kafka.groupId,
        sessionTimeoutMs: kafka.sessionTimeoutMs,
        incarnation,
      }),
    stop: (opened) => opened.close(),
  });
}

/** Waits a while for a store that is starting too; a process that gives up and is started again costs more. */
async function whenReachable<Result>(
  log: Logger,
  what: string,
  attempt: () => Promise<Result>,
): Promise<Result> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isAppError(error) || !error.retryable || performance.now() > deadline) throw error;
      log.warn({ err: error }, `cannot reach ${what}, will repeat`);
      await delay(repeatMs);
    }
  }
}

/** Folders of the embedded stores under one data directory. */
export function dataFolders(dataDir: string): Record<'log' | 'clickhouse' | 'postgres', string> {
  return {
    log: join(dataDir, 'log'),
    clickhouse: join(dataDir, 'clickhouse'),
    postgres: join(dataDir, 'postgres'),
  };
}
