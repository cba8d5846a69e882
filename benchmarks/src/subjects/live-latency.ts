/**
 * From the log's acknowledgement to the live total, beside nothing else and at half load: a probe customer's events go through
 * the same envelopes' path, one at a time, and its total is read until it has moved. What half of the load is, is measured right
 * before, in the same process over the same log and store.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { build as buildHistogram } from 'hdr-histogram-js';
import { ColumnsBuilder, encodeEnvelope, partitionOf } from '@tidemark/ingest/contract';
import { createLmdbEventLog } from '@tidemark/ingest/log';
import type { EventLog, LogAppend } from '@tidemark/ingest/log';
import { z } from 'zod';
import { mustEqual, WrongResult } from '../lib/comparison.ts';
import type {
  BenchmarkCase,
  Comparison,
  Measurement,
  OpenCase,
  RunSize,
} from '../lib/comparison.ts';
import { CpuMeter } from '../lib/cpu-meter.ts';
import { customerKey, eventTypes, keys, tenant } from '../workload/catalog.ts';
import { createUsageLog } from '../workload/log-records.ts';
import { fillTopic } from '../workload/kafka-topics.ts';
import {
  createBenchmarkPool,
  createBenchmarkRater,
  queryableEvents,
} from '../workload/rate-log.ts';
import { createScratchDirectory } from '../workload/scratch-directory.ts';
import { startStore } from '../workload/servers.ts';
import type { RunningStore } from '../workload/servers.ts';
import { standardUsage } from '../workload/usage.ts';

export const liveLatency: Comparison = {
  name: 'live-latency',
  question: 'How long after its acknowledgement is an event in the live total?',
  quick: false,
  cases: [
    latencyCase('idle', 'probe events beside nothing else', 0),
    latencyCase('half-load', 'probe events beside half of the peak rate', 0.5),
  ],
  ratios: [],
};

/** The last customer of the catalog; the load is that of all the others. */
const probe = customerKey(standardUsage.customers - 1);
const loadCustomers = standardUsage.customers - 1;

function latencyCase(name: string, title: string, shareOfPeak: number): BenchmarkCase {
  return { name, title, unit: 'probe', open: (size) => openLatency(shareOfPeak, size) };
}

async function openLatency(shareOfPeak: number, { quick }: RunSize): Promise<OpenCase> {
  const directory = createScratchDirectory('log');
  const { partitions } = standardUsage;
  const [store, log] = await Promise.all([
    startStore(),
    createLmdbEventLog({ directory, partitionCount: partitions }),
  ]);
  const { records, changes } = createUsageLog({ events: 0 });
  await log.append(records);
  const pool = createBenchmarkPool(1);
  const rater = createBenchmarkRater({ log, clickHouse: store.clickHouse, changes, pool });
  await rater.start();
  const sender = new ProbeSender(log, store);
  const seconds = quick ? 6 : 30;
  return {
    measure: async (round) => {
      if (shareOfPeak === 0) return await measureProbes(sender, store, seconds);
      const seed = round * 2 + 1;
      const peak = await measurePeak({ log, store, events: quick ? 400_000 : 1_000_000, seed });
      const eventsPerSecond = peak * shareOfPeak;
      const envelopes = usageEnvelopes(Math.ceil(eventsPerSecond * seconds), seed + 1);
      const load = new SteadyLoad(log, eventsPerSecond, envelopes);
      const measured = await measureProbes(sender, store, seconds);
      const sent = await load.stop();
      const figures = {
        ...measured.figures,
        'load k events/s': sent / measured.wallMs,
        'peak k events/s': peak / 1000,
      };
      return { ...measured, figures };
    },
    close: async () => {
      await rater.stop();
      await Promise.all([log.close(), pool.close(), store.stop()]);
    },
  };
}

const pauseMsMax = 100;

/** One probe after another for so many seconds, at no fixed distance from the flush that the last one was in. */
async function measureProbes(
  sender: ProbeSender,
  store: RunningStore,
  seconds: number,
): Promise<Measurement> {
  const histogram = buildHistogram({ numberOfSignificantValueDigits: 3 });
  const meter = new CpuMeter({ own: 'tidemark', others: { store: store.processId } });
  const endAtMs = performance.now() + seconds * 1000;
  let units = 0;
  for (; performance.now() < endAtMs; units++) {
    await delay(Math.random() * pauseMsMax);
    histogram.recordValue(await sender.send());
  }
  const used = meter.stop();
  const ms = (percentile: number): number => histogram.getValueAtPercentile(percentile) / 1000;
  const figures = { 'p50 ms': ms(50), 'p99 ms': ms(99), 'max ms': histogram.maxValue / 1000 };
  return { units, ...used, figures };
}

