/**
 * The event log in memory, with the behaviour that matters to the rater: durable order, chunks of any size, pause and resume,
 * several consumers that may believe at the same time that they own a partition, and an end or a base that can move.
 */
import type {
  EventLog,
  LogAppend,
  LogConsumer,
  LogConsumerHandlers,
  LogRecord,
} from '@tidemark/ingest/log';

export interface MemoryEventLogOptions {
  readonly partitionCount?: number;
  readonly incarnation?: number;
  /** Records handed over at a time. */
  readonly chunkRecords?: number;
}

export class MemoryEventLog implements EventLog {
  readonly partitionCount: number;
  incarnation: number;
  /** How often a consumer paused a partition, and went on. */
  pauses = 0;
  resumes = 0;
  readonly #chunkRecords: number;
  readonly #records: LogRecord[][];
  readonly #base: number[];
  readonly #consumers = new Set<MemoryConsumer>();

  constructor({
    partitionCount = 1,
    incarnation = 7,
    chunkRecords = 3,
  }: MemoryEventLogOptions = {}) {
    this.partitionCount = partitionCount;
    this.incarnation = incarnation;
    this.#chunkRecords = chunkRecords;
    this.#records = Array.from({ length: partitionCount }, () => []);
    this.#base = Array.from({ length: partitionCount }, () => 0);
  }

  /** Appends at a log time of the caller's choice. */
  put(append: LogAppend, logTimeMs: number): number {
    const records = this.#records[append.partition] ?? [];
    const offset = records.length;
    records.push({ ...append, offset, logTimeMs });
    for (const consumer of this.#consumers) consumer.wake();
    return offset;
  }

  append(appends: readonly LogAppend[]): Promise<number[]> {
    return Promise.resolve(appends.map((append) => this.put(append, 0)));
  }

  beginningOffsets(): Promise<number[]> {
    return Promise.resolve([...this.#base]);
  }

  endOffsets(): Promise<number[]> {
    return Promise.resolve(this.#records.map((records) => records.length));
  }

  /** Retention: records below `offset` are gone. */
  trim(partition: number, offset: number): void {
    this.#base[partition] = offset;
  }

  /** Power loss: records from `offset` on are gone, and their offsets will be used again. */
  truncate(partition: number, offset: number): void {
    this.#records[partition]?.splice(offset);
  }

  /** Damages a stored record. */
  replace(partition: number, offset: number, change: Partial<LogRecord>): void {
    const record = this.#records[partition]?.[offset];
    if (record !== undefined) this.#records[partition]?.splice(offset, 1, { ...record, ...change });
  }

  async *read(partition: number, from: number, to: number): AsyncIterable<LogRecord[]> {
    await Promise.resolve();
    let at = Math.max(from, this.#base[partition] ?? 0);
    while (at < to) {
      const records =
        this.#records[partition]?.slice(at, Math.min(to, at + this.#chunkRecords)) ?? [];
      if (records.length === 0) return;
      yield records;
      at += records.length;
    }
  }

  consumer(handlers: LogConsumerHandlers): MemoryConsumer {
    const consumer = new MemoryConsumer(this, handlers, this.#chunkRecords);
    this.#consumers.add(consumer);
    return consumer;
  }

  /** Up to `count` records from `offset` on. */
  slice(partition: number, offset: number, count: number): LogRecord[] {
    const from = Math.max(offset, this.#base[partition] ?? 0);
    return this.#records[partition]?.slice(from, from + count) ?? [];
  }

  forget(consumer: MemoryConsumer): void {
    this.#consumers.delete(consumer);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Every consumer is given every partition: group membership proves nothing. */
export class MemoryConsumer implements LogConsumer {
  readonly #log: MemoryEventLog;
  readonly #handlers: LogConsumerHandlers;
  readonly #chunkRecords: number;
  readonly #positions = new Map<number, number>();
  readonly #paused = new Set<number>();
  readonly hints = new Map<number, number>();
  #scheduled = false;
  #stopped = false;

  constructor(log: MemoryEventLog, handlers: LogConsumerHandlers, chunkRecords: number) {
    this.#log = log;
    this.#handlers = handlers;
    this.#chunkRecords = chunkRecords;
  }

  async start(): Promise<void> {
    const partitions = Array.from(
      { length: this.#log.partitionCount },
      (_, partition) => partition,
    );
    await this.assign(partitions);
  }

  async assign(partitions: readonly number[]): Promise<void> {
    const starts = await this.#handlers.assigned(partitions);
    for (const [partition, offset] of starts) this.#positions.set(partition, offset);
    this.wake();
  }

  revoke(partitions: readonly number[]): void {
    for (const partition of partitions) this.#positions.delete(partition);
    this.#handlers.revoked(partitions);
  }

  pause(partition: number): void {
    this.#paused.add(partition);
    this.#log.pauses++;
  }

  resume(partition: number): void {
    this.#paused.delete(partition);
    this.#log.resumes++;
    this.wake();
  }

  commitHint(positions: ReadonlyMap<number, number>): Promise<void> {
    for (const [partition, offset] of positions) this.hints.set(partition, offset);
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#stopped = true;
    this.#log.forget(this);
    return Promise.resolve();
  }

  wake(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    if (this.#stopped) return;
    let more = false;
    for (const [partition, offset] of this.#positions) {
      if (this.#paused.has(partition)) continue;
      const records = this.#log.slice(partition, offset, this.#chunkRecords);
      const last = records.at(-1);
      if (last === undefined) continue;
      this.#positions.set(partition, last.offset + 1);
      this.#handlers.records(partition, records);
      more = true;
    }
    if (more) this.wake();
  }
}
