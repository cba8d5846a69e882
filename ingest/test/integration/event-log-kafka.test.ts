import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EventLog } from '../../src/log/event-log.ts';
import { createKafkaEventLog, type KafkaEventLogOptions } from '../../src/log/kafka-event-log.ts';
import { describeEventLog, fromZero, record, RecordingConsumer } from './event-log-contract.ts';

/** A real broker; topics get names of their own and stay behind. */
const brokers = process.env['TIDEMARK_KAFKA_BROKERS'];
const needsBroker = describe.skipIf(brokers === undefined);
const skipped = brokers === undefined ? ' (skipped: TIDEMARK_KAFKA_BROKERS names no broker)' : '';

const kafka = new kafkajs.Kafka({
  brokers: brokers?.split(',') ?? [],
  logLevel: kafkajs.logLevel.NOTHING,
  retry: { retries: 3 },
});
const admin = kafka.admin();

beforeAll(async () => {
  if (brokers !== undefined) await admin.connect();
});
afterAll(() => admin.disconnect());

function optionsFor(partitionCount: number): KafkaEventLogOptions {
  const name = `events-${randomUUID()}`;
  return {
    kafka,
    topic: {
      name,
      partitionCount,
      replicationFactor: 1,
      minInSyncReplicas: 1,
      messageBytesMax: 1_048_576,
      retentionMs: -1,
    },
    groupId: `rater-${name}`,
    incarnation: 7,
    sessionTimeoutMs: 6000,
  };
}

async function expire(topic: string, partition: number, offset: number): Promise<void> {
  // The driver deletes records only of topics whose metadata it happens to know.
  await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
}

needsBroker(`the Kafka log${skipped}`, () => {
  describeEventLog(() => ({
    create: (partitionCount) => {
      const options = optionsFor(partitionCount);
      return Promise.resolve({
        open: () => createKafkaEventLog(options),
        expire: (partition, offset) => expire(options.topic.name, partition, offset),
      });
    },
  }));
});

needsBroker(`the topic of the Kafka log${skipped}`, () => {
  const opened: EventLog[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((log) => log.close()));
  });

  async function createTopic(
    options: KafkaEventLogOptions,
    config: Readonly<Record<string, string>>,
    numPartitions = options.topic.partitionCount,
  ): Promise<void> {
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    const topic = options.topic.name;
    await admin.createTopics({
      waitForLeaders: true,
      topics: [{ topic, numPartitions, replicationFactor: 1, configEntries }],
    });
  }

  it('is refused with another number of partitions, another time stamp, or compaction', async () => {
    const wide = optionsFor(2);
    await createTopic(wide, { 'message.timestamp.type': 'LogAppendTime' }, 3);
    const stamped = optionsFor(1);
    await createTopic(stamped, {});
    const compacted = optionsFor(1);
    await createTopic(compacted, {
      'message.timestamp.type': 'LogAppendTime',
      'cleanup.policy': 'compact',
    });
    const codes = ['log/partition-count-differs', 'log/timestamp-type-differs', 'log/topic-unfit'];
    for (const [index, options] of [wide, stamped, compacted].entries()) {
      await expect(createKafkaEventLog(options)).rejects.toMatchObject({
        code: codes[index],
        retryable: false,
      });
    }
  });

  it('is created once by two processes that start together', async () => {
    const options = optionsFor(2);
    opened.push(
      ...(await Promise.all([createKafkaEventLog(options), createKafkaEventLog(options)])),
    );
    expect(await opened[1]!.append([record(1, 'x')])).toEqual([0]);
    expect(await opened[0]!.endOffsets()).toEqual([0, 1]);
  });

  it('that is out of reach is an outage, which may be tried again', async () => {
    const nowhere = new kafkajs.Kafka({
      brokers: ['127.0.0.1:1'],
      logLevel: kafkajs.logLevel.NOTHING,
      retry: { retries: 0 },
    });
    await expect(createKafkaEventLog({ ...optionsFor(1), kafka: nowhere })).rejects.toMatchObject({
      code: 'log/unavailable',
      retryable: true,
    });
  });
});

needsBroker(`a position that leaves the log while the consumer stands there${skipped}`, () => {
  it('is a fault, where the driver alone would go on elsewhere', async () => {
    const options = optionsFor(1);
    const log = await createKafkaEventLog(options);
    const reader = new RecordingConsumer(log, fromZero);
    reader.onRecords = () => reader.consumer.pause(0);
    await log.append([record(0, '0')]);
    await reader.consumer.start();
    await reader.until(() => reader.total === 1);
    for (let index = 1; index < 6; index++) await log.append([record(0, String(index))]);
    await expire(options.topic.name, 0, 4);
    reader.onRecords = () => undefined;
    reader.consumer.resume(0);
    await reader.until(() => reader.failure !== undefined);
    expect(reader.failure).toMatchObject({ code: 'log/offset-gap', retryable: false });
    expect(reader.texts(0)).toEqual(['0']);
    await log.close();
  });
});
