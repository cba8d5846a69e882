/**
 * The `EventLog` port of one process on the simulated log. Records come in chunks of any size; now and then a fetch brings
 * records again, or leaves some out, as a driver with a fault would.
 */
import type {
  EventLog,
  LogAppend,
  LogConsumer,
  LogConsumerHandlers,
  LogRecord,
} from '@tidemark/ingest/log';
import type { SimulatedProcess } from '../engine/simulated-process.ts';
import { logUnavailable, outOfRange, sessionTimeoutMs } from './simulated-log.ts';
import type { GroupMember, SimulatedLog } from './simulated-log.ts';

/** How a process is deceived about the log, to take a guard away. */
export interface LogDistortion {
  /** What the process reads instead of a record. */
  readonly record?: (record: LogRecord) => LogRecord;
  /** Whether the log hides that its beginning is gone, and brings these bytes in place of what is missing. */
  readonly filler?: (partition: number, offset: number) => LogRecord;
  /** Where the log says it ends, if that is more. */
  readonly end?: (partition: number) => number;
}

type LogUser = 'rater' | 'other';

export class LogClient implements EventLog {
  readonly #log: SimulatedLog;
  readonly #process: SimulatedProcess;
  readonly #user: LogUser;
  readonly #distortion: LogDistortion;
  /** As the process learnt it at its start. */
  readonly incarnation: number;

  constructor(
    log: SimulatedLog,
    process: SimulatedProcess,
    user: LogUser,
    distortion: LogDistortion = {},
  ) {
    this.#log = log;
    this.#user = user;
    this.#process = process;
    this.#distortion = distortion;
    this.incarnation = log.life.incarnation;
  }

  get partitionCount(): number {
    return this.#log.partitionCount;
  }

  append(records: readonly LogAppend[]): Promise<number[]> {
    return this.#process.call('appends', () => this.#log.append(records));
  }

  beginningOffsets(): Promise<number[]> {
    return this.#process.call('asks where the log begins', () =>
      this.#distortion.filler === undefined
        ? [...this.#log.life.base]
        : this.#log.life.base.map(() => 0),
    );
  }

  endOffsets(): Promise<number[]> {
    return this.#process.call('asks where the log ends', () => {
      if (this.#log.underRepair && this.#user === 'other') throw logUnavailable('is under repair');
      const { end = () => 0 } = this.#distortion;
      return this.#log.ends().map((is, partition) => Math.max(is, end(partition)));
    });
  }

  async *read(partition: number, from: number, to: number): AsyncIterable<LogRecord[]> {
    const records = await this.#process.call('reads the log', () => {
      if (from < this.base(partition)) throw outOfRange(partition, from);
      return this.fetch(partition, from, to - from);
    });
    const { random } = this.#process.network;
    for (let at = 0; at < records.length;) {
      const size = random.between(1, 4);
      yield records.slice(at, at + size);
      at += size;
    }
  }

  consumer(handlers: LogConsumerHandlers): LogConsumer {
    return new SimulatedConsumer(this, this.#log, this.#process, handlers);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  base(partition: number): number {
    return this.#distortion.filler === undefined ? (this.#log.life.base[partition] ?? 0) : 0;
  }

  /** Up to `count` records from `from` on, as this process sees them. */
  fetch(partition: number, from: number, count: number): LogRecord[] {
    const { filler, record = (same: LogRecord): LogRecord => same } = this.#distortion;
    const base = this.#log.life.base[partition] ?? 0;
    return this.#log
      .slice(partition, from, from + count)
      .map((found) =>
        filler !== undefined && found.offset < base
          ? filler(partition, found.offset)
          : record(found),
      );
  }
}

interface Holding {
  /** Offset of the next record to hand over; `null` until the caller has said where to start. */
  expected: number | null;
  paused: boolean;
  fetching: boolean;
}

class SimulatedConsumer implements LogConsumer {
  readonly #client: LogClient;
  readonly #log: SimulatedLog;
  readonly #process: SimulatedProcess;
  readonly #handlers: LogConsumerHandlers;
  readonly #holdings = new Map<number, Holding>();
  readonly #member: GroupMember;
  #stopped = false;
  /** Of the newest assignment; what comes late of an older one is nothing. */
  #generation = 0;

