/**
 * The rating step in one thread, without log and store: decode, deduplicate, measure, price, encode rows. Beside it what the
 * machine could do at best (copy the same bytes) and what the obvious program does (parse JSON, validate with zod, remember ids
 * in a Set, add decimals).
 */
import type { LogAppend } from '@tidemark/ingest/log';
import type { RowBlocks } from '@tidemark/rater/rows';
import { mustEqual } from '../lib/comparison.ts';
import type {
  BenchmarkCase,
  Comparison,
  Measurement,
  OpenCase,
  RunSize,
} from '../lib/comparison.ts';
import { CpuMeter } from '../lib/cpu-meter.ts';
import { cloudEventText, createUsageLog, createUsageRecords } from '../workload/log-records.ts';
import { RatingRun } from '../workload/rating-run.ts';
import { RatedRowsCheck } from '../workload/stored-usage.ts';
import { generateUsage, standardUsage } from '../workload/usage.ts';
import type { UsageShape } from '../workload/usage.ts';
import { NaiveRating } from './naive-rating.ts';

const flushEvents = 100_000;
const inProcess = { own: 'rater', others: {} };

export const rating: Comparison = {
  name: 'rating',
  question: 'What does rating an event cost, from envelope to rows, in one thread?',
  cases: [
    ratingCase('rater', 'rater, 5,000 events an envelope', { eventsPerEnvelope: 5000 }),
    ratingCase('rater-200', 'rater, 200 events an envelope', { eventsPerEnvelope: 200 }),
    { name: 'memcpy', title: 'memcpy of envelope and rows', unit: 'event', open: openCopy },
    { name: 'naive', title: 'JSON + zod + Set + decimal.js', unit: 'event', open: openNaive },
  ],
  ratios: [
    { name: 'rater / naive', of: 'rater', to: 'naive', by: 'cpu' },
    { name: 'rater / memcpy', of: 'rater', to: 'memcpy', by: 'cpu' },
    { name: 'small envelopes / large ones', of: 'rater-200', to: 'rater', by: 'cpu' },
  ],
};

/** One engine for all rounds, each of which brings new events: customers are known and the dedup index grows, as in service. */
export function ratingCase(
  name: string,
  title: string,
  shape: Partial<Pick<UsageShape, 'duplicates' | 'eventsPerEnvelope'>>,
): BenchmarkCase {
  const { eventsPerEnvelope = standardUsage.eventsPerEnvelope } = shape;
  return {
    name,
    title,
    unit: 'event',
    open: ({ quick }) => {
      const events = quick ? 300_000 : 1_000_000;
      const { changes } = createUsageLog({ events: 0 });
      const run = new RatingRun(standardUsage.partitions, 1, changes);
      const check = new RatedRowsCheck();
      return Promise.resolve({
        measure: (round) => {
          const log = createUsageRecords({ ...shape, events, seed: round + 1 });
          const tasks = run.prepare(log.records);
          const flushes: RowBlocks[] = [];
          const meter = new CpuMeter(inProcess);
          tasks.forEach((task, position) => {
            run.rate(task);
            if ((position + 1) % Math.ceil(flushEvents / eventsPerEnvelope) === 0) {
              flushes.push(run.take());
            }
          });
          flushes.push(run.take());
          const used = meter.stop();
          check.check(flushes, log.expected);
          return Promise.resolve({ units: log.expected.logged, ...used });
        },
        close: () => Promise.resolve(),
      });
    },
  };
}

/** Bytes of a stored row, about. */
const rowBytes = 170;

function openCopy({ quick }: RunSize): Promise<OpenCase> {
  const { records, expected } = createUsageLog({ events: quick ? 300_000 : 1_000_000 });
  const envelopes = records.slice(standardUsage.partitions);
  const rows = Buffer.alloc(standardUsage.eventsPerEnvelope * rowBytes, 1);
  const target = Buffer.alloc(rows.length + 1_048_576);
  return Promise.resolve({
    measure: () => {
      const meter = new CpuMeter(inProcess);
      let bytes = 0;
      // A few times over, because once is over before a clock has ticked.
      for (let time = 0; time < copies; time++) bytes += copyAll(envelopes, rows, target);
      const used = meter.stop();
      mustEqual('copied bytes', bytes, copies * copyAll(envelopes, rows, target));
      return Promise.resolve({ units: copies * expected.logged, ...used });
    },
    close: () => Promise.resolve(),
  });
}

const copies = 20;

function copyAll(envelopes: readonly LogAppend[], rows: Buffer, target: Buffer): number {
  let bytes = 0;
  for (const { value } of envelopes) {
    target.set(value, 0);
    rows.copy(target, value.length);
    bytes += value.length + rows.length;
  }
  return bytes;
}

function openNaive({ quick }: RunSize): Promise<OpenCase> {
  const usage = generateUsage({
    ...standardUsage,
    events: quick ? 20_000 : 60_000,
    now: Date.now() * 1000,
  });
  const messages = usage.envelopes.flatMap(({ columns }) =>
    Array.from({ length: columns.count }, (_, row) => Buffer.from(cloudEventText(columns, row))),
  );
  return Promise.resolve({
    measure: (): Promise<Measurement> => {
      const meter = new CpuMeter(inProcess);
      const rating = new NaiveRating();
      for (const message of messages) rating.add(message);
      const used = meter.stop();
      mustEqual('stored events', rating.rows.length, usage.expected.stored);
      mustEqual('sum of amounts', rating.thousandths(), usage.expected.amountThousandths);
      return Promise.resolve({ units: messages.length, ...used });
    },
    close: () => Promise.resolve(),
  });
}
