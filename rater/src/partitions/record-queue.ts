/** The records of one partition between fetch and rating: in offset order, each once, with a hole where the log left one. */
import type { LogRecord } from '@tidemark/ingest/log';

export interface PeekLimits {
  readonly bytesMax: number;
  readonly recordsMax: number;
  readonly eventsMax: number;
}

export class RecordQueue {
  #records: LogRecord[] = [];
  #head = 0;
  #bytes = 0;
  #events = 0;

  get length(): number {
    return this.#records.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** As the envelopes' headers count them; a record without a count is one event. */
  get events(): number {
    return this.#events;
  }

  get first(): LogRecord | undefined {
    return this.#records[this.#head];
  }

  /** Adds fetched records; those at or below the last one are copies and are left out. */
  append(records: readonly LogRecord[]): void {
    for (const record of records) {
      const last = this.#records.at(-1);
      if (this.length > 0 && last !== undefined && record.offset <= last.offset) continue;
      this.#records.push(record);
      this.#add(record);
    }
  }

  /** Puts records before the first one; they must end below it. */
  prepend(records: readonly LogRecord[]): void {
    const first = this.first;
    const fitting =
      first === undefined ? records : records.filter(({ offset }) => offset < first.offset);
    this.#records = [...fitting, ...this.#records.slice(this.#head)];
    this.#head = 0;
    for (const record of fitting) this.#add(record);
  }

  /** The first records up to the limits, at least one; they stay in the queue until `dropBelow`. */
  peek({ bytesMax, recordsMax, eventsMax }: PeekLimits): LogRecord[] {
    let bytes = 0;
    let events = 0;
    let end = this.#head;
    while (end < this.#records.length && end - this.#head < recordsMax) {
      const record = this.#records[end];
      bytes += record?.value.length ?? 0;
      events += record === undefined ? 0 : eventsOf(record);
      if ((bytes > bytesMax || events > eventsMax) && end > this.#head) break;
      end++;
    }
    return this.#records.slice(this.#head, end);
  }

  /** Forgets the records below `offset`. */
  dropBelow(offset: number): void {
    for (let first = this.first; first !== undefined && first.offset < offset; first = this.first) {
      this.#bytes -= first.value.length;
      this.#events -= eventsOf(first);
      this.#head++;
    }
    // Moving the rest forward now and then costs less than shifting each record.
    if (this.#head > 1024 && this.#head * 2 > this.#records.length) {
      this.#records = this.#records.slice(this.#head);
      this.#head = 0;
    }
  }

  clear(): void {
    this.#records = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#events = 0;
  }

  #add(record: LogRecord): void {
    this.#bytes += record.value.length;
    this.#events += eventsOf(record);
  }
}

const decoder = new TextDecoder();

/** Not verified yet: good enough for a gauge. */
function eventsOf({ headers }: LogRecord): number {
  const header = Object.hasOwn(headers, 'tm-n') ? headers['tm-n'] : undefined;
  const count = header === undefined ? 1 : Number(decoder.decode(header));
  return Number.isSafeInteger(count) && count >= 0 ? count : 1;
}