  constructor(
    client: LogClient,
    log: SimulatedLog,
    process: SimulatedProcess,
    handlers: LogConsumerHandlers,
  ) {
    this.#client = client;
    this.#log = log;
    this.#process = process;
    this.#handlers = handlers;
    this.#member = {
      process,
      joined: (generation, partitions) => this.#joined(generation, partitions),
    };
  }

  start(): Promise<void> {
    this.#log.join(this.#member);
    this.#process.watch(() => this.#heartbeat());
    return Promise.resolve();
  }

  pause(partition: number): void {
    const holding = this.#holdings.get(partition);
    if (holding !== undefined) holding.paused = true;
  }

  resume(partition: number): void {
    const holding = this.#holdings.get(partition);
    if (holding === undefined) return;
    holding.paused = false;
    this.#fetchSoon(partition, holding);
  }

  commitHint(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#stopped = true;
    this.#holdings.clear();
    this.#log.leave(this.#member);
    return Promise.resolve();
  }

  /** Who is silent for too long is given up; once it goes on it joins again, and until then knows nothing of it. */
  #heartbeat(): void {
    const { loop, name, network } = this.#process;
    if (this.#process.isRunning) {
      this.#process.after(network.random.delayMs(200), `${name} heartbeat`, () => {
        if (!this.#stopped && !this.#log.isMember(this.#member)) this.#log.join(this.#member);
      });
    } else loop.after(sessionTimeoutMs + 1, `session of ${name}`, () => this.#log.expireMembers());
  }

  #joined(generation: number, partitions: readonly number[]): void {
    if (this.#stopped || generation < this.#generation) return;
    this.#generation = generation;
    const lost = [...this.#holdings.keys()].filter((partition) => !partitions.includes(partition));
    const gained = partitions.filter((partition) => !this.#holdings.has(partition));
    for (const partition of lost) this.#holdings.delete(partition);
    for (const partition of gained) {
      this.#holdings.set(partition, { expected: null, paused: false, fetching: false });
    }
    if (lost.length > 0) this.#handlers.revoked(lost);
    if (gained.length > 0) void this.#begin(gained);
  }

  async #begin(partitions: readonly number[]): Promise<void> {
    const given = partitions.map(
      (partition) => [partition, this.#holdings.get(partition)] as const,
    );
    const starts = await this.#handlers.assigned(partitions).catch(() => null);
    for (const [partition, holding] of given) {
      const offset = starts?.get(partition);
      if (offset === undefined || holding === undefined) continue;
      if (this.#holdings.get(partition) !== holding) continue;
      holding.expected = offset;
      this.#fetchSoon(partition, holding);
    }
  }

  #fetchSoon(partition: number, holding: Holding): void {
    if (holding.fetching || holding.expected === null) return;
    holding.fetching = true;
    const { name, network } = this.#process;
    this.#process.after(network.delayMs(), `${name} fetches ${partition}`, () => {
      holding.fetching = false;
      this.#fetch(partition, holding);
    });
  }

  #fetch(partition: number, holding: Holding): void {
    const { expected } = holding;
    if (this.#stopped || holding.paused || expected === null) return;
    if (this.#holdings.get(partition) !== holding) return;
    const end = this.#log.ends()[partition] ?? 0;
    if (expected > end || expected < this.#client.base(partition)) {
      this.#stopped = true;
      this.#log.leave(this.#member);
      this.#handlers.failed(outOfRange(partition, expected));
      return;
    }
    if (expected === end) {
      this.#log.sleep(() => this.#fetchSoon(partition, holding));
      return;
    }
    const { random, chance } = networkOf(this.#process);
    const base = this.#client.base(partition);
    const from = chance(0.06) ? Math.max(base, expected - random.between(1, 3)) : expected;
    let records = this.#client.fetch(partition, from, random.between(1, 5));
    holding.expected = Math.max(expected, (records.at(-1)?.offset ?? expected - 1) + 1);
    if (records.length > 1 && chance(0.3)) {
      const left = random.between(0, records.length - 2);
      records = records.filter((_, at) => at !== left);
    }
    this.#handlers.records(partition, records);
    this.#fetchSoon(partition, holding);
  }
}

function networkOf({ network }: SimulatedProcess) {
  return { random: network.random, chance: (probability: number) => network.chance(probability) };
}
