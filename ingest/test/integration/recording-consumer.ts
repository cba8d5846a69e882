import type { EventLog, LogConsumer, LogRecord } from '../../src/log/event-log.ts';

const decoder = new TextDecoder();

/** Records what a consumer is told, and lets a test wait for a state instead of for time. */
export class RecordingConsumer {
  readonly received = new Map<number, LogRecord[]>();
  readonly events: string[] = [];
  readonly held = new Set<number>();
  failure: Error | undefined;
  onRecords: (partition: number) => void = () => undefined;
  readonly consumer: LogConsumer;
  readonly #waiting: { readonly holds: () => boolean; readonly resolve: () => void }[] = [];

  constructor(
    log: EventLog,
    starts: (partitions: readonly number[]) => Promise<ReadonlyMap<number, number>>,
  ) {
    this.consumer = log.consumer({
      assigned: async (partitions) => {
        this.events.push(`assigned ${[...partitions].sort().join()}`);
        const offsets = await starts(partitions);
        for (const partition of partitions) this.held.add(partition);
        this.#check();
        return offsets;
      },
      records: (partition, records) => {
        const list = this.received.get(partition) ?? [];
        list.push(...records);
        this.received.set(partition, list);
        this.onRecords(partition);
        this.#check();
      },
      revoked: (partitions) => {
        this.events.push(`revoked ${[...partitions].sort().join()}`);
        for (const partition of partitions) this.held.delete(partition);
        this.#check();
      },
      failed: (error) => {
        this.failure = error;
        this.#check();
      },
    });
  }

  texts(partition: number): string[] {
    return (this.received.get(partition) ?? []).map(({ value }) => decoder.decode(value));
  }

  get total(): number {
    let total = 0;
    for (const records of this.received.values()) total += records.length;
    return total;
  }

  until(holds: () => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#waiting.push({
      holds,
      resolve: () => {
        resolve(undefined);
      },
    });
    this.#check();
    return promise;
  }

  #check(): void {
    for (const waiting of [...this.#waiting]) {
      if (!waiting.holds()) continue;
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      waiting.resolve();
    }
  }
}

export const fromZero = (partitions: readonly number[]) =>
  Promise.resolve(new Map(partitions.map((partition) => [partition, 0])));
