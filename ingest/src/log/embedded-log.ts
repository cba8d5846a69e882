/**
 * One embedded log of a process, shared by every `EventLog` opened on its directory: the only writer, so it gives out
 * the offsets. Concurrent appends gather while a transaction is on its way to the disk and share the next one (group
 * commit); records become visible to readers when they are durable, not before.
 */
import type { Clock } from '@tidemark/platform/clock';
import { assert } from '@tidemark/platform/errors';
import { failpoint } from '@tidemark/platform/failpoint';
import type { LogAppend, LogRecord } from './event-log.ts';
import { logError, offsetOutOfRange } from './log-error.ts';
import type { RecordStore, StoredEntry } from './record-store.ts';
import {
  decodeStoredRecord,
  encodeStoredRecord,
  storedBytes,
  storedLogTimeMs,
} from './stored-record.ts';

export interface LogIdentity {
  readonly incarnation: number;
  readonly partitionCount: number;
}

interface Partition {
  beginning: number;
  /** Offset after the last durable record. */
  end: number;
  /** Of the last record given an offset; later ones never have a smaller time. */
  logTimeMs: number;
}

interface PendingAppend {
  readonly records: readonly LogAppend[];
  readonly resolve: (offsets: number[]) => void;
  readonly reject: (error: unknown) => void;
}

/** What one transaction takes at most; an append larger than that has one of its own. */
const transactionBytesMax = 16 * 1024 * 1024;
/** Kafka's own default for a message, so that what the embedded log takes Kafka takes too. */
const recordBytesMax = 1_048_576;
/** Bytes that one step of a read holds in memory, about. */
const readBytesMax = 2 * 1024 * 1024;

export class EmbeddedLog {
  readonly identity: LogIdentity;
  readonly #store: RecordStore;
  readonly #clock: Clock;
  #partitions: Partition[] = [];
  readonly #pending: PendingAppend[] = [];
  readonly #listeners = new Set<(partitions: ReadonlySet<number>) => void>();
  #committing: Promise<void> | undefined;
  #closed = false;

  constructor(store: RecordStore, identity: LogIdentity, clock: Clock) {
    this.#store = store;
    this.identity = identity;
    this.#clock = clock;
    this.#loadEdges();
  }

  append(records: readonly LogAppend[]): Promise<number[]> {
    if (this.#closed)
      return Promise.reject(logError('unavailable', 'log/closed', 'The log is closed.'));
    const refused = this.#refuse(records);
    if (refused !== undefined) return Promise.reject(refused);
    if (records.length === 0) return Promise.resolve([]);
    const { promise, resolve, reject } = Promise.withResolvers<number[]>();
    this.#pending.push({ records, resolve, reject });
    this.#committing ??= this.#commitAll();
    return promise;
  }

  beginning(partition: number): number {
    return this.#partition(partition).beginning;
  }

  end(partition: number): number {
    return this.#partition(partition).end;
  }

  /** Some durable records of `[from, end)`, at least one when there is one; as many as one step should hold. */
  readSome(partition: number, from: number, to: number): LogRecord[] {
    const { beginning, end } = this.#partition(partition);
    if (from < beginning) throw offsetOutOfRange({ partition, offset: from, beginning, end });
    const records: LogRecord[] = [];
    if (from >= Math.min(to, end)) return records;
    let bytes = 0;
    let expected = from;
    for (const entry of this.#store.range(partition, from, Math.min(to, end))) {
      if (entry.offset !== expected) throw gap(partition, expected, entry.offset);
      expected++;
      records.push(decodeStoredRecord(entry.bytes, partition, entry.offset));
      bytes += entry.bytes.byteLength;
      if (bytes >= readBytesMax) break;
    }
    return records;
  }

  /** Calls `listener` after each commit with the partitions that grew. Returns how to stop that. */
  onCommit(listener: (partitions: ReadonlySet<number>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Waits for what was appended, then closes the store. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#committing;
    await this.#store.close();
  }

  async #commitAll(): Promise<void> {
    // The turn of the event loop that made the first append goes on: whoever appends in it takes part.
    await Promise.resolve();
    while (this.#pending.length > 0) {
      const batch = this.#takeBatch();
      await this.#commit(batch);
    }
    this.#committing = undefined;
  }

  #takeBatch(): PendingAppend[] {
    let bytes = 0;
    let count = 0;
    for (const { records } of this.#pending) {
      for (const record of records) bytes += storedBytes(record);
      if (count > 0 && bytes > transactionBytesMax) break;
      count++;
    }
    return this.#pending.splice(0, count);
  }

