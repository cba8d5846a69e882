/**
 * A member of the consuming group. Three rules keep positions ours: a partition is paused when it is given and read only
 * from the offset the caller names (never from the group's offsets); every rejoin seeks again to the next record we
 * expect; and a batch that does not begin there is a fault, because the driver answers "offset out of range" by moving
 * to the beginning without a word. Handlers only enqueue, so heartbeats go on.
 */
import { toAppError, type AppError } from '@tidemark/platform/errors';
import type { LogConsumer, LogConsumerHandlers } from './event-log.ts';
import type { KafkaBatchPayload, KafkaConsumer, KafkaDriver } from './kafka-driver.ts';
import { translateKafkaError } from './kafka-errors.ts';
import { toLogRecord } from './kafka-records.ts';
import type { PartitionEdges } from './kafka-topic.ts';
import { logError, offsetOutOfRange } from './log-error.ts';

export interface KafkaLogConsumerOptions {
  readonly kafka: KafkaDriver;
  readonly topic: string;
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  readonly handlers: LogConsumerHandlers;
  readonly edges: () => Promise<readonly PartitionEdges[]>;
  readonly onStop: () => void;
}

interface Holding {
  /** Offset of the next record to hand over; undefined until the caller has said where to start. */
  expected: number | undefined;
  paused: boolean;
}

export class KafkaLogConsumer implements LogConsumer {
  readonly #options: KafkaLogConsumerOptions;
  readonly #consumer: KafkaConsumer;
  readonly #holdings = new Map<number, Holding>();
  #state: 'new' | 'running' | 'stopped' = 'new';
  /** The driver is a member of the group; in between it can be told nothing, and the next join tells it all. */
  #joinedGroup = false;
  #stopping: Promise<void> | undefined;

