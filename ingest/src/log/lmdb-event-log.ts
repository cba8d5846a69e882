/**
 * The embedded `EventLog`: one directory, one process, any number of users in it. Users of one directory share the
 * writer, so offsets are given out once and everybody sees every commit.
 */
import { mkdirSync, realpathSync } from 'node:fs';
import { systemClock, type Clock } from '@tidemark/platform/clock';
import { lockDirectory, type DirectoryLock } from '@tidemark/platform/directory-lock';
import { EmbeddedConsumer } from './embedded-consumer.ts';
import { EmbeddedGroup } from './embedded-group.ts';
import { EmbeddedLog, type LogIdentity } from './embedded-log.ts';
import type {
  EventLog,
  LogAppend,
  LogConsumer,
  LogConsumerHandlers,
  LogRecord,
} from './event-log.ts';
import { openLmdbRecordStore } from './lmdb-record-store.ts';
import { logError } from './log-error.ts';
import type { RecordStore } from './record-store.ts';

export interface LmdbEventLogOptions {
  /** Created when absent; locked for the life of the process. */
  readonly directory: string;
  /** For a new log; an existing one must have the same. 1 to 65,536. */
  readonly partitionCount: number;
  readonly clock?: Clock;
}

interface SharedLog {
  readonly log: EmbeddedLog;
  readonly group: EmbeddedGroup;
  readonly lock: DirectoryLock;
}

interface Directory {
  users: number;
  readonly opening: Promise<SharedLog>;
}

/** The open logs of this process by real path, and those that are closing: an opener waits for them. */
const directories = new Map<string, Directory>();
const closing = new Map<string, Promise<void>>();

/**
 * Opens the log in `directory`, or creates it with an incarnation that no earlier log had. Throws
 * `platform/directory-in-use` when another process has it, `log/partition-count-differs` when it has other partitions.
 */
export async function createLmdbEventLog(options: LmdbEventLogOptions): Promise<EventLog> {
  mkdirSync(options.directory, { recursive: true });
  const path = realpathSync(options.directory);
  while (closing.has(path)) await closing.get(path);
  let directory = directories.get(path);
  if (directory === undefined) {
    directory = { users: 0, opening: openSharedLog(path, options) };
    directories.set(path, directory);
  }
  directory.users++;
  try {
    const shared = await directory.opening;
    checkPartitionCount(shared.log.identity, options.partitionCount);
    return new LmdbEventLog(shared, () => release(path, directory));
  } catch (error) {
    await release(path, directory);
    throw error;
  }
}

async function openSharedLog(path: string, options: LmdbEventLogOptions): Promise<SharedLog> {
  const lock = await lockDirectory(path, { purpose: 'event log' });
  let store: RecordStore | undefined;
  try {
    store = openLmdbRecordStore(path);
    const clock = options.clock ?? systemClock;
    const identity = readIdentity(store) ?? (await createIdentity(store, options, clock));
    checkPartitionCount(identity, options.partitionCount);
    const log = new EmbeddedLog(store, identity, clock);
    return { log, group: new EmbeddedGroup(identity.partitionCount), lock };
  } catch (error) {
    await store?.close();
    lock.release();
    throw error;
  }
}

/** The last user closes the log; one whose opening failed holds nothing. */
async function release(path: string, directory: Directory): Promise<void> {
  if (--directory.users > 0) return;
  directories.delete(path);
  const closed = directory.opening.then(closeShared, () => undefined);
  closing.set(path, closed);
  try {
    await closed;
  } finally {
    closing.delete(path);
  }
}

async function closeShared({ log, lock }: SharedLog): Promise<void> {
  try {
    await log.close();
  } finally {
    lock.release();
  }
}

class LmdbEventLog implements EventLog {
  readonly #shared: SharedLog;
  readonly #release: () => Promise<void>;
  readonly #consumers = new Set<EmbeddedConsumer>();
  #closed: Promise<void> | undefined;

  constructor(shared: SharedLog, releaseShared: () => Promise<void>) {
    this.#shared = shared;
    this.#release = releaseShared;
  }

  get partitionCount(): number {
    return this.#shared.log.identity.partitionCount;
  }

  get incarnation(): number {
    return this.#shared.log.identity.incarnation;
  }

  append(records: readonly LogAppend[]): Promise<number[]> {
    if (this.#closed !== undefined) return Promise.reject(closedError());
    return this.#shared.log.append(records);
  }

  beginningOffsets(): Promise<number[]> {
    return this.#eachPartition((partition) => this.#shared.log.beginning(partition));
  }

  endOffsets(): Promise<number[]> {
    return this.#eachPartition((partition) => this.#shared.log.end(partition));
  }

  async *read(partition: number, from: number, to: number): AsyncIterable<LogRecord[]> {
    let position = from;
    while (position < to) {
      if (this.#closed !== undefined) throw closedError();
      const records = this.#shared.log.readSome(partition, position, to);
      if (records.length === 0) return;
      position += records.length;
      yield await Promise.resolve(records);
    }
  }

  consumer(handlers: LogConsumerHandlers): LogConsumer {
    if (this.#closed !== undefined) throw closedError();
    const { log, group } = this.#shared;
    const consumer = new EmbeddedConsumer(log, group, handlers, () => {
      this.#consumers.delete(consumer);
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
    await this.#release();
  }

  async #eachPartition(offset: (partition: number) => number): Promise<number[]> {
    if (this.#closed !== undefined) throw closedError();
    return Promise.resolve(
      Array.from({ length: this.partitionCount }, (_, partition) => offset(partition)),
    );
  }
}

function closedError(): Error {
  return logError('unavailable', 'log/closed', 'The log is closed.');
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function readIdentity(store: RecordStore): LogIdentity | undefined {
  const bytes = store.readMeta();
  if (bytes === undefined) return undefined;
  const meta = JSON.parse(decoder.decode(bytes)) as Partial<LogIdentity & { format: number }>;
  const { format, incarnation, partitionCount } = meta;
  if (format !== 1 || incarnation === undefined || partitionCount === undefined) {
    throw logError('invariant', 'log/record-unreadable', 'The log has an unknown format.');
  }
  return { incarnation, partitionCount };
}

/** The second of creation names the log: a directory that is deleted and made anew is another log to every store. */
async function createIdentity(
  store: RecordStore,
  { partitionCount }: LmdbEventLogOptions,
  clock: Clock,
): Promise<LogIdentity> {
  if (!Number.isInteger(partitionCount) || partitionCount < 1 || partitionCount > 65_536) {
    const message = 'A log has 1 to 65,536 partitions.';
    throw logError('invalid-input', 'log/partition-out-of-range', message);
  }
  const identity = { incarnation: Math.floor(clock.now() / 1_000_000), partitionCount };
  await store.writeMeta(encoder.encode(JSON.stringify({ format: 1, ...identity })));
  return identity;
}

function checkPartitionCount(identity: LogIdentity, partitionCount: number): void {
  if (identity.partitionCount === partitionCount) return;
  throw logError(
    'conflict',
    'log/partition-count-differs',
    `The log has ${identity.partitionCount} partitions, not ${partitionCount}; the number is fixed for its life.`,
  );
}
