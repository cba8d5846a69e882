import { AppError } from '@tidemark/platform/errors';
import type { EventLog, LogAppend } from '../../src/log/event-log.ts';

interface PendingAppend {
  readonly records: readonly LogAppend[];
  readonly resolve: (offsets: number[]) => void;
  readonly reject: (error: Error) => void;
}

/** How an append ends. A rejected one may have landed all the same, as the port says. */
export type AppendEnd = 'acknowledged' | 'rejected' | 'rejected-but-landed' | 'refused-for-good';

/** An append-only log whose acknowledgements the test gives, in any order. */
export class ControlledLog implements Pick<EventLog, 'append' | 'partitionCount'> {
  readonly partitionCount: number;
  /** The records of each partition in the order in which they landed. */
  readonly landed: LogAppend[][];
  readonly #pending: PendingAppend[] = [];
  #automatic = false;

  constructor(partitionCount = 1) {
    this.partitionCount = partitionCount;
    this.landed = Array.from({ length: partitionCount }, () => []);
  }

  get pending(): readonly (readonly LogAppend[])[] {
    return this.#pending.map(({ records }) => records);
  }

  append(records: readonly LogAppend[]): Promise<number[]> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ records, resolve, reject });
      if (this.#automatic) this.end('acknowledged');
    });
  }

  /** From now on every append is acknowledged at once. */
  acknowledgeAll(): void {
    this.#automatic = true;
    while (this.#pending.length > 0) this.end('acknowledged');
  }

  /** Ends the pending append at a position. */
  end(end: AppendEnd, position = 0): void {
    const [append] = this.#pending.splice(position, 1);
    if (append === undefined) throw new Error('No append is pending.');
    const { records, resolve, reject } = append;
    if (end === 'acknowledged' || end === 'rejected-but-landed') {
      const offsets = records.map((record) => this.landed[record.partition]!.push(record) - 1);
      if (end === 'acknowledged') {
        resolve(offsets);
        return;
      }
    }
    const retryable = end !== 'refused-for-good';
    reject(new AppError('unavailable', 'log/unavailable', 'The test says no.', { retryable }));
  }
}
