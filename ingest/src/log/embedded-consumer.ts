/** A member of the embedded log's group: one read loop per partition, driven by commits and by `resume`. */
import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { toAppError } from '@tidemark/platform/errors';
import type { EmbeddedGroup, GroupMember } from './embedded-group.ts';
import type { EmbeddedLog } from './embedded-log.ts';
import type { LogConsumer, LogConsumerHandlers } from './event-log.ts';
import { offsetOutOfRange } from './log-error.ts';

interface Holding {
  /** Offset of the next record to hand over; undefined until the caller has said where to start. */
  position: number | undefined;
  paused: boolean;
  reading: boolean;
}

export class EmbeddedConsumer implements LogConsumer {
  readonly #log: EmbeddedLog;
  readonly #group: EmbeddedGroup;
  readonly #handlers: LogConsumerHandlers;
  readonly #onStop: (consumer: EmbeddedConsumer) => void;
  /** Partitions in our hands. An entry is replaced when a partition is taken and given again: loops of the old one end. */
  readonly #holdings = new Map<number, Holding>();
  readonly #member: GroupMember = {
    id: randomUUID(),
    take: (partitions) => {
      this.#take(partitions);
    },
    give: (partitions) => void this.#give(partitions),
  };
  #state: 'new' | 'running' | 'stopped' = 'new';
  #stopListening: () => void = () => undefined;

  constructor(
    log: EmbeddedLog,
    group: EmbeddedGroup,
    handlers: LogConsumerHandlers,
    onStop: (consumer: EmbeddedConsumer) => void,
  ) {
    this.#log = log;
    this.#group = group;
    this.#handlers = handlers;
    this.#onStop = onStop;
  }

  start(): Promise<void> {
    if (this.#state !== 'new') return Promise.resolve();
    this.#state = 'running';
    this.#stopListening = this.#log.onCommit((partitions) => {
      for (const partition of partitions) this.#read(partition);
    });
    this.#group.join(this.#member);
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
    this.#read(partition);
  }

  /** The embedded log has no tools that ask for positions. */
  commitHint(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    if (this.#state === 'running') {
      this.#stopListening();
      this.#holdings.clear();
      this.#group.leave(this.#member);
    }
    this.#state = 'stopped';
    this.#onStop(this);
    return Promise.resolve();
  }

  #take(partitions: readonly number[]): void {
    for (const partition of partitions) this.#holdings.delete(partition);
    this.#guard(() => {
      this.#handlers.revoked(partitions);
    });
  }

  async #give(partitions: readonly number[]): Promise<void> {
    const given = new Map<number, Holding>();
    for (const partition of partitions) {
      given.set(partition, { position: undefined, paused: false, reading: false });
    }
    for (const [partition, holding] of given) this.#holdings.set(partition, holding);
    try {
      const starts = await this.#handlers.assigned(partitions);
      for (const [partition, holding] of given) {
        const offset = starts.get(partition);
        if (offset === undefined || this.#holdings.get(partition) !== holding) continue;
        this.#checkStart(partition, offset);
        holding.position = offset;
        this.#read(partition);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #checkStart(partition: number, offset: number): void {
    const beginning = this.#log.beginning(partition);
    const end = this.#log.end(partition);
    if (offset < beginning || offset > end) {
      throw offsetOutOfRange({ partition, offset, beginning, end });
    }
  }

  #read(partition: number): void {
    const holding = this.#holdings.get(partition);
    if (holding === undefined || holding.reading || holding.position === undefined) return;
    void this.#readLoop(partition, holding);
  }

  async #readLoop(partition: number, holding: Holding): Promise<void> {
    holding.reading = true;
    try {
      while (this.#holdings.get(partition) === holding && !holding.paused) {
        const position = holding.position as number;
        const records = this.#log.readSome(partition, position, Infinity);
        if (records.length === 0) return;
        holding.position = position + records.length;
        this.#handlers.records(partition, records);
        // Other partitions and the rest of the process get their turn between two steps.
        await nextTurn();
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      // In the same step as the return: a commit right after it must find the loop ended, not about to end.
      holding.reading = false;
    }
  }

  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#state !== 'running') return;
    void this.stop();
    this.#handlers.failed(toAppError(error));
  }
}
