/** The same path without Kafka: log, rater and clients in one process, the engine in its child; by number of partitions. */
import { createLmdbEventLog } from '@tidemark/ingest/log';
import type { BenchmarkCase, Comparison, OpenCase, RunSize } from '../lib/comparison.ts';
import { fillTopic } from '../workload/kafka-topics.ts';
import { createUsageLog } from '../workload/log-records.ts';
import { createBenchmarkPool, rateLog } from '../workload/rate-log.ts';
import { createScratchDirectory } from '../workload/scratch-directory.ts';
import { startStore } from '../workload/servers.ts';

export const embedded: Comparison = {
  name: 'embedded',
  question:
    'How fast does the embedded log become queryable, and does it depend on partitions and threads?',
  quick: false,
  cases: [
    embeddedCase('embedded', { partitions: 4, threads: 1 }),
    embeddedCase('one-partition', { partitions: 1, threads: 1 }),
    embeddedCase('two-partitions', { partitions: 2, threads: 1 }),
    embeddedCase('two-threads', { partitions: 4, threads: 2 }),
  ],
  ratios: [
    { name: 'four partitions / one', of: 'embedded', to: 'one-partition', by: 'rate' },
    { name: 'two threads / one', of: 'two-threads', to: 'embedded', by: 'rate' },
  ],
};

interface EmbeddedShape {
  readonly partitions: number;
  readonly threads: number;
}

function embeddedCase(name: string, shape: EmbeddedShape): BenchmarkCase {
  const { partitions, threads } = shape;
  const title = `${partitions} partition${partitions > 1 ? 's' : ''}, ${threads} rating thread${threads > 1 ? 's' : ''}`;
  return { name, title, unit: 'event', open: (size) => openEmbedded(shape, size) };
}

async function openEmbedded(
  { partitions, threads }: EmbeddedShape,
  { quick }: RunSize,
): Promise<OpenCase> {
  const directory = createScratchDirectory('log');
  const store = await startStore();
  const { records, changes, expected } = createUsageLog({
    events: quick ? 2_000_000 : 6_000_000,
    partitions,
  });
  const log = await createLmdbEventLog({ directory, partitionCount: partitions });
  await fillTopic(log, records);
  const pool = createBenchmarkPool(threads);
  return {
    measure: async () => {
      await store.empty();
      const { clickHouse, processId } = store;
      const processes = { own: 'tidemark', others: { store: processId } };
      return rateLog({ log, clickHouse, changes, pool }, expected, processes);
    },
    close: async () => {
      await Promise.all([log.close(), pool.close(), store.stop()]);
    },
  };
}
