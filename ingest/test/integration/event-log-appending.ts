/** The part of the contract suite of `EventLog` about appending. */
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../src/log/event-log.ts';
import { readAll, record, type EventLogScene } from './event-log-scene.ts';

const decoder = new TextDecoder();

const plain = (found: LogRecord) => ({
  ...found,
  value: Array.from(found.value),
  headers: Object.fromEntries(
    Object.entries(found.headers).map(([name, value]) => [name, Array.from(value)]),
  ),
});

export function describeAppending(scene: EventLogScene): void {
  describe('appending', () => {
    it('answers contiguous offsets per partition, in the order of the records', async () => {
      const first = await scene.log.append([
        record(0, 'a'),
        record(1, 'b'),
        record(0, 'c'),
        record(2, 'd'),
      ]);
      expect(first).toEqual([0, 0, 1, 0]);
      expect(await scene.log.append([record(0, 'e'), record(2, 'f')])).toEqual([2, 1]);
      expect(await scene.log.append([])).toEqual([]);
      expect(await scene.log.endOffsets()).toEqual([3, 1, 2]);
      expect(await scene.log.beginningOffsets()).toEqual([0, 0, 0]);
    });

    it('gives every one of many concurrent appends its own offsets', async () => {
      const appends = Array.from({ length: 200 }, (_, index) =>
        scene.log.append([record(index % 3, `${index}a`), record(index % 3, `${index}b`)]),
      );
      const offsets = await Promise.all(appends);
      for (const partition of [0, 1, 2]) {
        const own = offsets.filter((_, index) => index % 3 === partition);
        for (const [first, second] of own) expect(second).toBe((first as number) + 1);
        const all = own.flat().sort((left, right) => left - right);
        expect(all).toEqual(Array.from({ length: all.length }, (_, index) => index));
        const texts = (await readAll(scene.log, partition, 0, 1000)).map(({ value }) =>
          decoder.decode(value),
        );
        own.forEach(([first], index) => {
          expect(texts[first as number]).toBe(`${index * 3 + partition}a`);
        });
      }
    });

    it('keeps keys, null keys, headers and empty values as they are', async () => {
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
      await scene.log.append([
        record(1, 'x', { key: 'acme:ü', headers: { 'tm-kind': bytes, empty: new Uint8Array(0) } }),
        record(1, '', { headers: {} }),
      ]);
      const [first, second] = await readAll(scene.log, 1, 0, 2);
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
      for (let index = 0; index < 5; index++)
        await scene.log.append([record(0, 'x'), record(0, 'y')]);
      const times = (await readAll(scene.log, 0, 0, 10)).map(({ logTimeMs }) => logTimeMs);
      expect(times).toEqual([...times].sort((left, right) => left - right));
      for (const time of times) {
        expect(Number.isInteger(time)).toBe(true);
        expect(Math.abs(time - before)).toBeLessThan(60_000);
      }
    });

    it('takes records of 900 KB, several at once', async () => {
      const value = new Uint8Array(900_000).map((_, index) => (index * 31) % 251);
      const offsets = await scene.log.append(
        [0, 0, 0, 1].map((partition) => record(partition, '', { value })),
      );
      expect(offsets).toEqual([0, 1, 2, 0]);
      const records = await readAll(scene.log, 0, 0, 3);
      expect(records).toHaveLength(3);
      for (const found of records) expect(Buffer.compare(found.value, value)).toBe(0);
    });

    it('refuses a record above the limit and a partition that does not exist, and goes on', async () => {
      const value = crypto.getRandomValues(new Uint8Array(65_536));
      const large = new Uint8Array(3_000_000).map((_, index) => value[index % 65_536]!);
      await expect(scene.log.append([record(0, '', { value: large })])).rejects.toMatchObject({
        code: 'log/record-too-large',
        retryable: false,
      });
      await expect(scene.log.append([record(3, 'x')])).rejects.toMatchObject({
        code: 'log/partition-out-of-range',
      });
      expect(await scene.log.append([record(0, 'x')])).toEqual([0]);
    });

    it('keeps what it acknowledged when the log is opened again, with the same incarnation', async () => {
      await scene.log.append([record(0, 'a'), record(1, 'b', { key: 'k' })]);
      const { incarnation } = scene.log;
      await scene.log.close();
      const again = await scene.open();
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
}
