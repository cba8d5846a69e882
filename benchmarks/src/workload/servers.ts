/** The servers of a benchmark on data directories of their own, which go with them. */
import { migrationsFolder } from '@tidemark/aggregator/store';
import { createClickHouse } from '@tidemark/platform/clickhouse';
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import { startClickHouseHost } from '@tidemark/platform/clickhouse-host';
import { createKafkaClient } from '@tidemark/platform/kafka';
import type { KafkaClient } from '@tidemark/platform/kafka';
import { startKafkaHost } from '@tidemark/platform/kafka-host';
import { silentLogger } from '@tidemark/platform/log';
import { migrateClickHouse, readMigrations } from '@tidemark/platform/migrations';
import { rowTables } from '@tidemark/rater/rows';
import { createScratchDirectory } from './scratch-directory.ts';

export interface RunningStore {
  readonly clickHouse: ClickHouse;
  readonly processId: number;
  /** Forgets all that was rated: the next round finds a log that nobody has read. */
  empty(): Promise<void>;
  stop(): Promise<void>;
}

const ratedTables = [...Object.keys(rowTables), 'event_owners'];

/** A store with the product's tables, or `bare` for others. */
export async function startStore(kind: 'migrated' | 'bare' = 'migrated'): Promise<RunningStore> {
  const directory = createScratchDirectory('store');
  const host = await startClickHouseHost({ dataDir: directory });
  const clickHouse = createClickHouse({ url: host.url, timeoutMs: 300_000 });
  if (kind === 'migrated')
    await migrateClickHouse(clickHouse, await readMigrations(migrationsFolder));
  return {
    clickHouse,
    processId: host.processId,
    empty: async () => {
      // Puts the parts aside without removing a file: see createScratchDirectory.
      for (const table of ratedTables) {
        await clickHouse.command(`ALTER TABLE ${table} DETACH PARTITION ALL`);
      }
    },
    stop: async () => {
      await clickHouse.close();
      await host.stop();
    },
  };
}

export interface RunningBroker {
  readonly client: KafkaClient;
  readonly brokers: readonly string[];
  readonly processId: number;
  stop(): Promise<void>;
}

/**
 * The peer's consumers join one after the other: without a wait, the first one takes all partitions and the whole group stops for
 * seconds, in the midst of the measurement, when the second one comes.
 */
const groupRebalanceDelayMs = 300;

export async function startBroker(): Promise<RunningBroker> {
  const directory = createScratchDirectory('kafka');
  const host = await startKafkaHost({ dataDir: directory, groupRebalanceDelayMs });
  const { brokers } = host;
  const client = createKafkaClient({ clientId: 'bench', brokers, log: silentLogger });
  return {
    client,
    brokers,
    processId: host.processId,
    stop: async () => {
      await host.stop();
    },
  };
}
