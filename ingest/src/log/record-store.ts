/**
 * What the embedded log needs of an ordered, durable key-value store; lmdb-record-store.ts implements it. Keys are
 * (partition, offset); `meta` holds what names the log.
 */
export interface RecordStore {
  readMeta(): Uint8Array | undefined;
  /** Resolves when durable. */
  writeMeta(bytes: Uint8Array): Promise<void>;
  /** Writes all entries in one transaction and resolves when they are durable; rejects when none is. */
  write(entries: readonly StoredEntry[]): Promise<void>;
  /** Entries of `[from, to)` in order. Their bytes are valid until the next step of the iteration. */
  range(partition: number, from: number, to: number): Iterable<StoredEntry>;
  /** The entry with the least (`first`) or greatest (`last`) offset. */
  edge(partition: number, which: 'first' | 'last'): StoredEntry | undefined;
  close(): Promise<void>;
}

export interface StoredEntry {
  readonly partition: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}
