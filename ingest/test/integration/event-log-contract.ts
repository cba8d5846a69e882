/**
 * What every `EventLog` must do, run against each adapter. A harness opens the same log again and again; each test has a
 * log of its own.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeAppending } from './event-log-appending.ts';
import { describeConsuming } from './event-log-consuming.ts';
import { EventLogScene, readAll, record, type EventLogHarness } from './event-log-scene.ts';

const decoder = new TextDecoder();

export function describeEventLog(harness: () => EventLogHarness): void {
  const scene = new EventLogScene();

  beforeEach(() => scene.begin(harness()));

  afterEach(() => scene.end());

  describeAppending(scene);

  describe('reading a range', () => {
    it('gives exactly [from, to) in order, and ends early at the end of the log', async () => {
      await scene.log.append(Array.from({ length: 50 }, (_, index) => record(0, String(index))));
      const texts = async (from: number, to: number) =>
        (await readAll(scene.log, 0, from, to)).map(
          ({ value, offset }) => `${offset}:${decoder.decode(value)}`,
        );
      expect(await texts(10, 13)).toEqual(['10:10', '11:11', '12:12']);
      expect(await texts(48, 90)).toEqual(['48:48', '49:49']);
      expect(await texts(50, 90)).toEqual([]);
      expect(await texts(5, 5)).toEqual([]);
      expect(await readAll(scene.log, 1, 0, 10)).toEqual([]);
      expect(await texts(0, 1)).toEqual(['0:0']);
    });
  });

  it('reads one partition several times at once, each reader at its own pace', async () => {
    await scene.log.append(Array.from({ length: 30 }, (_, index) => record(0, String(index))));
    const inner: number[][] = [];
    for await (const batch of scene.log.read(0, 0, 20)) {
      expect(batch[0]?.offset).toBe(0);
      const [left, right] = await Promise.all([
        readAll(scene.log, 0, 5, 8),
        readAll(scene.log, 0, 6, 30),
      ]);
      inner.push([left.length, right.length]);
      break;
    }
    expect(inner).toEqual([[3, 24]]);
  });

  describeConsuming(scene);

  describe('records that expired', () => {
    it('are a fault to start or read from, and the beginning says where the log starts', async () => {
      if (scene.expire === undefined) return;
      await scene.log.append(Array.from({ length: 6 }, (_, index) => record(0, String(index))));
      await scene.expire(0, 4);
      expect((await scene.log.beginningOffsets())[0]).toBe(4);
      await expect(readAll(scene.log, 0, 2, 6)).rejects.toMatchObject({
        code: 'log/offset-out-of-range',
      });
      const reader = scene.consume();
      await reader.consumer.start();
      await reader.until(() => reader.failure !== undefined);
      expect(reader.failure).toMatchObject({ code: 'log/offset-out-of-range' });
      expect(reader.texts(0)).toEqual([]);
    });
  });

  it('refuses work when it is closed', async () => {
    await scene.log.close();
    await expect(scene.log.append([record(0, 'x')])).rejects.toMatchObject({ code: 'log/closed' });
    await scene.log.close();
  });
}