  async #commit(batch: readonly PendingAppend[]): Promise<void> {
    const next = this.#partitions.map(({ end }) => end);
    const entries: StoredEntry[] = [];
    let offsets: number[][];
    try {
      offsets = batch.map(({ records }) =>
        records.map((record) => this.#place(record, next, entries)),
      );
      failpoint('log/before-commit');
      await this.#store.write(entries);
      failpoint('log/after-commit');
    } catch (cause) {
      this.#fail(batch, cause);
      return;
    }
    next.forEach((end, partition) => {
      this.#partition(partition).end = end;
    });
    batch.forEach(({ resolve }, index) => {
      resolve(offsets[index] as number[]);
    });
    const grown = new Set(entries.map(({ partition }) => partition));
    for (const listener of this.#listeners) listener(grown);
  }

  /** Gives the record the next offset and the time of the log, which never runs backwards in a partition. */
  #place(record: LogAppend, next: number[], entries: StoredEntry[]): number {
    const partition = this.#partition(record.partition);
    partition.logTimeMs = Math.max(partition.logTimeMs, Math.floor(this.#clock.now() / 1000));
    const offset = next[record.partition] as number;
    next[record.partition] = offset + 1;
    const bytes = encodeStoredRecord(record, partition.logTimeMs);
    entries.push({ partition: record.partition, offset, bytes });
    return offset;
  }

  /** The store may have kept the entries all the same: the next offsets are what it says now. */
  #fail(batch: readonly PendingAppend[], cause: unknown): void {
    const error = logError(
      'unavailable',
      'log/unavailable',
      'The event log could not be written.',
      {
        cause,
      },
    );
    for (const { reject } of batch) reject(error);
    this.#loadEdges();
  }

  #loadEdges(): void {
    const { partitionCount } = this.identity;
    this.#partitions = Array.from({ length: partitionCount }, (_, partition) => {
      const first = this.#store.edge(partition, 'first')?.offset ?? 0;
      const last = this.#store.edge(partition, 'last');
      if (last === undefined) return { beginning: 0, end: 0, logTimeMs: 0 };
      assert(last.offset >= first, 'The last record is not before the first.');
      return { beginning: first, end: last.offset + 1, logTimeMs: storedLogTimeMs(last.bytes) };
    });
  }

  #refuse(records: readonly LogAppend[]): Error | undefined {
    for (const record of records) {
      if (this.#partitions[record.partition] === undefined) {
        return outOfRange(record.partition, this.identity.partitionCount);
      }
      if (storedBytes(record) > recordBytesMax) {
        const message = `A record exceeds ${recordBytesMax} bytes.`;
        return logError('invalid-input', 'log/record-too-large', message);
      }
    }
    return undefined;
  }

  #partition(partition: number): Partition {
    const found = this.#partitions[partition];
    if (found === undefined) throw outOfRange(partition, this.identity.partitionCount);
    return found;
  }
}

function outOfRange(partition: number, partitionCount: number): Error {
  const message = `Partition ${partition} is not one of ${partitionCount}.`;
  return logError('invalid-input', 'log/partition-out-of-range', message);
}

function gap(partition: number, expected: number, found: number): Error {
  const message = `Partition ${partition} goes on at ${found} where ${expected} was expected.`;
  return logError('conflict', 'log/offset-gap', message, {
    details: { partition, expected, found },
  });
}
