import { randomUUID } from 'node:crypto';
import { createKafkaClient, type KafkaClient } from '@tidemark/platform/kafka';
import { provideKafkaJars, startKafkaHost, type KafkaHost } from '@tidemark/platform/kafka-host';
import { silentLogger } from '@tidemark/platform/log';
import { createTemporaryDirectory } from '@tidemark/platform/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EventLog } from '../../src/log/event-log.ts';
import { createKafkaEventLog, type KafkaEventLogOptions } from '../../src/log/kafka-event-log.ts';
import { describeEventLog } from './event-log-contract.ts';
import { record } from './event-log-scene.ts';
import { fromZero, RecordingConsumer } from './recording-consumer.ts';

const unavailable = await provideKafkaJars().then(
  () => undefined,
  (error: unknown) => String(error),
);
const needsBroker = describe.skipIf(unavailable !== undefined);
const skipped = unavailable === undefined ? '' : ` (skipped: ${unavailable})`;

const directory = createTemporaryDirectory('kafka');
let host: KafkaHost;
let kafka: KafkaClient;
let admin: ReturnType<KafkaClient['admin']>;

beforeAll(async () => {
  if (unavailable !== undefined) return;
  host = await startKafkaHost({ dataDir: directory.path });
  kafka = createKafkaClient({ clientId: 'test', brokers: host.brokers, log: silentLogger });
  admin = kafka.admin();
  await admin.connect();
});

afterAll(async () => {
  if (unavailable === undefined) {
    await admin.disconnect();
    await host.stop();
  }
  directory.remove();
});

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
    const client = createKafkaClient({
      clientId: 'test',
      brokers: ['127.0.0.1:1'],
      log: silentLogger,
    });
    const nowhere: KafkaEventLogOptions['kafka'] = {
      admin: () => client.admin({ retry: { retries: 0 } }),
      producer: (options) => client.producer(options),
      consumer: (options) => client.consumer(options),
    };
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

needsBroker(`a broker that is killed and started again${skipped}`, () => {
  it('has every acknowledged record, and appends, reads and consumers go on', async () => {
    const options = optionsFor(2);
    const log = await createKafkaEventLog(options);
    const reader = new RecordingConsumer(log, fromZero);
    await reader.consumer.start();
    for (let index = 0; index < 20; index++) await log.append([record(index % 2, String(index))]);
    await reader.until(() => reader.total === 20);
    await host.kill();
    const whileDown = log.append([record(0, 'down')]).then(
      () => 'acknowledged',
      (error: unknown) => (error as { code?: unknown }).code,
    );
    host = await startKafkaHost({ dataDir: directory.path });
    expect(['acknowledged', 'log/unavailable']).toContain(await whileDown);
    await log.append([record(1, 'up')]);
    await reader.until(() => reader.texts(1).at(-1) === 'up');
    const texts: string[] = [];
    for await (const batch of log.read(1, 0, Infinity)) {
      texts.push(...batch.map(({ value }) => new TextDecoder().decode(value)));
    }
    expect(texts).toEqual([
      ...Array.from({ length: 10 }, (_, index) => String(2 * index + 1)),
      'up',
    ]);
    expect(reader.texts(1)).toEqual(texts);
    expect(reader.failure).toBeUndefined();
    await log.close();
  });
});
