/** An event log in memory with the contract of the real ones: contiguous offsets, reads by range, records kept for ever. */
import type { EventLog, LogAppend, LogRecord } from '@tidemark/ingest/log';

export class MemoryEventLog implements EventLog {
  readonly partitionCount: number;
  readonly incarnation: number;
  readonly #partitions: LogRecord[][];
  /** Set to make the next append fail after it stored its first `n` records. */
  failAfter: number | null = null;

  constructor(partitionCount = 4, incarnation = 1) {
    this.partitionCount = partitionCount;
    this.incarnation = incarnation;
    this.#partitions = Array.from({ length: partitionCount }, () => []);
  }

  append(records: readonly LogAppend[]): Promise<number[]> {
    const offsets: number[] = [];
    for (const record of records) {
      if (this.failAfter !== null && offsets.length >= this.failAfter) {
        this.failAfter = null;
        return Promise.reject(new Error('the log is gone'));
      }
      const partition = this.#partitions[record.partition];
      if (partition === undefined) return Promise.reject(new Error('no such partition'));
      offsets.push(partition.length);
      partition.push({ ...record, offset: partition.length, logTimeMs: Date.now() });
    }
    return Promise.resolve(offsets);
  }

  beginningOffsets(): Promise<number[]> {
    return Promise.resolve(this.#partitions.map(() => 0));
  }

  endOffsets(): Promise<number[]> {
    return Promise.resolve(this.#partitions.map((records) => records.length));
  }

  async *read(partition: number, from: number, to: number): AsyncIterable<LogRecord[]> {
    yield await Promise.resolve((this.#partitions[partition] ?? []).slice(from, to));
  }

  consumer(): never {
    throw new Error('Nothing here consumes.');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
