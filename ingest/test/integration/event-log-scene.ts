/** The log of one test of the contract suite, with every handle and consumer that the test opens on it. */
import type { EventLog, LogAppend, LogRecord } from '../../src/log/event-log.ts';
import { fromZero, RecordingConsumer } from './recording-consumer.ts';

export interface EventLogHarness {
  /** A fresh log with this number of partitions. */
  create(partitionCount: number): Promise<LogUnderTest>;
}

interface LogUnderTest {
  /** Another handle on the same log; the caller closes it. */
  open(): Promise<EventLog>;
  /** Drops all records below `offset`, where the store can do that. */
  expire?: (partition: number, offset: number) => Promise<void>;
}

const utf8 = new TextEncoder();

export function record(
  partition: number,
  text: string,
  fields: Partial<LogAppend> = {},
): LogAppend {
  return { partition, key: null, value: utf8.encode(text), headers: {}, ...fields };
}

export async function readAll(log: EventLog, partition: number, from: number, to: number) {
  const records: LogRecord[] = [];
  for await (const batch of log.read(partition, from, to)) records.push(...batch);
  return records;
}

/** What a test of the suite is given: a fresh log for each test. */
export class EventLogScene {
  readonly #opened: EventLog[] = [];
  readonly #consumers: RecordingConsumer[] = [];
  #subject: LogUnderTest | undefined;
  #log: EventLog | undefined;

  get log(): EventLog {
    return this.#log!;
  }

  get expire(): LogUnderTest['expire'] {
    return this.#subject?.expire;
  }

  async begin(harness: EventLogHarness): Promise<void> {
    this.#subject = await harness.create(3);
    this.#log = await this.open();
  }

  async end(): Promise<void> {
    await Promise.all(this.#consumers.splice(0).map(({ consumer }) => consumer.stop()));
    await Promise.all(this.#opened.splice(0).map((each) => each.close()));
  }

  /** Another handle on the same log. */
  async open(): Promise<EventLog> {
    const another = await this.#subject!.open();
    this.#opened.push(another);
    return another;
  }

  consume(
    on: EventLog = this.log,
    starts: (partitions: readonly number[]) => Promise<ReadonlyMap<number, number>> = fromZero,
  ): RecordingConsumer {
    const recording = new RecordingConsumer(on, starts);
    this.#consumers.push(recording);
    return recording;
  }
}
