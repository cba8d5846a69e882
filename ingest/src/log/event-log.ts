/**
 * The event log: ordered, durable, partitioned. The only input of the rater. Two adapters (Kafka, LMDB) keep one
 * contract, proven by one suite. No driver type passes this port.
 */
export interface LogAppend {
  readonly partition: number;
  /** Kafka record key (`tenant:subject` for single events); envelopes and control records have none. */
  readonly key: string | null;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, Uint8Array>>;
}

export interface LogRecord {
  readonly partition: number;
  /** Contiguous within a partition; below 2^53. */
  readonly offset: number;
  /** Set by the log when it appended the record (LogAppendTime), integer milliseconds. */
  readonly logTimeMs: number;
  readonly key: string | null;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, Uint8Array>>;
}

export interface EventLog {
  /** Fixed for the life of the log. */
  readonly partitionCount: number;
  /** Names one life of the log; rows of different incarnations never mix. Positive, below 2^32. */
  readonly incarnation: number;
  /**
   * Appends and resolves with the offset of each record once all are durable. On rejection (`AppError`, retryable) any
   * of them may or may not be in the log: callers must tolerate copies.
   */
  append(records: readonly LogAppend[]): Promise<number[]>;
  /** Offset of the first retained record of each partition (equal to the end offset when it is empty). */
  beginningOffsets(): Promise<number[]>;
  /** Offset after the last durable record of each partition. */
  endOffsets(): Promise<number[]>;
  /**
   * Records of `[from, to)` of one partition in order, for re-emission and verification; ends early at the log's end.
   * Throws `log/offset-out-of-range` when `from` is below the first retained record.
   */
  read(partition: number, from: number, to: number): AsyncIterable<LogRecord[]>;
  /** A member of the consuming group; partitions are spread over the live consumers, but membership proves nothing. */
  consumer(handlers: LogConsumerHandlers): LogConsumer;
  close(): Promise<void>;
}

export interface LogConsumerHandlers {
  /**
   * Partitions were given to this consumer. Resolves with the offset to start each at; records flow only after that. A
   * partition that is left out stays unread (halted). An offset that the log does not have ends the consumer with
   * `log/offset-out-of-range`: it is never corrected.
   */
  assigned(partitions: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /** Called in offset order per partition and must return at once: it enqueues, and calls `pause` when it is full. */
  records(partition: number, records: readonly LogRecord[]): void;
  /**
   * Partitions were taken away (or may have been): drop their state. One that stays with this consumer through a change of
   * members goes on where it was, without a word.
   */
  revoked(partitions: readonly number[]): void;
  /** The consumer has stopped and cannot go on; the process should exit and be restarted. Called once at most. */
  failed(error: Error): void;
}

export interface LogConsumer {
  start(): Promise<void>;
  pause(partition: number): void;
  resume(partition: number): void;
  /** For lag tools only; never read back. */
  commitHint(positions: ReadonlyMap<number, number>): Promise<void>;
  /** Stops fetching and leaves the group; no handler is called after it resolves. */
  stop(): Promise<void>;
}
