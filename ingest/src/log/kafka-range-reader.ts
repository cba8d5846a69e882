/**
 * Reads ranges of partitions, independent of the consuming group: the driver can fetch only as a member of a group, so
 * this is a group of one that commits nothing and keeps everything paused that no reader asks for. It joins at the first
 * read and stays until the log is closed.
 */
import { randomUUID } from 'node:crypto';
import type { AppError } from '@tidemark/platform/errors';
import type { LogRecord } from './event-log.ts';
import type { KafkaBatchPayload, KafkaConsumer, KafkaDriver } from './kafka-driver.ts';
import { translateKafkaError } from './kafka-errors.ts';
import { toLogRecord } from './kafka-records.ts';
import type { PartitionEdges } from './kafka-topic.ts';
import { logError, offsetOutOfRange } from './log-error.ts';

export interface RangeRequest extends PartitionEdges {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

interface ActiveRange {
  next: number;
  readonly to: number;
  arrival: PromiseWithResolvers<LogRecord[]>;
}

export class KafkaRangeReader {
  readonly #kafka: KafkaDriver;
  readonly #topic: string;
  readonly #groupId: string;
  readonly #active = new Map<number, ActiveRange>();
  /** Reads of one partition wait for each other. */
  readonly #turns = new Map<number, Promise<void>>();
  #joining: Promise<KafkaConsumer> | undefined;
  #failure: AppError | undefined;

  constructor(kafka: KafkaDriver, topic: string, groupId: string) {
    this.#kafka = kafka;
    this.#topic = topic;
    this.#groupId = `${groupId}.read-${randomUUID()}`;
  }

  async *read(request: RangeRequest): AsyncGenerator<LogRecord[]> {
    const { partition, from, beginning, end } = request;
    const to = Math.min(request.to, end);
    if (from >= to) return;
    if (from < beginning) throw offsetOutOfRange({ partition, offset: from, beginning, end });
    const before = this.#turns.get(partition);
    const turn = Promise.withResolvers<undefined>();
    this.#turns.set(partition, turn.promise);
    await before;
    try {
      const consumer = await this.#join();
      let next = from;
      while (next < to) {
        const records = await this.#fetch(consumer, partition, next, to);
        next += records.length;
        yield records;
      }
    } finally {
      this.#active.delete(partition);
      turn.resolve(undefined);
    }
  }

  async close(): Promise<void> {
    const joining = this.#joining;
    if (joining === undefined) return;
    this.#fail(logError('unavailable', 'log/closed', 'The log is closed.'));
    await joining.then(
      (consumer) => consumer.disconnect(),
      () => undefined,
    );
  }

  async #fetch(
    consumer: KafkaConsumer,
    partition: number,
    next: number,
    to: number,
  ): Promise<LogRecord[]> {
    if (this.#failure !== undefined) throw this.#failure;
    const range: ActiveRange = { next, to, arrival: Promise.withResolvers<LogRecord[]>() };
    this.#active.set(partition, range);
    this.#position(consumer, partition, range);
    try {
      return await range.arrival.promise;
    } finally {
      this.#active.delete(partition);
    }
  }

  #position(consumer: KafkaConsumer, partition: number, { next }: ActiveRange): void {
    consumer.seek({ topic: this.#topic, partition, offset: String(next) });
    consumer.resume([{ topic: this.#topic, partitions: [partition] }]);
  }

  #join(): Promise<KafkaConsumer> {
    this.#joining ??= this.#start().catch((error: unknown) => {
      this.#joining = undefined;
      throw translateKafkaError(error);
    });
    return this.#joining;
  }

  async #start(): Promise<KafkaConsumer> {
    const consumer = this.#kafka.consumer({
      groupId: this.#groupId,
      maxBytesPerPartition: 2_097_152,
      maxWaitTimeInMs: 100,
      allowAutoTopicCreation: false,
    });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      const partitions = payload.memberAssignment[this.#topic] ?? [];
      consumer.pause([{ topic: this.#topic, partitions }]);
      for (const [partition, range] of this.#active) this.#position(consumer, partition, range);
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) this.#fail(translateKafkaError(payload.error));
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topic: this.#topic, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: (payload) => {
          this.#receive(consumer, payload);
          return Promise.resolve();
        },
      });
    } catch (error) {
      await consumer.disconnect().catch(() => undefined);
      throw error;
    }
    return consumer;
  }

  #receive(consumer: KafkaConsumer, payload: KafkaBatchPayload): void {
    const { partition, messages } = payload.batch;
    const range = this.#active.get(partition);
    if (range === undefined || payload.isStale() || messages.length === 0) return;
    const records: LogRecord[] = [];
    for (const message of messages) {
      const record = toLogRecord(partition, message);
      if (record.offset >= range.to) break;
      if (record.offset !== range.next + records.length) {
        range.arrival.reject(brokenRange(partition, range.next + records.length, record.offset));
        return;
      }
      records.push(record);
    }
    // One step at a time: the next one is asked for when the caller has taken this.
    this.#active.delete(partition);
    consumer.pause([{ topic: this.#topic, partitions: [partition] }]);
    range.arrival.resolve(records);
  }

  #fail(error: AppError): void {
    this.#failure = error;
    for (const { arrival } of this.#active.values()) arrival.reject(error);
    this.#active.clear();
  }
}

function brokenRange(partition: number, expected: number, found: number): AppError {
  const message = `Partition ${partition} gave offset ${found} where ${expected} was expected.`;
  return logError('conflict', 'log/offset-gap', message, {
    details: { partition, expected, found },
  });
}
