/**
 * From the log's acknowledgement to the live total, under load: a probe customer's events go through the same envelopes'
 * path, one at a time, and its total is read until it has moved.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { build as buildHistogram } from 'hdr-histogram-js';
import { ColumnsBuilder, encodeEnvelope, partitionOf } from '@tidemark/ingest/contract';
import { createLmdbEventLog } from '@tidemark/ingest/log';
import type { EventLog, LogAppend } from '@tidemark/ingest/log';
import { createTemporaryDirectory } from '@tidemark/platform/testing';
import { z } from 'zod';
import { WrongResult } from '../lib/comparison.ts';
import type { BenchmarkCase, Comparison, OpenCase, RunSize } from '../lib/comparison.ts';
import { CpuMeter } from '../lib/cpu-meter.ts';
import { customerKey, eventTypes, keys, tenant } from '../workload/catalog.ts';
import { createUsageLog } from '../workload/log-records.ts';
import { createBenchmarkPool, createBenchmarkRater } from '../workload/rate-log.ts';
import { startStore } from '../workload/servers.ts';
import type { RunningStore } from '../workload/servers.ts';
import { standardUsage } from '../workload/usage.ts';

export const liveLatency: Comparison = {
  name: 'live-latency',
  question: 'How long after its acknowledgement is an event in the live total?',
  quick: false,
  cases: [latencyCase('idle', 0), latencyCase('half-load', 200_000)],
  ratios: [],
};

/** The last customer of the Zipf order: hardly any event of the load is its own. */
const probe = customerKey(standardUsage.customers - 1);
const probes = { quick: 40, full: 200 };

function latencyCase(name: string, eventsPerSecond: number): BenchmarkCase {
  const load = eventsPerSecond === 0 ? 'nothing else' : `${eventsPerSecond / 1000} k events/s`;
  const title = `probe events beside ${load}`;
  return { name, title, unit: 'probe', open: (size) => openLatency(eventsPerSecond, size) };
}

async function openLatency(eventsPerSecond: number, { quick }: RunSize): Promise<OpenCase> {
  const directory = createTemporaryDirectory('bench-log');
  const { partitions } = standardUsage;
  const [store, log] = await Promise.all([
    startStore(),
    createLmdbEventLog({ directory: directory.path, partitionCount: partitions }),
  ]);
  const { records, changes } = createUsageLog({ events: 0 });
  await log.append(records);
  const pool = createBenchmarkPool(1);
  const rater = createBenchmarkRater({ log, clickHouse: store.clickHouse, changes, pool });
  await rater.start();
  const sender = new ProbeSender(log, store);
  let seed = 1;
  return {
    measure: async () => {
      const load = new SteadyLoad(log, eventsPerSecond, seed++ * 1000);
      const histogram = buildHistogram({ numberOfSignificantValueDigits: 3 });
      const meter = new CpuMeter({ own: 'tidemark', others: { store: store.processId } });
      const count = quick ? probes.quick : probes.full;
      for (let number = 0; number < count; number++) histogram.recordValue(await sender.send());
      const used = meter.stop();
      const sent = await load.stop();
      const ms = (percentile: number): number => histogram.getValueAtPercentile(percentile) / 1000;
      const figures = {
        'p50 ms': ms(50),
        'p99 ms': ms(99),
        'max ms': histogram.maxValue / 1000,
        'load k events/s': sent / used.wallMs,
      };
      return { units: count, ...used, figures };
    },
    close: async () => {
      await rater.stop();
      await Promise.all([log.close(), pool.close(), store.stop()]);
      directory.remove();
    },
  };
}

const totalRow = z.object({ n: z.string().transform(Number) });
const totalSql = `SELECT toString(max(events)) AS n FROM charge_totals FINAL
  WHERE tenant = {tenant:String} AND customer = {customer:String} AND charge = 'count-0'`;
const pollMs = 5;
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
    while ((await this.#total()) <= before) {
      if (performance.now() - acknowledgedAtMs > lostMs) throw new WrongResult('A probe was lost.');
      await delay(pollMs);
    }
    return Math.round((performance.now() - acknowledgedAtMs) * 1000);
  }

  async #total(): Promise<number> {
    const parameters = { tenant, customer: probe };
    const [row] = await this.#store.clickHouse.query({ sql: totalSql, parameters, row: totalRow });
    return row?.n ?? 0;
  }
}

const sliceMs = 50;
/** Events that are made ahead, outside of the measured time. */
const preparedEvents = 2_000_000;

/** Appends envelopes at a steady rate, whatever happens to them. */
class SteadyLoad {
  readonly #log: EventLog;
  readonly #abort = new AbortController();
  readonly #running: Promise<number>;

  constructor(log: EventLog, eventsPerSecond: number, seed: number) {
    this.#log = log;
    this.#running = eventsPerSecond === 0 ? Promise.resolve(0) : this.#run(eventsPerSecond, seed);
  }

  /** Resolves with the events that were sent. */
  stop(): Promise<number> {
    this.#abort.abort();
    return this.#running;
  }

  async #run(eventsPerSecond: number, seed: number): Promise<number> {
    const eventsPerEnvelope = 1000;
    const usage = createUsageLog({ events: preparedEvents, eventsPerEnvelope, seed });
    const envelopes: readonly LogAppend[] = usage.records.slice(this.#log.partitionCount);
    const perSlice = Math.round((eventsPerSecond * sliceMs) / 1000 / eventsPerEnvelope);
    let at = 0;
    while (!this.#abort.signal.aborted && at < envelopes.length) {
      const nextAtMs = performance.now() + sliceMs;
      await this.#log.append(envelopes.slice(at, at + perSlice));
      at += perSlice;
      await delay(Math.max(0, nextAtMs - performance.now()));
    }
    return at * eventsPerEnvelope;
  }
}
