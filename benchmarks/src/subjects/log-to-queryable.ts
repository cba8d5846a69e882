/**
 * From the log to where it can be queried: the path that a metering system must sustain. Apache Kafka runs beside it on the
 * same machine; the topic is filled before.
 */
import type { EventLog } from '@tidemark/ingest/log';
import type { BenchmarkCase, Comparison, OpenCase, RunSize } from '../lib/comparison.ts';
import { Shared } from '../lib/shared.ts';
import { readWithKafkaEngine } from '../workload/kafka-engine.ts';
import { fillTopic, openTopic } from '../workload/kafka-topics.ts';
import { createUsageLog } from '../workload/log-records.ts';
import type { UsageForm, UsageLog } from '../workload/log-records.ts';
import { jsonLinesRecords } from '../workload/json-lines.ts';
import { createBenchmarkPool, rateLog } from '../workload/rate-log.ts';
import { readRaw } from '../workload/raw-consumer.ts';
import { startBroker, startStore } from '../workload/servers.ts';
import type { RunningBroker } from '../workload/servers.ts';
import { standardUsage } from '../workload/usage.ts';
import { openNaivePipeline } from './naive-pipeline.ts';

const batches = new Shared(startBroker);

export const kafkaBatches: Comparison = {
  name: 'kafka-batches',
  question: 'How fast do batches in a Kafka topic become deduplicated, rated and queryable?',
  cases: [
    raterCase(batches, 'envelopes', ({ quick }) => (quick ? 800_000 : 4_000_000)),
    peerCase(batches, 'lines', ({ quick }) => (quick ? 800_000 : 4_000_000)),
    rawCase(batches, 'envelopes', ({ quick }) => (quick ? 800_000 : 4_000_000)),
    {
      name: 'naive',
      title: 'naive pipeline, one event a message',
      unit: 'event',
      open: (size) =>
        openNaivePipeline(
          () => batches.acquire(),
          () => batches.release(),
          size,
        ),
    },
  ],
  ratios: [
    { name: 'tidemark / ClickHouse Kafka engine', of: 'tidemark', to: 'peer', by: 'rate' },
    { name: 'tidemark / ClickHouse Kafka engine, CPU', of: 'tidemark', to: 'peer', by: 'cpu' },
    { name: 'tidemark / naive', of: 'tidemark', to: 'naive', by: 'rate' },
    { name: 'tidemark / raw consumer', of: 'tidemark', to: 'raw', by: 'rate' },
  ],
};

const single = new Shared(startBroker);

export const kafkaSingleEvents: Comparison = {
  name: 'kafka-single-events',
  question: 'The same with one JSON event a message, as foreign producers send them.',
  cases: [
    raterCase(single, 'json', ({ quick }) => (quick ? 150_000 : 600_000)),
    peerCase(single, 'json', ({ quick }) => (quick ? 150_000 : 600_000)),
    rawCase(single, 'json', ({ quick }) => (quick ? 150_000 : 600_000)),
  ],
  ratios: [
    { name: 'tidemark / ClickHouse Kafka engine', of: 'tidemark', to: 'peer', by: 'rate' },
    { name: 'tidemark / ClickHouse Kafka engine, CPU', of: 'tidemark', to: 'peer', by: 'cpu' },
    { name: 'tidemark / raw consumer', of: 'tidemark', to: 'raw', by: 'rate' },
  ],
};

type EventCount = (size: RunSize) => number;

interface FilledTopic {
  readonly log: EventLog;
  readonly usage: UsageLog;
  readonly topic: string;
}

async function fill(
  broker: RunningBroker,
  topic: string,
  form: UsageForm,
  events: number,
): Promise<FilledTopic> {
  const usage = createUsageLog({ events }, form);
  const log = await openTopic(broker, topic, standardUsage.partitions);
  await fillTopic(log, usage.records);
  return { log, usage, topic };
}

/** The engine would take the catalog's markers for events that it cannot read; its topic holds none. */
async function fillForPeer(
  broker: RunningBroker,
  form: 'json' | 'lines',
  events: number,
): Promise<FilledTopic> {
  const topic = 'peer';
  const usage = createUsageLog({ events }, 'json');
  const single = usage.records.slice(standardUsage.partitions);
  const records = form === 'lines' ? jsonLinesRecords(single) : single;
  const log = await openTopic(broker, topic, standardUsage.partitions);
  await fillTopic(log, records);
  return { log, usage: { ...usage, records }, topic };
}

function raterCase(
  shared: Shared<RunningBroker>,
  form: UsageForm,
  events: EventCount,
): BenchmarkCase {
  return {
    name: 'tidemark',
    title: 'Tidemark: deduplicated and rated',
    unit: 'event',
    open: async (size): Promise<OpenCase> => {
      const [broker, store] = await Promise.all([shared.acquire(), startStore()]);
      const { log, usage } = await fill(broker, 'rated', form, events(size));
      const pool = createBenchmarkPool(1);
      const others = { store: store.processId, broker: broker.processId };
      return {
        measure: async () => {
          await store.empty();
          const { clickHouse } = store;
          const { changes, expected } = usage;
          const processes = { own: 'rater', others };
          return rateLog({ log, clickHouse, changes, pool }, expected, processes);
        },
        close: async () => {
          await Promise.all([log.close(), pool.close(), store.stop()]);
          await shared.release();
        },
      };
    },
  };
}

function peerCase(
  shared: Shared<RunningBroker>,
  form: 'json' | 'lines',
  events: EventCount,
): BenchmarkCase {
  const what = form === 'lines' ? '2,000 JSON rows a message' : 'one JSON event a message';
  return {
    name: 'peer',
    title: `ClickHouse Kafka engine, ${what}`,
    unit: 'event',
    open: async (size): Promise<OpenCase> => {
      const [broker, store] = await Promise.all([shared.acquire(), startStore('bare')]);
      const { log, usage, topic } = await fillForPeer(broker, form, events(size));
      const others = { store: store.processId, broker: broker.processId };
      return {
        measure: (round) =>
          readWithKafkaEngine(
            store.clickHouse,
            { brokers: broker.brokers, topic, round, consumers: 2 },
            usage.expected,
            { own: null, others },
          ),
        close: async () => {
          await Promise.all([log.close(), store.stop()]);
          await shared.release();
        },
      };
    },
  };
}

function rawCase(
  shared: Shared<RunningBroker>,
  form: UsageForm,
  events: EventCount,
): BenchmarkCase {
  return {
    name: 'raw',
    title: 'kafkajs consumer that only counts bytes',
    unit: 'event',
    open: async (size): Promise<OpenCase> => {
      const broker = await shared.acquire();
      const { log, usage, topic } = await fill(broker, 'raw', form, events(size));
      const others = { broker: broker.processId };
      const messages = usage.records.length;
      return {
        measure: (round) =>
          readRaw(
            broker.client,
            { topic, groupId: `raw-${round}`, messages, events: usage.expected.logged },
            { own: 'consumer', others },
          ),
        close: async () => {
          await log.close();
          await shared.release();
        },
      };
    },
  };
}
