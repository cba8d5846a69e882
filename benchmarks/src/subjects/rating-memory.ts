/** The memory of a whole rating process, as the operating system counts it: by known ids, and by customers of one plan. */
import { Child } from '../http/child.ts';
import { mustEqual } from '../lib/comparison.ts';
import type { BenchmarkCase, Comparison } from '../lib/comparison.ts';
import type { RatedMemory, RateMore } from '../workload/rating-process.ts';
import { standardUsage } from '../workload/usage.ts';

export const ratingMemory: Comparison = {
  name: 'rating-memory',
  question: 'How much memory does a rating process take with 10^7 known ids, or 10^6 customers?',
  quick: false,
  cases: [
    memoryCase({ power: 5 }),
    memoryCase({ power: 6 }),
    memoryCase({ power: 7 }),
    memoryCase({ power: 6, customers: 1_000_000 }),
  ],
  ratios: [{ name: '10^7 known / 10^6 known', of: 'known-1e7', to: 'known-1e6', by: 'cpu' }],
};

interface MemoryShape {
  /** Of ten: the known ids. */
  readonly power: number;
  readonly customers?: number;
}

const askedPerRound = 200_000;
const megabyte = 1e6;

function memoryCase({ power, customers = standardUsage.customers }: MemoryShape): BenchmarkCase {
  const many = customers === standardUsage.customers ? '' : '-many-customers';
  return {
    name: `known-1e${power}${many}`,
    title: `10^${power} known ids, ${customers.toLocaleString('en')} customers`,
    unit: 'event',
    open: async () => {
      const file = new URL('../workload/rating-process.ts', import.meta.url);
      const child = new Child(file, [String(customers)]);
      const rate = (events: number): Promise<RatedMemory> =>
        child.ask<RatedMemory>({ events } satisfies RateMore);
      let known = 0;
      while (known < 10 ** power) {
        known += (await rate(Math.min(askedPerRound, 10 ** power))).stored;
      }
      return {
        measure: async () => {
          const rated = await rate(askedPerRound);
          mustEqual('logged events', rated.logged, askedPerRound);
          known += rated.stored;
          const figures = {
            'known ids': known,
            'process MB': rated.rssBytes / megabyte,
            'heap MB': rated.heapBytes / megabyte,
            'arrays MB': rated.arrayBytes / megabyte,
          };
          const { wallMs, cpuMicroseconds } = rated;
          return { units: rated.logged, wallMs, cpu: { rater: cpuMicroseconds }, figures };
        },
        close: () => child.stop(),
      };
    },
  };
}
