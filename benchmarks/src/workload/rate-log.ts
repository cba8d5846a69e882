/**
 * Rates a whole log into the store with the product's own rater, and measures from the first events that can be queried to the
 * last: what starting, joining and leaving cost is not in it. Then everything is checked in the store itself.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createUsageSink, createUsageStore } from '@tidemark/aggregator/store';
import { defaultAcceptanceWindow } from '@tidemark/ingest/contract';
import type { EventLog } from '@tidemark/ingest/log';
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import { silentLogger } from '@tidemark/platform/log';
import { createMetrics } from '@tidemark/platform/metrics';
import type { CatalogChange } from '@tidemark/rater/catalog';
import {
  createPiscinaRatingPool,
  createRater,
  defaultDedupLimits,
} from '@tidemark/rater/partitions';
import type { Rater, RatingPool } from '@tidemark/rater/partitions';
import { z } from 'zod';
import { mustEqual, WrongResult } from '../lib/comparison.ts';
import type { Measurement } from '../lib/comparison.ts';
import { CpuMeter } from '../lib/cpu-meter.ts';
import type { MeteredProcesses } from '../lib/cpu-meter.ts';
import { FixedCatalog, keys } from './catalog.ts';
import { expectedSum } from './stored-usage.ts';
import type { ExpectedUsage } from './usage.ts';

export const engineSettings = {
  keys,
  acceptance: defaultAcceptanceWindow,
  dedupLimits: defaultDedupLimits,
};

export function createBenchmarkPool(threads: number): RatingPool {
  return createPiscinaRatingPool({ settings: engineSettings, threads, log: silentLogger });
}

export interface RatedLog {
  readonly log: EventLog;
  readonly clickHouse: ClickHouse;
  readonly changes: readonly CatalogChange[];
  readonly pool: RatingPool;
}

export function createBenchmarkRater({ log, clickHouse, changes, pool }: RatedLog): Rater {
  return createRater({
    log,
    sink: createUsageSink(clickHouse),
    store: createUsageStore(clickHouse),
    catalogSource: new FixedCatalog(changes),
    pool,
    metrics: createMetrics(),
    logger: silentLogger,
  });
}

const pollMs = 50;
const stalledMs = 60_000;

export async function rateLog(
  rated: RatedLog,
  expected: ExpectedUsage,
  processes: MeteredProcesses,
): Promise<Measurement> {
  const { incarnation } = rated.log;
  const rater = createBenchmarkRater(rated);
  await rater.start();
  try {
    const visible = (): Promise<number> => queryableEvents(rated.clickHouse, incarnation);
    const measurement = await measureArrival(visible, expected.logged, processes, rater);
    await checkStored(rated.clickHouse, incarnation, expected);
    return measurement;
  } finally {
    await rater.stop();
  }
}

/** From the first poll that sees events to the first that sees as many as are awaited. */
export async function measureArrival(
  visible: () => Promise<number>,
  awaited: number,
  processes: MeteredProcesses,
  rater?: Rater,
): Promise<Measurement> {
  const meter = new CpuMeter(processes);
  let first = 0;
  let last = 0;
  let changedAtMs = performance.now();
  for (;;) {
    const now = await visible();
    if (now > 0 && first === 0) {
      first = now;
      meter.start();
    }
    if (now !== last) changedAtMs = performance.now();
    last = now;
    if (now >= awaited) break;
    const halt = rater?.status().find((status) => status.halt !== null)?.halt;
    if (halt) throw new WrongResult(`Partition halted: ${halt.reason} ${halt.detail}`);
    if (performance.now() - changedAtMs > stalledMs) {
      throw new WrongResult(`Only ${now} of ${awaited} events arrived.`);
    }
    await delay(pollMs);
  }
  const used = meter.stop();
  if (first >= awaited) throw new WrongResult('All events arrived at once; take more of them.');
  return { units: last - first, ...used };
}

const countRow = z.object({ n: z.string().transform(Number) });

/** Events below the progress of all partitions: what any query of the product sees. */
export async function queryableEvents(
  clickHouse: ClickHouse,
  incarnation: number,
): Promise<number> {
  const [row] = await clickHouse.query({
    sql: `SELECT toString(sum(logged)) AS n FROM progress FINAL WHERE incarnation = {incarnation:UInt32}`,
    parameters: { incarnation },
    row: countRow,
  });
  return row?.n ?? 0;
}

const storedRow = z.object({
  events: z.string().transform(Number),
  duplicates: z.string().transform(Number),
  quantity: z.string(),
});

/** The sum of all charges is exact to the last of 18 decimals, or the round has no result. */
export async function checkStored(
  clickHouse: ClickHouse,
  incarnation: number,
  expected: ExpectedUsage,
): Promise<void> {
  const [stored] = await clickHouse.query({
    sql: `SELECT
        toString((SELECT count() FROM usage_events WHERE incarnation = {incarnation:UInt32})) AS events,
        toString((SELECT sum(duplicate) FROM progress FINAL WHERE incarnation = {incarnation:UInt32})) AS duplicates,
        toString((SELECT sum(quantity) FROM charge_totals FINAL WHERE incarnation = {incarnation:UInt32})) AS quantity`,
    parameters: { incarnation },
    row: storedRow,
  });
  if (stored === undefined) throw new WrongResult('The store holds nothing.');
  mustEqual('stored events', stored.events, expected.stored);
  mustEqual('duplicates', stored.duplicates, expected.duplicates);
  const [whole = '0', fraction = ''] = stored.quantity.split('.');
  mustEqual('sum of all charges', BigInt(whole + fraction.padEnd(18, '0')), expectedSum(expected));
}
