/** The rating step by number of customers, all of one plan: what the catalog costs in memory and time. */
import type { RowBlocks } from '@tidemark/rater/rows';
import type { BenchmarkCase, Comparison } from '../lib/comparison.ts';
import { CpuMeter } from '../lib/cpu-meter.ts';
import { createUsageLog, createUsageRecords } from '../workload/log-records.ts';
import { RatingRun } from '../workload/rating-run.ts';
import { RatedRowsCheck } from '../workload/stored-usage.ts';
import { standardUsage } from '../workload/usage.ts';

export const customers: Comparison = {
  name: 'customers',
  question: 'Does an event cost more when 10^2 to 10^6 customers share a plan?',
  quick: false,
  cases: [100, 1000, 10_000, 100_000, 1_000_000].map(customersCase),
  ratios: [{ name: '10^6 customers / 10^2', of: 'customers-1e6', to: 'customers-1e2', by: 'cpu' }],
};

function customersCase(count: number): BenchmarkCase {
  const power = Math.log10(count);
  return {
    name: `customers-1e${power}`,
    title: `10^${power} customers, Zipf 1.1`,
    unit: 'event',
    open: () => {
      const { changes } = createUsageLog({ events: 0, customers: count });
      const heapBefore = process.memoryUsage().heapUsed;
      const startedAtMs = performance.now();
      const run = new RatingRun(standardUsage.partitions, 1, changes);
      const catalogSeconds = (performance.now() - startedAtMs) / 1000;
      const check = new RatedRowsCheck();
      return Promise.resolve({
        measure: (round) => {
          const log = createUsageRecords({ events: 400_000, customers: count, seed: round + 1 });
          const tasks = run.prepare(log.records);
          const flushes: RowBlocks[] = [];
          const meter = new CpuMeter({ own: 'rater', others: {} });
          tasks.forEach((task, position) => {
            run.rate(task);
            if ((position + 1) % 20 === 0) flushes.push(run.take());
          });
          flushes.push(run.take());
          const used = meter.stop();
          check.check(flushes, log.expected);
          const figures = {
            'catalog s': catalogSeconds,
            'heap MB': (process.memoryUsage().heapUsed - heapBefore) / 1e6,
          };
          return Promise.resolve({ units: log.expected.logged, ...used, figures });
        },
        close: () => Promise.resolve(),
      });
    },
  };
}
