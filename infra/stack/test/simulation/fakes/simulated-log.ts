/**
 * The event log as a server: durable order, a consuming group that finds out late who is gone, and the accidents that a log
 * can have. Members that were given up still believe that they own their partitions until they are told.
 */
import type { LogAppend, LogRecord } from '@tidemark/ingest/log';
import { AppError } from '@tidemark/platform/errors';
import type { Network } from '../engine/network.ts';
import type { SimulatedProcess } from '../engine/simulated-process.ts';
import type { VirtualLoop } from '../engine/virtual-loop.ts';

/** A process that is silent for longer is no member any more. */
export const sessionTimeoutMs = 8000;

export interface GroupMember {
  readonly process: SimulatedProcess;
  /** The whole assignment of this member in a generation of the group, as a join tells it. */
  joined(generation: number, partitions: readonly number[]): void;
}

/** A whole life of a log, so that an accident can put another one in its place for a while. */
export interface LogLife {
  readonly incarnation: number;
  readonly base: number[];
  readonly records: LogRecord[][];
}

export class SimulatedLog {
  readonly partitionCount: number;
  life: LogLife;
  /** An operator is at work: nothing is appended, and only raters are answered. */
  underRepair = false;
  /** Called for each append before it is stored; may change the record, or lose it although it is acknowledged. */
  onAppend: ((append: LogAppend) => LogAppend | 'lost') | null = null;
  readonly #loop: VirtualLoop;
  readonly #network: Network;
  #members: GroupMember[] = [];
  #generation = 0;
  readonly #wakers = new Set<() => void>();

  constructor(partitionCount: number, loop: VirtualLoop, network: Network) {
    this.partitionCount = partitionCount;
    this.#loop = loop;
    this.#network = network;
    this.life = emptyLife(partitionCount, 1);
  }

  /** Some of the records of one call may be stored although the call fails. */
  append(appends: readonly LogAppend[]): number[] {
    if (this.underRepair) throw logUnavailable('takes nothing');
    const offsets: number[] = [];
    for (const append of appends) {
      if (offsets.length > 0 && this.#network.chance(0.02))
        throw logUnavailable('gave up in the middle');
      offsets.push(this.put(append));
    }
    return offsets;
  }

  put(append: LogAppend): number {
    const stored = this.onAppend === null ? append : this.onAppend(append);
    const records = this.#partition(append.partition);
    if (stored === 'lost') {
      this.#loop.note(
        () => `the log loses an acknowledged record of partition ${append.partition}`,
      );
      return records.length;
    }
    const offset = records.length;
    // Leaders' clocks differ a little, so log time may step back.
    const logTimeMs = this.#loop.nowMs - this.#network.random.between(0, 40);
    records.push({ ...stored, offset, logTimeMs });
    this.#loop.note(() => `${append.partition}@${offset} appended`);
    this.wake();
    return offset;
  }

  ends(): number[] {
    return this.life.records.map((records) => records.length);
  }

  slice(partition: number, from: number, to: number): LogRecord[] {
    return this.#partition(partition).slice(from, to);
  }

  /** A consumer that has caught up sleeps until something is appended. */
  sleep(waker: () => void): () => void {
    this.#wakers.add(waker);
    return () => this.#wakers.delete(waker);
  }

  wake(): void {
    const wakers = [...this.#wakers];
    this.#wakers.clear();
    for (const waker of wakers) waker();
  }

  join(member: GroupMember): void {
    this.#members.push(member);
    this.#rebalanceSoon();
  }

  leave(member: GroupMember): void {
    if (!this.#members.includes(member)) return;
    this.#members = this.#members.filter((other) => other !== member);
    this.#rebalanceSoon();
  }

  isMember(member: GroupMember): boolean {
    return this.#members.includes(member);
  }

  /** The coordinator's heartbeat check: who is dead or silent for too long is given up. */
  expireMembers(): void {
    const nowMs = this.#loop.nowMs;
    for (const member of [...this.#members]) {
      const { process } = member;
      const isSilent =
        process.state === 'paused' && nowMs - process.pausedSinceMs > sessionTimeoutMs;
      if (process.state === 'dead' || isSilent) {
        this.#loop.note(() => `the group gives ${process.name} up`);
        this.leave(member);
      }
    }
  }

  #rebalanceSoon(): void {
    const generation = ++this.#generation;
    this.#loop.after(this.#network.delayMs(), 'the group rebalances', () => {
      if (generation === this.#generation) this.#rebalance(generation);
    });
  }

  #rebalance(generation: number): void {
    const members = this.#members;
    if (members.length === 0) return;
    const shift = this.#network.random.between(0, members.length - 1);
    members.forEach((member, position) => {
      const own = [...this.life.records.keys()].filter(
        (partition) => (partition + shift) % members.length === position,
      );
      const { process } = member;
      process.after(this.#network.delayMs(), `${process.name} joins with ${own.join()}`, () =>
        member.joined(generation, own),
      );
    });
  }

  #partition(partition: number): LogRecord[] {
    const records = this.life.records[partition];
    if (records === undefined) throw new Error(`There is no partition ${partition}.`);
    return records;
  }
}

function emptyLife(partitionCount: number, incarnation: number): LogLife {
  return {
    incarnation,
    base: Array.from({ length: partitionCount }, () => 0),
    records: Array.from({ length: partitionCount }, () => []),
  };
}

export function logUnavailable(what: string): AppError {
  return new AppError('unavailable', 'log/unavailable', `The log ${what}.`);
}

export function outOfRange(partition: number, offset: number): AppError {
  return new AppError(
    'conflict',
    'log/offset-out-of-range',
    `Partition ${partition} does not have offset ${offset}.`,
  );
}
