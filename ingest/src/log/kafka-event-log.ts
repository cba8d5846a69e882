/**
 * The `EventLog` on one Kafka topic. Non-idempotent, acks from all in-sync replicas, partition chosen by us: an append
 * whose outcome is unknown may be in the log, callers send it again and readers drop the copy. Offsets come from the
 * answer to the produce request. docs/adr/0014.
 */
import { failpoint } from '@tidemark/platform/failpoint';
import type {
  EventLog,
  LogAppend,
  LogConsumer,
  LogConsumerHandlers,
  LogRecord,
} from './event-log.ts';
import { chunkAppends } from './kafka-append.ts';
import { KafkaLogConsumer } from './kafka-consumer.ts';
import type { KafkaAdmin, KafkaDriver, KafkaProducer } from './kafka-driver.ts';
import { translateKafkaError } from './kafka-errors.ts';
import { KafkaRangeReader } from './kafka-range-reader.ts';
import {
  ensureTopic,
  fetchEdges,
  type KafkaTopicSettings,
  type PartitionEdges,
} from './kafka-topic.ts';
import { logError } from './log-error.ts';

export interface KafkaEventLogOptions {
  /** A kafkajs client; its owner sets brokers, credentials and retries. */
  readonly kafka: KafkaDriver;
  readonly topic: KafkaTopicSettings;
  /** The consuming group; its offsets are a hint for lag tools. */
  readonly groupId: string;
  /** Kept by the caller with the topic's name: Kafka cannot tell a topic from another one of the same name. */
  readonly incarnation: number;
  /** A consumer that says nothing for so long loses its partitions; milliseconds. */
  readonly sessionTimeoutMs?: number;
}

/**
 * Connects, creates the topic when it is absent and checks it when not. Throws `log/partition-count-differs`,
 * `log/timestamp-type-differs`, `log/topic-unfit`, or `log/unavailable` when no broker answers.
 */
export async function createKafkaEventLog(options: KafkaEventLogOptions): Promise<EventLog> {
  const { kafka, topic } = options;
  const admin = kafka.admin();
  const producer = kafka.producer({
    idempotent: false,
    allowAutoTopicCreation: false,
    metadataMaxAge: 60_000,
  });
  try {
    await admin.connect();
    await ensureTopic(admin, topic);
    await producer.connect();
  } catch (error) {
    await Promise.allSettled([admin.disconnect(), producer.disconnect()]);
    throw translateKafkaError(error);
  }
  return new KafkaEventLog(options, admin, producer);
}

class KafkaEventLog implements EventLog {
  readonly partitionCount: number;
  readonly incarnation: number;
  readonly #options: KafkaEventLogOptions;
  readonly #admin: KafkaAdmin;
  readonly #producer: KafkaProducer;
  readonly #reader: KafkaRangeReader;
  readonly #consumers = new Set<LogConsumer>();
  #closed: Promise<void> | undefined;

  constructor(options: KafkaEventLogOptions, admin: KafkaAdmin, producer: KafkaProducer) {
    this.#options = options;
    this.partitionCount = options.topic.partitionCount;
    this.incarnation = options.incarnation;
    this.#admin = admin;
    this.#producer = producer;
    this.#reader = new KafkaRangeReader(options.kafka, options.topic.name, options.groupId);
  }

  async append(records: readonly LogAppend[]): Promise<number[]> {
    this.#checkOpen();
    const { name, partitionCount, messageBytesMax } = this.#options.topic;
    for (const { partition } of records) this.#checkPartition(partition, partitionCount);
    const offsets = new Array<number>(records.length);
    for (const round of chunkAppends(records, messageBytesMax)) {
      await this.#send(name, round, records, offsets);
    }
    return offsets;
  }

  async beginningOffsets(): Promise<number[]> {
    return (await this.#edges()).map(({ beginning }) => beginning);
  }

  async endOffsets(): Promise<number[]> {
    return (await this.#edges()).map(({ end }) => end);
  }

  async *read(partition: number, from: number, to: number): AsyncIterable<LogRecord[]> {
    const edges = await this.#edges();
    this.#checkPartition(partition, edges.length);
    const { beginning, end } = edges[partition] as PartitionEdges;
    yield* this.#reader.read({ partition, from, to, beginning, end });
  }

  consumer(handlers: LogConsumerHandlers): LogConsumer {
    this.#checkOpen();
    const { kafka, topic, groupId, sessionTimeoutMs } = this.#options;
    const consumer: LogConsumer = new KafkaLogConsumer({
      kafka,
      topic: topic.name,
      groupId,
      sessionTimeoutMs: sessionTimeoutMs ?? 30_000,
      handlers,
      edges: () => this.#edges(),
      onStop: () => {
        this.#consumers.delete(consumer);
      },
    });
    this.#consumers.add(consumer);
    return consumer;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#consumers].map((consumer) => consumer.stop()));
    await this.#reader.close();
    await Promise.all([this.#producer.disconnect(), this.#admin.disconnect()]);
  }

  /** One produce request a broker: at most one batch of records a partition. */
  async #send(
    topic: string,
    round: readonly number[],
    records: readonly LogAppend[],
    offsets: number[],
  ): Promise<void> {
    const messages = round.map((index) => {
      const { partition, key, value, headers } = records[index] as LogAppend;
      return { partition, key, value: asBuffer(value), headers: asBuffers(headers) };
    });
    let answers: Awaited<ReturnType<KafkaProducer['send']>>;
    failpoint('log/before-produce');
    try {
      answers = await this.#producer.send({ topic, acks: -1, messages });
    } catch (error) {
      throw translateKafkaError(error);
    }
    failpoint('log/after-produce');
    const next = new Map(
      answers.map(({ partition, baseOffset }) => [partition, Number(baseOffset)] as const),
    );
    for (const index of round) {
      const { partition } = records[index] as LogAppend;
      const offset = next.get(partition);
      if (offset === undefined || !Number.isSafeInteger(offset)) {
        throw logError(
          'unavailable',
          'log/unavailable',
          'The broker acknowledged without an offset.',
        );
      }
      offsets[index] = offset;
      next.set(partition, offset + 1);
    }
  }

  async #edges(): Promise<PartitionEdges[]> {
    this.#checkOpen();
    try {
      return await fetchEdges(this.#admin, this.#options.topic);
    } catch (error) {
      throw translateKafkaError(error);
    }
  }

  #checkOpen(): void {
    if (this.#closed !== undefined)
      throw logError('unavailable', 'log/closed', 'The log is closed.');
  }

  #checkPartition(partition: number, partitionCount: number): void {
    if (Number.isInteger(partition) && partition >= 0 && partition < partitionCount) return;
    const message = `Partition ${partition} is not one of ${partitionCount}.`;
    throw logError('invalid-input', 'log/partition-out-of-range', message);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function asBuffers(headers: LogAppend['headers']): Record<string, Buffer> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, asBuffer(value)]),
  );
}