  constructor(options: KafkaLogConsumerOptions) {
    this.#options = options;
    this.#consumer = options.kafka.consumer({
      groupId: options.groupId,
      sessionTimeout: options.sessionTimeoutMs,
      rebalanceTimeout: 60_000,
      heartbeatInterval: Math.min(3000, Math.floor(options.sessionTimeoutMs / 4)),
      maxBytesPerPartition: 2_097_152,
      maxBytes: 16_777_216,
      maxWaitTimeInMs: 250,
      allowAutoTopicCreation: false,
    });
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') return;
    this.#state = 'running';
    const consumer = this.#consumer;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      this.#joined(payload.memberAssignment[this.#options.topic] ?? []);
    });
    consumer.on(consumer.events.STOP, () => {
      this.#joinedGroup = false;
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) this.#fail(crashed(payload.error));
    });
    try {
      await consumer.connect();
      // With fromBeginning a silent reset of the driver shows old records, which the check of positions finds; without it
      // the reset would skip to the end.
      await consumer.subscribe({ topic: this.#options.topic, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 4,
        eachBatch: (payload) => {
          this.#receive(payload);
          return Promise.resolve();
        },
      });
    } catch (error) {
      await this.stop().catch(() => undefined);
      throw translateKafkaError(error);
    }
  }

  pause(partition: number): void {
    const holding = this.#holdings.get(partition);
    if (holding === undefined) return;
    holding.paused = true;
    if (this.#joinedGroup) this.#consumer.pause(this.#topicPartition(partition));
  }

  resume(partition: number): void {
    const holding = this.#holdings.get(partition);
    if (holding === undefined) return;
    holding.paused = false;
    this.#applyPosition(partition, holding);
  }

  async commitHint(positions: ReadonlyMap<number, number>): Promise<void> {
    if (this.#state !== 'running') return;
    const { topic } = this.#options;
    const offsets = [...positions]
      .filter(([partition]) => this.#holdings.has(partition))
      .map(([partition, offset]) => ({ topic, partition, offset: String(offset) }));
    if (offsets.length === 0) return;
    // A hint that is late by a rebalance is refused by the broker, which does no harm: nobody reads it back.
    await this.#consumer.commitOffsets(offsets).catch(() => undefined);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#state = 'stopped';
    this.#holdings.clear();
    this.#options.onStop();
    await this.#consumer.disconnect();
  }

  /** Runs before the next fetch of the driver. */
  #joined(partitions: readonly number[]): void {
    this.#joinedGroup = true;
    if (this.#state !== 'running') {
      // Stopped while the driver was about to restart after a fault: it must not live on.
      this.#consumer.disconnect().catch(() => undefined);
      return;
    }
    const lost = [...this.#holdings.keys()].filter((partition) => !partitions.includes(partition));
    const gained = partitions.filter((partition) => !this.#holdings.has(partition));
    for (const partition of lost) this.#holdings.delete(partition);
    for (const partition of gained) {
      this.#holdings.set(partition, { expected: undefined, paused: false });
    }
    // The driver forgets positions when it joins, and pauses when it restarts.
    for (const [partition, holding] of this.#holdings) this.#applyPosition(partition, holding);
    if (lost.length > 0)
      this.#guard(() => {
        this.#options.handlers.revoked(lost);
      });
    if (gained.length > 0) void this.#begin(gained);
  }

  async #begin(partitions: readonly number[]): Promise<void> {
    const given = partitions.map(
      (partition) => [partition, this.#holdings.get(partition)] as const,
    );
    try {
      const starts = await this.#options.handlers.assigned(partitions);
      const edges = await this.#options.edges();
      for (const [partition, holding] of given) {
        const offset = starts.get(partition);
        if (offset === undefined || holding === undefined) continue;
        if (this.#holdings.get(partition) !== holding) continue;
        const { beginning, end } = edges[partition] as PartitionEdges;
        if (offset < beginning || offset > end) {
          throw offsetOutOfRange({ partition, offset, beginning, end });
        }
        holding.expected = offset;
        this.#applyPosition(partition, holding);
      }
    } catch (error) {
      this.#fail(toAppError(error));
    }
  }

  /** Makes the driver read the partition from where we are, or not at all. */
  #applyPosition(partition: number, { expected, paused }: Holding): void {
    if (!this.#joinedGroup) return;
    if (expected === undefined || paused) {
      this.#consumer.pause(this.#topicPartition(partition));
      if (expected === undefined) return;
    }
    const { topic } = this.#options;
    this.#consumer.seek({ topic, partition, offset: String(expected) });
    if (!paused) this.#consumer.resume(this.#topicPartition(partition));
  }

  #receive(payload: KafkaBatchPayload): void {
    const { partition, messages } = payload.batch;
    const holding = this.#holdings.get(partition);
    // Fetched before a pause, a seek or a rebalance: it comes again, or is not ours any more.
    if (holding?.expected === undefined || holding.paused || payload.isStale()) return;
    const last = messages.at(-1);
    if (last === undefined) return;
    const records = messages.map((message) => toLogRecord(partition, message));
    const broken = checkContiguous(partition, holding.expected, records);
    if (broken !== undefined) {
      this.#fail(broken);
      return;
    }
    holding.expected += records.length;
    payload.resolveOffset(last.offset);
    this.#guard(() => {
      this.#options.handlers.records(partition, records);
    });
  }

  #topicPartition(partition: number): { topic: string; partitions: number[] }[] {
    return [{ topic: this.#options.topic, partitions: [partition] }];
  }

  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#fail(toAppError(error));
    }
  }

  #fail(error: AppError): void {
    if (this.#state !== 'running') return;
    // Not awaited: a handler of the driver may be on the stack, for which its stop would wait.
    this.stop().catch(() => undefined);
    this.#options.handlers.failed(error);
  }
}

function checkContiguous(
  partition: number,
  expected: number,
  records: readonly { readonly offset: number }[],
): AppError | undefined {
  for (let index = 0; index < records.length; index++) {
    const found = records[index]?.offset as number;
    if (found === expected + index) continue;
    const details = { partition, expected: expected + index, found };
    if (found < expected + index) {
      const message = `Kafka went back to offset ${found} of partition ${partition}: the position is not in the log any more.`;
      return logError('conflict', 'log/offset-out-of-range', message, { details });
    }
    const message = `Partition ${partition} goes on at ${found} where ${expected + index} was expected.`;
    return logError('conflict', 'log/offset-gap', message, { details });
  }
  return undefined;
}

function crashed(cause: Error): AppError {
  return logError('unavailable', 'log/consumer-crashed', 'The Kafka consumer cannot go on.', {
    cause,
    retryable: false,
  });
}