const eventsPerEnvelope = 1000;

/** Without the last envelope of each partition: all of them are whole. */
function usageEnvelopes(events: number, seed: number): readonly LogAppend[] {
  const shape = { events, eventsPerEnvelope, customers: loadCustomers, seed };
  const { records } = createUsageLog(shape);
  return records.slice(standardUsage.partitions, -standardUsage.partitions);
}

/** Events a second from the first append of a burst until all of it can be queried. */
async function measurePeak(given: {
  readonly log: EventLog;
  readonly store: RunningStore;
  readonly events: number;
  readonly seed: number;
}): Promise<number> {
  const { log, store } = given;
  const envelopes = usageEnvelopes(given.events, given.seed);
  const events = envelopes.length * eventsPerEnvelope;
  const queryable = (): Promise<number> => queryableEvents(store.clickHouse, log.incarnation);
  const all = (await queryable()) + events;
  const startAtMs = performance.now();
  await fillTopic(log, envelopes);
  while ((await queryable()) < all) {
    if (performance.now() - startAtMs > 3 * lostMs) throw new WrongResult('The burst was lost.');
    await delay(2 * pollMs);
  }
  return (events / (performance.now() - startAtMs)) * 1000;
}

const totalRow = z.object({ n: z.string().transform(Number) });
// Totals are absolute and only grow: the greatest row is the newest, without the work of FINAL.
const totalSql = `SELECT toString(max(events)) AS n FROM charge_totals
  WHERE tenant = {tenant:String} AND customer = {customer:String} AND charge = 'count-0'`;
const pollMs = 10;
const lostMs = 20_000;

class ProbeSender {
  readonly #log: EventLog;
  readonly #store: RunningStore;
  readonly #partition: number;
  #sequence = 0;

  constructor(log: EventLog, store: RunningStore) {
    this.#log = log;
    this.#store = store;
    this.#partition = partitionOf(tenant, probe, log.partitionCount);
  }

  /** Sends one event; resolves with the microseconds from its acknowledgement until the total has moved. */
  async send(): Promise<number> {
    const before = await this.#total();
    const builder = new ColumnsBuilder();
    const id = crypto.randomUUID();
    const time = Date.now() * 1000;
    const data = { amount: 1 };
    builder.add({ tenant, id, source: 'probe', type: eventTypes[0], subject: probe, time, data });
    const sequence = ++this.#sequence;
    const mark = { gatewayId: 'probe', sequence, ackedThrough: sequence - 1 };
    const record = encodeEnvelope(builder.build(), mark, false, keys);
    await this.#log.append([{ partition: this.#partition, key: null, ...record }]);
    const acknowledgedAtMs = performance.now();
    while ((await this.#total()) === before) {
      if (performance.now() - acknowledgedAtMs > lostMs) throw new WrongResult('A probe was lost.');
      await delay(pollMs);
    }
    const elapsedMs = performance.now() - acknowledgedAtMs;
    mustEqual('the total of the probes', await this.#total(), before + 1);
    return Math.round(elapsedMs * 1000);
  }

  async #total(): Promise<number> {
    const parameters = { tenant, customer: probe };
    const [row] = await this.#store.clickHouse.query({ sql: totalSql, parameters, row: totalRow });
    return row?.n ?? 0;
  }
}

const sliceMs = 10;

/** Appends envelopes at a steady rate, whatever happens to them. */
class SteadyLoad {
  readonly #abort = new AbortController();
  readonly #running: Promise<number>;

  constructor(log: EventLog, eventsPerSecond: number, envelopes: readonly LogAppend[]) {
    this.#running = this.#run(log, eventsPerSecond, envelopes);
  }

  /** Resolves with the events that were sent. */
  stop(): Promise<number> {
    this.#abort.abort();
    return this.#running;
  }

  async #run(
    log: EventLog,
    eventsPerSecond: number,
    envelopes: readonly LogAppend[],
  ): Promise<number> {
    const startAtMs = performance.now();
    let sent = 0;
    while (!this.#abort.signal.aborted && sent < envelopes.length) {
      const elapsedMs = performance.now() - startAtMs;
      const due = Math.floor((elapsedMs * eventsPerSecond) / 1000 / eventsPerEnvelope);
      if (due > sent) await log.append(envelopes.slice(sent, due));
      sent = Math.max(sent, Math.min(due, envelopes.length));
      await delay(sliceMs);
    }
    return sent * eventsPerEnvelope;
  }
}
