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

// The rater's blocks have up to 400,000 rows while it is behind: a dozen of them in a round, a few in a small one.
const batches = new Shared(startBroker);

export const kafkaBatches: Comparison = {
  name: 'kafka-batches',
  question: 'How fast do batches in a Kafka topic become deduplicated, rated and queryable?',
  cases: [
    raterCase(batches, 'envelopes', ({ quick }) => (quick ? 2_000_000 : 8_000_000)),
    peerCase(batches, 'lines', ({ quick }) => (quick ? 1_000_000 : 4_000_000)),
    rawCase(batches, 'envelopes', ({ quick }) => (quick ? 600_000 : 2_000_000)),
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
    raterCase(single, 'json', ({ quick }) => (quick ? 1_200_000 : 4_000_000)),
    peerCase(single, 'bare-json', ({ quick }) => (quick ? 500_000 : 2_000_000)),
    rawCase(single, 'json', ({ quick }) => (quick ? 250_000 : 1_000_000)),
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

/** `envelopes` and `json` are for the rater; `bare-json` and `lines` come without the catalog's markers, which only it can read. */
type TopicForm = UsageForm | 'bare-json' | 'lines';

/** Single events are made in pieces of so many: they never stand in memory all at once. */
const pieceEvents = 250_000;

async function fill(
  broker: RunningBroker,
  topic: string,
  form: TopicForm,
  events: number,
): Promise<FilledTopic> {
  const log = await openTopic(broker, topic, standardUsage.partitions);
  const expected = { logged: 0, duplicates: 0, stored: 0, amountThousandths: 0n };
  let changes: UsageLog['changes'] = [];
  let messages = 0;
  const size = form === 'envelopes' ? events : pieceEvents;
  for (let from = 0; from < events; from += size) {
    const shape = { events: Math.min(size, events - from), seed: from / size + 1 };
    const piece = createUsageLog(shape, form === 'envelopes' ? form : 'json');
    const withMarkers = from === 0 && (form === 'envelopes' || form === 'json');
    if (from === 0) changes = piece.changes;
    const wanted = withMarkers ? piece.records : piece.records.slice(standardUsage.partitions);
    const records = form === 'lines' ? jsonLinesRecords(wanted) : wanted;
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
      const { log, changes, expected } = await fill(broker, 'rated', form, events(size));
      const pool = createBenchmarkPool(1);
      const others = { store: store.processId, broker: broker.processId };
      return {
        measure: async () => {
          await store.empty();
          const { clickHouse } = store;
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
  form: 'bare-json' | 'lines',
  events: EventCount,
): BenchmarkCase {
  const what = form === 'lines' ? '2,000 JSON rows a message' : 'one JSON event a message';
  return {
    name: 'peer',
    title: `ClickHouse Kafka engine, ${what}`,
    unit: 'event',
    open: async (size): Promise<OpenCase> => {
      const [broker, store] = await Promise.all([shared.acquire(), startStore('bare')]);
      const { log, expected, topic } = await fill(broker, 'peer', form, events(size));
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
      const { log, expected, topic, messages } = await fill(broker, 'raw', form, events(size));
      const others = { broker: broker.processId };
      return {
        measure: (round) =>
          readRaw(
            broker.client,
            { topic, groupId: `raw-${round}`, messages, events: expected.logged },
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
