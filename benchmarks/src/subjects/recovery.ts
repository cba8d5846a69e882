/** How long a partition's new owner needs until it rates: owners, totals and catalog from the store. */
import { setTimeout as delay } from 'node:timers/promises';
import { createLmdbEventLog } from '@tidemark/ingest/log';
import { mustEqual } from '../lib/comparison.ts';
import type { Comparison, OpenCase, RunSize } from '../lib/comparison.ts';
import { CpuMeter } from '../lib/cpu-meter.ts';
import { fillTopic } from '../workload/kafka-topics.ts';
import { createUsageLog } from '../workload/log-records.ts';
import { createBenchmarkPool, createBenchmarkRater, rateLog } from '../workload/rate-log.ts';
import { createScratchDirectory } from '../workload/scratch-directory.ts';
import { startStore } from '../workload/servers.ts';
import { standardUsage } from '../workload/usage.ts';

export const recovery: Comparison = {
  name: 'recovery',
  question: 'How fast is the state of all partitions rebuilt after a restart?',
  quick: false,
  cases: [
    { name: 'recovery', title: 'restart on stored events', unit: 'known id', open: openRestart },
  ],
  ratios: [],
};

async function openRestart({ quick }: RunSize): Promise<OpenCase> {
  const directory = createScratchDirectory('log');
  const store = await startStore();
  const { partitions } = standardUsage;
  const { records, changes, expected } = createUsageLog({ events: quick ? 500_000 : 10_100_000 });
  const log = await createLmdbEventLog({ directory, partitionCount: partitions });
  await fillTopic(log, records);
  const pool = createBenchmarkPool(1);
  const rated = { log, clickHouse: store.clickHouse, changes, pool };
  const processes = { own: 'rater', others: { store: store.processId } };
  await rateLog(rated, expected, processes);
  return {
    measure: async () => {
      const rater = createBenchmarkRater(rated);
      const meter = new CpuMeter(processes);
      await rater.start();
      while (rater.status().filter(({ phase }) => phase === 'rating').length < partitions) {
        await delay(5);
      }
      const used = meter.stop();
      const status = rater.status();
      const ids = status.reduce((sum, { dedupIds }) => sum + dedupIds, 0);
      const figures = {
        seconds: used.wallMs / 1000,
        'index MB': status.reduce((sum, { dedupBytes }) => sum + dedupBytes, 0) / 1e6,
        'process MB': process.memoryUsage.rss() / 1e6,
      };
      await rater.stop();
      mustEqual('known ids', ids, expected.stored);
      return { units: ids, ...used, figures };
    },
    close: async () => {
      await Promise.all([log.close(), pool.close(), store.stop()]);
    },
  };
}
