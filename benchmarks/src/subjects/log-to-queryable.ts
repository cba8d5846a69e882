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

const batches = new Shared(startTopics);
// The rater's blocks have up to 400,000 rows while it is behind: thirty of them in a round, so that most are merged in it; a few in
// a small one.
const envelopeEvents: EventCount = ({ quick }) => (quick ? 1_600_000 : 12_000_000);

export const kafkaBatches: Comparison = {
  name: 'kafka-batches',
  question: 'How fast do batches in a Kafka topic become deduplicated, rated and queryable?',
  cases: [
    raterCase(batches, 'envelopes', envelopeEvents),
    peerCase(batches, 'lines', ({ quick }) => (quick ? 3_000_000 : 8_000_000)),
    rawCase(batches, 'envelopes', envelopeEvents),
    {
      name: 'naive',
      title: 'naive pipeline, one event a message',
      unit: 'event',
      open: (size) =>
        openNaivePipeline(
          async () => (await batches.acquire()).broker,
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

const single = new Shared(startTopics);
const singleEvents: EventCount = ({ quick }) => (quick ? 700_000 : 4_000_000);

export const kafkaSingleEvents: Comparison = {
  name: 'kafka-single-events',
  question: 'The same with one JSON event a message, as foreign producers send them.',
  cases: [
    raterCase(single, 'json', singleEvents),
    peerCase(single, 'json', singleEvents),
    rawCase(single, 'json', singleEvents),
  ],
  ratios: [
    { name: 'tidemark / ClickHouse Kafka engine', of: 'tidemark', to: 'peer', by: 'rate' },
    { name: 'tidemark / ClickHouse Kafka engine, CPU', of: 'tidemark', to: 'peer', by: 'cpu' },
    { name: 'tidemark / raw consumer', of: 'tidemark', to: 'raw', by: 'rate' },
  ],
};

type EventCount = (size: RunSize) => number;

/** Without the records themselves: millions of live objects would slow down every collection of what is measured. */
interface FilledTopic extends Omit<UsageLog, 'records'> {
  readonly log: EventLog;
  readonly topic: string;
  readonly messages: number;
}

/** Only the rater can read envelopes, and only the peer `lines` of JSON. */
type TopicForm = UsageForm | 'lines';

/** A broker whose topics are filled once, by the first case that reads them. */
interface FilledTopics {
  readonly broker: RunningBroker;
  of(form: TopicForm, wanted: EventCount, size: RunSize): Promise<FilledTopic>;
  stop(): Promise<void>;
}

async function startTopics(): Promise<FilledTopics> {
  const broker = await startBroker();
  const topics = new Map<TopicForm, Promise<FilledTopic>>();
  return {
    broker,
    of: (form, wanted, size) => {
      const filled = topics.get(form) ?? fill(broker, form, wanted(size), size.quick);
      topics.set(form, filled);
      return filled;
    },
    stop: async () => {
      for (const { log } of await Promise.all(topics.values())) await log.close();
      await broker.stop();
    },
  };
}

/** Single events are made in pieces of so many: they never stand in memory all at once. */
const pieceEvents = 250_000;

async function fill(
  broker: RunningBroker,
  topic: TopicForm,
  events: number,
  quick: boolean,
): Promise<FilledTopic> {
  const log = await openTopic(broker, topic, standardUsage.partitions);
  const form = topic === 'envelopes' ? topic : 'json';
  const expected = { logged: 0, duplicates: 0, stored: 0, amountThousandths: 0n };
  let changes: UsageLog['changes'] = [];
  let messages = 0;
  const size = form === 'envelopes' ? events : pieceEvents;
  let piece: UsageLog | undefined;
  for (let from = 0; from < events; from += size) {
    const shape = { events: Math.min(size, events - from), seed: from / size + 1 };
    // The peer knows no duplicates: to save time, a quick run gives it the same piece again and again. Sorted, copies compress well
    // and merge fast, so it does a little more then than it can.
    if (piece === undefined || topic !== 'lines' || !quick) piece = createUsageLog(shape, form);
    if (from === 0) changes = piece.changes;
    // The catalog's markers once, and not where only the peer reads.
    const withMarkers = from === 0 && topic !== 'lines';
    const wanted = withMarkers ? piece.records : piece.records.slice(standardUsage.partitions);
    const records = topic === 'lines' ? jsonLinesRecords(wanted) : wanted;
    await fillTopic(log, records);
    messages += records.length;
    expected.logged += piece.expected.logged;
    expected.duplicates += piece.expected.duplicates;
    expected.stored += piece.expected.stored;
    expected.amountThousandths += piece.expected.amountThousandths;
  }
  return { log, changes, expected, topic, messages };
}

function raterCase(
  shared: Shared<FilledTopics>,
  form: UsageForm,
  events: EventCount,
): BenchmarkCase {
  return {
    name: 'tidemark',
    title: 'Tidemark: deduplicated and rated',
    unit: 'event',
    open: async (size): Promise<OpenCase> => {
      const [topics, store] = await Promise.all([shared.acquire(), startStore()]);
      const { log, changes, expected } = await topics.of(form, events, size);
      const pool = createBenchmarkPool(1);
      const others = { store: store.processId, broker: topics.broker.processId };
      return {
        measure: async () => {
          await store.empty();
          const { clickHouse } = store;
          const processes = { own: 'rater', others };
          return rateLog({ log, clickHouse, changes, pool }, expected, processes);
        },
        close: async () => {
          await Promise.all([pool.close(), store.stop()]);
          await shared.release();
        },
      };
    },
  };
}

function peerCase(
  shared: Shared<FilledTopics>,
  form: 'json' | 'lines',
  events: EventCount,
): BenchmarkCase {
  const what = form === 'lines' ? '2,000 JSON rows a message' : 'one JSON event a message';
  return {
    name: 'peer',
    title: `ClickHouse Kafka engine, ${what}`,
    unit: 'event',
    open: async (size): Promise<OpenCase> => {
      const [topics, store] = await Promise.all([shared.acquire(), startStore('bare')]);
      const { broker } = topics;
      const { expected, topic } = await topics.of(form, events, size);
      const others = { store: store.processId, broker: broker.processId };
      return {
        measure: (round) =>
          readWithKafkaEngine(
            store.clickHouse,
            { brokers: broker.brokers, topic, round, consumers: 2 },
            expected,
            { own: null, others },
          ),
        close: async () => {
          await store.stop();
          await shared.release();
        },
      };
    },
  };
}

function rawCase(shared: Shared<FilledTopics>, form: UsageForm, events: EventCount): BenchmarkCase {
  return {
    name: 'raw',
    title: 'kafkajs consumer that only counts bytes',
    unit: 'event',
    open: async (size): Promise<OpenCase> => {
      const topics = await shared.acquire();
      const { broker } = topics;
      const { expected, topic, messages } = await topics.of(form, events, size);
      const others = { broker: broker.processId };
      return {
        measure: (round) =>
          readRaw(
            broker.client,
            { topic, groupId: `raw-${round}`, messages, events: expected.logged },
            { own: 'consumer', others },
          ),
        close: () => shared.release(),
      };
    },
  };
}
