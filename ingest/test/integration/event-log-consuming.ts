/** The part of the contract suite of `EventLog` about consumers and their positions. */
import { describe, expect, it } from 'vitest';
import { record, type EventLogScene } from './event-log-scene.ts';

export function describeConsuming(scene: EventLogScene): void {
  describe('consuming', () => {
    it('gives what is there and what comes later, in order', async () => {
      await scene.log.append([record(0, 'a'), record(1, 'b'), record(0, 'c')]);
      const reader = scene.consume();
      await reader.consumer.start();
      await reader.until(() => reader.total === 3);
      await scene.log.append([record(0, 'd'), record(2, 'e')]);
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
      await scene.log.append(
        Array.from({ length: 9 }, (_, index) => record(index % 3, String(index))),
      );
      const decided = Promise.withResolvers<ReadonlyMap<number, number>>();
      const asked = Promise.withResolvers<undefined>();
      const reader = scene.consume(scene.log, () => {
        asked.resolve(undefined);
        return decided.promise;
      });
      await reader.consumer.start();
      await asked.promise;
      await scene.log.append([record(0, '9')]);
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
      await scene.log.append([record(0, 'a'), record(1, 'b')]);
      const reader = scene.consume(scene.log, () => Promise.resolve(new Map([[1, 0]])));
      await reader.consumer.start();
      await reader.until(() => reader.total === 1);
      expect(reader.texts(0)).toEqual([]);
      expect(reader.failure).toBeUndefined();
    });

    it('fails, and never starts elsewhere, when the start lies behind the end', async () => {
      await scene.log.append([record(0, 'a')]);
      const reader = scene.consume(scene.log, (partitions) =>
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
      const reader = scene.consume(scene.log, () => Promise.reject(new Error('no store')));
      await reader.consumer.start();
      await reader.until(() => reader.failure !== undefined);
    });

    it('gives nothing of a paused partition, the others as before, and all of it after resume', async () => {
      const reader = scene.consume();
      let sinceFirst = 0;
      reader.onRecords = (partition) => {
        if (partition !== 0) return;
        if (sinceFirst++ === 0) reader.consumer.pause(0);
      };
      await reader.consumer.start();
      await scene.log.append([record(0, '0')]);
      await reader.until(() => reader.texts(0).length === 1);
      for (let index = 1; index < 20; index++) await scene.log.append([record(0, String(index))]);
      await scene.log.append([record(1, 'x')]);
      await reader.until(() => reader.texts(1).length === 1);
      await scene.log.append([record(1, 'y')]);
      await reader.until(() => reader.texts(1).length === 2);
      expect(reader.texts(0)).toEqual(['0']);
      reader.consumer.resume(0);
      await reader.until(() => reader.texts(0).length === 20);
      expect(reader.texts(0)).toEqual(Array.from({ length: 20 }, (_, index) => String(index)));
    });

    it('takes a hint of positions and never starts from it', async () => {
      await scene.log.append([record(0, 'a'), record(0, 'b')]);
      const first = scene.consume();
      await first.consumer.start();
      await first.until(() => first.total === 2);
      await first.consumer.commitHint(new Map([[0, 2]]));
      await first.consumer.stop();
      const second = scene.consume();
      await second.consumer.start();
      await second.until(() => second.total === 2);
      expect(second.texts(0)).toEqual(['a', 'b']);
    });

    it('spreads partitions over two consumers and hands them over when one stops', async () => {
      const other = await scene.open();
      const first = scene.consume();
      const second = scene.consume(other);
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
      await scene.log.append([0, 1, 2].map((partition) => record(partition, `p${partition}`)));
      for (const reader of [first, second]) {
        const partitions = [...reader.held];
        await reader.until(() =>
          partitions.every((partition) => reader.texts(partition).length > 0),
        );
      }
      await second.consumer.stop();
      const stopped = second.total;
      await first.until(() => first.held.size === 3);
      await scene.log.append([0, 1, 2].map((partition) => record(partition, `q${partition}`)));
      await first.until(() =>
        [0, 1, 2].every((partition) => first.texts(partition).at(-1) === `q${partition}`),
      );
      expect(second.total).toBe(stopped);
      for (const partition of [0, 1, 2]) expect(first.texts(partition)).toContain(`p${partition}`);
    });

    it('tells a stopped consumer nothing more', async () => {
      const reader = scene.consume();
      await reader.consumer.start();
      await scene.log.append([record(0, 'a')]);
      await reader.until(() => reader.total === 1);
      await reader.consumer.stop();
      await scene.log.append([record(0, 'b')]);
      const later = scene.consume();
      await later.consumer.start();
      await later.until(() => later.total === 2);
      expect(reader.total).toBe(1);
      expect(reader.failure).toBeUndefined();
    });
  });
}
