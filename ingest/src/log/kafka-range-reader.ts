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
  /** The last fetch that was asked for, by partition. */
  readonly #turns = new Map<number, Promise<undefined>>();
  /** Of the consumer that serves; another one takes its place after a crash. */
  #joining: Promise<KafkaConsumer> | undefined;
  /** The driver is a member of the group; in between it can be told nothing, and the next join tells it all. */
  #joinedGroup = false;
  #closed = false;

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
    let next = from;
    while (next < to) {
      const records = await this.#inTurn(partition, async () => {
        const consumer = await this.#join();
        return this.#fetch(consumer, partition, next, to);
      });
      next += records.length;
      yield records;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const joining = this.#joining;
    if (joining === undefined) return;
    this.#failReads(closedError());
    await joining.then(
      (consumer) => consumer.disconnect(),
      () => undefined,
    );
  }

  /** One fetch of a partition at a time; readers of one partition take turns by steps, so none waits for another's end. */
  async #inTurn(partition: number, fetch: () => Promise<LogRecord[]>): Promise<LogRecord[]> {
    const before = this.#turns.get(partition);
    const turn = Promise.withResolvers<undefined>();
    this.#turns.set(partition, turn.promise);
    await before;
    try {
      return await fetch();
    } finally {
      if (this.#turns.get(partition) === turn.promise) this.#turns.delete(partition);
      turn.resolve(undefined);
    }
  }

  async #fetch(
    consumer: KafkaConsumer,
    partition: number,
    next: number,
    to: number,
  ): Promise<LogRecord[]> {
    if (this.#closed) throw closedError();
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
    if (!this.#joinedGroup) return;
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
      this.#joinedGroup = true;
      const partitions = payload.memberAssignment[this.#topic] ?? [];
      consumer.pause([{ topic: this.#topic, partitions }]);
      for (const [partition, range] of this.#active) this.#position(consumer, partition, range);
    });
    consumer.on(consumer.events.STOP, () => {
      this.#joinedGroup = false;
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (payload.restart) return;
      this.#joining = undefined;
      this.#failReads(translateKafkaError(payload.error));
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
    if (this.#joinedGroup) consumer.pause([{ topic: this.#topic, partitions: [partition] }]);
    range.arrival.resolve(records);
  }

  #failReads(error: AppError): void {
    for (const { arrival } of this.#active.values()) arrival.reject(error);
    this.#active.clear();
  }
}

function closedError(): AppError {
  return logError('unavailable', 'log/closed', 'The log is closed.');
}

function brokenRange(partition: number, expected: number, found: number): AppError {
  const message = `Partition ${partition} gave offset ${found} where ${expected} was expected.`;
  return logError('conflict', 'log/offset-gap', message, {
    details: { partition, expected, found },
  });
}
