/**
 * What every `EventLog` must do, run against each adapter. A harness opens the same log again and again; each test has a
 * log of its own.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventLog, LogAppend, LogConsumer, LogRecord } from '../../src/log/event-log.ts';

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
const decoder = new TextDecoder();

export function record(
  partition: number,
  text: string,
  fields: Partial<LogAppend> = {},
): LogAppend {
  return { partition, key: null, value: utf8.encode(text), headers: {}, ...fields };
}

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

async function readAll(log: EventLog, partition: number, from: number, to: number) {
  const records: LogRecord[] = [];
  for await (const batch of log.read(partition, from, to)) records.push(...batch);
  return records;
}

const plain = (found: LogRecord) => ({
  ...found,
  value: Array.from(found.value),
  headers: Object.fromEntries(
    Object.entries(found.headers).map(([name, value]) => [name, Array.from(value)]),
  ),
});

export function describeEventLog(harness: () => EventLogHarness): void {
  let subject: LogUnderTest;
  let log: EventLog;
  const opened: EventLog[] = [];
  const consumers: RecordingConsumer[] = [];

  async function open(): Promise<EventLog> {
    const another = await subject.open();
    opened.push(another);
    return another;
  }

  function consume(
    on: EventLog = log,
    starts: (partitions: readonly number[]) => Promise<ReadonlyMap<number, number>> = fromZero,
  ): RecordingConsumer {
    const recording = new RecordingConsumer(on, starts);
    consumers.push(recording);
    return recording;
  }

  beforeEach(async () => {
    subject = await harness().create(3);
    log = await open();
  });

  afterEach(async () => {
    await Promise.all(consumers.splice(0).map(({ consumer }) => consumer.stop()));
    await Promise.all(opened.splice(0).map((each) => each.close()));
  });

  describe('appending', () => {
    it('answers contiguous offsets per partition, in the order of the records', async () => {
      const first = await log.append([
        record(0, 'a'),
        record(1, 'b'),
        record(0, 'c'),
        record(2, 'd'),
      ]);
      expect(first).toEqual([0, 0, 1, 0]);
      expect(await log.append([record(0, 'e'), record(2, 'f')])).toEqual([2, 1]);
      expect(await log.append([])).toEqual([]);
      expect(await log.endOffsets()).toEqual([3, 1, 2]);
      expect(await log.beginningOffsets()).toEqual([0, 0, 0]);
    });

    it('gives every one of many concurrent appends its own offsets', async () => {
      const appends = Array.from({ length: 200 }, (_, index) =>
        log.append([record(index % 3, `${index}a`), record(index % 3, `${index}b`)]),
      );
      const offsets = await Promise.all(appends);
      for (const partition of [0, 1, 2]) {
        const own = offsets.filter((_, index) => index % 3 === partition);
        for (const [first, second] of own) expect(second).toBe((first as number) + 1);
        const all = own.flat().sort((left, right) => left - right);
        expect(all).toEqual(Array.from({ length: all.length }, (_, index) => index));
        const texts = (await readAll(log, partition, 0, 1000)).map(({ value }) =>
          decoder.decode(value),
        );
        own.forEach(([first], index) => {
          expect(texts[first as number]).toBe(`${index * 3 + partition}a`);
        });
      }
    });

    it('keeps keys, null keys, headers and empty values as they are', async () => {
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
      await log.append([
        record(1, 'x', { key: 'acme:ü', headers: { 'tm-kind': bytes, empty: new Uint8Array(0) } }),
        record(1, '', { headers: {} }),
      ]);
      const [first, second] = await readAll(log, 1, 0, 2);
      expect(plain(first!)).toMatchObject({
        partition: 1,
        offset: 0,
        key: 'acme:ü',
        headers: { 'tm-kind': Array.from(bytes), empty: [] },
      });
      expect(plain(second!)).toMatchObject({ offset: 1, key: null, value: [], headers: {} });
    });

    it('stamps records with a time that never runs backwards', async () => {
      const before = Date.now();
      for (let index = 0; index < 5; index++) await log.append([record(0, 'x'), record(0, 'y')]);
      const times = (await readAll(log, 0, 0, 10)).map(({ logTimeMs }) => logTimeMs);
      expect(times).toEqual([...times].sort((left, right) => left - right));
      for (const time of times) {
        expect(Number.isInteger(time)).toBe(true);
        expect(Math.abs(time - before)).toBeLessThan(60_000);
      }
    });

    it('takes records of 900 KB, several at once', async () => {
      const value = new Uint8Array(900_000).map((_, index) => (index * 31) % 251);
      const offsets = await log.append(
        [0, 0, 0, 1].map((partition) => record(partition, '', { value })),
      );
      expect(offsets).toEqual([0, 1, 2, 0]);
      const records = await readAll(log, 0, 0, 3);
      expect(records).toHaveLength(3);
      for (const found of records) expect(Buffer.compare(found.value, value)).toBe(0);
    });

    it('refuses a record above the limit and a partition that does not exist, and goes on', async () => {
      const value = crypto.getRandomValues(new Uint8Array(65_536));
      const large = new Uint8Array(3_000_000).map((_, index) => value[index % 65_536]!);
      await expect(log.append([record(0, '', { value: large })])).rejects.toMatchObject({
        code: 'log/record-too-large',
        retryable: false,
      });
      await expect(log.append([record(3, 'x')])).rejects.toMatchObject({
        code: 'log/partition-out-of-range',
      });
      expect(await log.append([record(0, 'x')])).toEqual([0]);
    });

    it('keeps what it acknowledged when the log is opened again, with the same incarnation', async () => {
      await log.append([record(0, 'a'), record(1, 'b', { key: 'k' })]);
      const { incarnation } = log;
      await log.close();
      const again = await open();
      expect(again.incarnation).toBe(incarnation);
      expect(again.partitionCount).toBe(3);
      expect(await again.endOffsets()).toEqual([1, 1, 0]);
      expect(await again.append([record(0, 'c')])).toEqual([1]);
      expect((await readAll(again, 0, 0, 9)).map(({ value }) => decoder.decode(value))).toEqual([
        'a',
        'c',
      ]);
    });
  });

  describe('reading a range', () => {
    it('gives exactly [from, to) in order, and ends early at the end of the log', async () => {
      await log.append(Array.from({ length: 50 }, (_, index) => record(0, String(index))));
      const texts = async (from: number, to: number) =>
        (await readAll(log, 0, from, to)).map(
          ({ value, offset }) => `${offset}:${decoder.decode(value)}`,
        );
      expect(await texts(10, 13)).toEqual(['10:10', '11:11', '12:12']);
      expect(await texts(48, 90)).toEqual(['48:48', '49:49']);
      expect(await texts(50, 90)).toEqual([]);
      expect(await texts(5, 5)).toEqual([]);
      expect(await readAll(log, 1, 0, 10)).toEqual([]);
      expect(await texts(0, 1)).toEqual(['0:0']);
    });
  });

  it('reads one partition several times at once, each reader at its own pace', async () => {
    await log.append(Array.from({ length: 30 }, (_, index) => record(0, String(index))));
    const inner: number[][] = [];
    for await (const batch of log.read(0, 0, 20)) {
      expect(batch[0]?.offset).toBe(0);
      const [left, right] = await Promise.all([readAll(log, 0, 5, 8), readAll(log, 0, 6, 30)]);
      inner.push([left.length, right.length]);
      break;
    }
    expect(inner).toEqual([[3, 24]]);
  });

  describe('consuming', () => {
    it('gives what is there and what comes later, in order', async () => {
      await log.append([record(0, 'a'), record(1, 'b'), record(0, 'c')]);
      const reader = consume();
      await reader.consumer.start();
      await reader.until(() => reader.total === 3);
      await log.append([record(0, 'd'), record(2, 'e')]);
      await reader.until(() => reader.total === 5);
      expect([0, 1, 2].map((partition) => reader.texts(partition))).toEqual([
        ['a', 'c', 'd'],
        ['b'],
        ['e'],
      ]);
      expect(reader.received.get(0)?.map(({ offset }) => offset)).toEqual([0, 1, 2]);
      expect(reader.events).toEqual(['assigned 0,1,2']);
    });

    it('starts each partition where the caller says, after the caller has said so', async () => {
      await log.append(Array.from({ length: 9 }, (_, index) => record(index % 3, String(index))));
      const decided = Promise.withResolvers<ReadonlyMap<number, number>>();
      const asked = Promise.withResolvers<undefined>();
      const reader = consume(log, () => {
        asked.resolve(undefined);
        return decided.promise;
      });
      await reader.consumer.start();
      await asked.promise;
      await log.append([record(0, '9')]);
      expect(reader.total).toBe(0);
      decided.resolve(
        new Map([
          [0, 2],
          [1, 3],
          [2, 1],
        ]),
      );
      await reader.until(() => reader.total === 4);
      expect([0, 1, 2].map((partition) => reader.texts(partition))).toEqual([
        ['6', '9'],
        [],
        ['5', '8'],
      ]);
    });

    it('leaves a partition alone that the caller gives no start for', async () => {
      await log.append([record(0, 'a'), record(1, 'b')]);
      const reader = consume(log, () => Promise.resolve(new Map([[1, 0]])));
      await reader.consumer.start();
      await reader.until(() => reader.total === 1);
      expect(reader.texts(0)).toEqual([]);
      expect(reader.failure).toBeUndefined();
    });

    it('fails, and never starts elsewhere, when the start lies behind the end', async () => {
      await log.append([record(0, 'a')]);
      const reader = consume(log, (partitions) =>
        Promise.resolve(
          new Map(partitions.map((partition) => [partition, partition === 0 ? 2 : 0])),
        ),
      );
      await reader.consumer.start();
      await reader.until(() => reader.failure !== undefined);
      expect(reader.failure).toMatchObject({ code: 'log/offset-out-of-range', retryable: false });
      expect(reader.texts(0)).toEqual([]);
    });

    it('fails when the caller cannot say where to start', async () => {
      const reader = consume(log, () => Promise.reject(new Error('no store')));
      await reader.consumer.start();
      await reader.until(() => reader.failure !== undefined);
    });

    it('gives nothing of a paused partition, the others as before, and all of it after resume', async () => {
      const reader = consume();
      let sinceFirst = 0;
      reader.onRecords = (partition) => {
        if (partition !== 0) return;
        if (sinceFirst++ === 0) reader.consumer.pause(0);
      };
      await reader.consumer.start();
      await log.append([record(0, '0')]);
      await reader.until(() => reader.texts(0).length === 1);
      for (let index = 1; index < 20; index++) await log.append([record(0, String(index))]);
      await log.append([record(1, 'x')]);
      await reader.until(() => reader.texts(1).length === 1);
      await log.append([record(1, 'y')]);
      await reader.until(() => reader.texts(1).length === 2);
      expect(reader.texts(0)).toEqual(['0']);
      reader.consumer.resume(0);
      await reader.until(() => reader.texts(0).length === 20);
      expect(reader.texts(0)).toEqual(Array.from({ length: 20 }, (_, index) => String(index)));
    });

    it('takes a hint of positions and never starts from it', async () => {
      await log.append([record(0, 'a'), record(0, 'b')]);
      const first = consume();
      await first.consumer.start();
      await first.until(() => first.total === 2);
      await first.consumer.commitHint(new Map([[0, 2]]));
      await first.consumer.stop();
      const second = consume();
      await second.consumer.start();
      await second.until(() => second.total === 2);
      expect(second.texts(0)).toEqual(['a', 'b']);
    });

    it('spreads partitions over two consumers and hands them over when one stops', async () => {
      const other = await open();
      const first = consume();
      const second = consume(other);
      await first.consumer.start();
      await first.until(() => first.held.size === 3);
      await second.consumer.start();
      await Promise.all([
        second.until(() => second.held.size > 0),
        first.until(() => first.events.some((event) => event.startsWith('revoked'))),
        first.until(() => first.held.size > 0),
      ]);
      await Promise.all([
        first.until(() => first.held.size + second.held.size === 3),
        second.until(() => first.held.size + second.held.size === 3),
      ]);
      await log.append([0, 1, 2].map((partition) => record(partition, `p${partition}`)));
      for (const reader of [first, second]) {
        const partitions = [...reader.held];
        await reader.until(() =>
          partitions.every((partition) => reader.texts(partition).length > 0),
        );
      }
      await second.consumer.stop();
      const stopped = second.total;
      await first.until(() => first.held.size === 3);
      await log.append([0, 1, 2].map((partition) => record(partition, `q${partition}`)));
      await first.until(() =>
        [0, 1, 2].every((partition) => first.texts(partition).at(-1) === `q${partition}`),
      );
      expect(second.total).toBe(stopped);
      for (const partition of [0, 1, 2]) expect(first.texts(partition)).toContain(`p${partition}`);
    });

    it('tells a stopped consumer nothing more', async () => {
      const reader = consume();
      await reader.consumer.start();
      await log.append([record(0, 'a')]);
      await reader.until(() => reader.total === 1);
      await reader.consumer.stop();
      await log.append([record(0, 'b')]);
      const later = consume();
      await later.consumer.start();
      await later.until(() => later.total === 2);
      expect(reader.total).toBe(1);
      expect(reader.failure).toBeUndefined();
    });
  });

  describe('records that expired', () => {
    it('are a fault to start or read from, and the beginning says where the log starts', async () => {
      if (subject.expire === undefined) return;
      await log.append(Array.from({ length: 6 }, (_, index) => record(0, String(index))));
      await subject.expire(0, 4);
      expect((await log.beginningOffsets())[0]).toBe(4);
      await expect(readAll(log, 0, 2, 6)).rejects.toMatchObject({
        code: 'log/offset-out-of-range',
      });
      const reader = consume();
      await reader.consumer.start();
      await reader.until(() => reader.failure !== undefined);
      expect(reader.failure).toMatchObject({ code: 'log/offset-out-of-range' });
      expect(reader.texts(0)).toEqual([]);
    });
  });

  it('refuses work when it is closed', async () => {
    await log.close();
    await expect(log.append([record(0, 'x')])).rejects.toMatchObject({ code: 'log/closed' });
    await log.close();
  });
}
