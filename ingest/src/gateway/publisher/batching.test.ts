import { beforeEach, describe, expect, it } from 'vitest';
import {
  batchOf,
  events,
  PublisherScene,
  read,
  settle,
} from '../../../test/fakes/publisher-scene.ts';
import { ColumnsBuilder } from '../../contract/columns-builder.ts';
import { batchLimits } from '../../contract/limits.ts';
import { partitionOf } from '../../contract/partition.ts';

let scene: PublisherScene;

beforeEach(() => {
  scene = new PublisherScene();
});

describe('batching', () => {
  it('gathers publications for the short linger while the gateway is idle', async () => {
    const publisher = scene.createPublisher();
    const first = publisher.publish(batchOf(events(1)));
    scene.scheduler.advance(3);
    const second = publisher.publish(batchOf(events(2)));
    expect(scene.log.pending).toHaveLength(0);
    scene.scheduler.advance(2);
    expect(scene.pending().map(({ ids }) => ids.length)).toEqual([3]);
    scene.log.end('acknowledged');
    await Promise.all([first, second]);
  });

  it('gathers for longer once several publications have met, though nothing is in flight', async () => {
    const publisher = scene.createPublisher({ lingerBusyMs: 25, busyPublications: 3 });
    const published = [1, 2, 3].map(() => publisher.publish(batchOf(events(1))));
    scene.scheduler.advance(24);
    published.push(publisher.publish(batchOf(events(2))));
    expect(scene.log.pending).toHaveLength(0);
    scene.scheduler.advance(1);
    expect(scene.pending().map(({ ids }) => ids.length)).toEqual([5]);
    scene.log.end('acknowledged');
    await Promise.all(published);
  });

  it('gathers while an append is in flight, and goes when it ends', async () => {
    const publisher = scene.createPublisher();
    const first = publisher.publish(batchOf(events(1)));
    scene.scheduler.advance(5);
    const second = publisher.publish(batchOf(events(1)));
    scene.scheduler.advance(20);
    const third = publisher.publish(batchOf(events(1)));
    expect(scene.log.pending).toHaveLength(1);
    scene.log.end('acknowledged');
    await first;
    await settle();
    expect(scene.pending().map(({ ids }) => ids.length)).toEqual([2]);
    scene.log.end('acknowledged');
    await Promise.all([second, third]);
  });

  it('waits for an append in flight no longer than the long linger', () => {
    const publisher = scene.createPublisher();
    void publisher.publish(batchOf(events(1)));
    scene.scheduler.advance(5);
    void publisher.publish(batchOf(events(1)));
    scene.scheduler.advance(39);
    expect(scene.log.pending).toHaveLength(1);
    scene.scheduler.advance(1);
    expect(scene.log.pending).toHaveLength(2);
  });

  it('starts no more appends than it may', async () => {
    const publisher = scene.createPublisher({ appendsInFlightMax: 2 });
    const published = [];
    for (let count = 0; count < 4; count += 1) {
      published.push(publisher.publish(batchOf(events(1))));
      scene.scheduler.advance(50);
    }
    expect(scene.log.pending).toHaveLength(2);
    scene.log.acknowledgeAll();
    await Promise.all(published);
    expect(scene.log.landed[0]!.map((record) => read(record).ids.length)).toEqual([1, 1, 2]);
  });

  it('cuts an envelope at the limit of events without waiting', async () => {
    const publisher = scene.createPublisher();
    const published = publisher.publish(batchOf(events(batchLimits.envelopeEventsMax + 1)));
    expect(scene.pending().map(({ ids }) => ids.length)).toEqual([batchLimits.envelopeEventsMax]);
    scene.log.acknowledgeAll();
    scene.scheduler.advance(50);
    await published;
    expect(scene.log.landed[0]!.map((record) => read(record).ids.length)).toEqual([10_000, 1]);
  });

  it('cuts an envelope at the limit of bytes', async () => {
    const publisher = scene.createPublisher({ appendsInFlightMax: 10 });
    const large = Array.from({ length: 10 }, (_, index) =>
      events(1, { data: { text: String(index).repeat(200_000) } }),
    ).flat();
    const published = publisher.publish(batchOf(large));
    scene.log.acknowledgeAll();
    scene.scheduler.advance(50);
    await published;
    const sizes = scene.log.landed[0]!.map((record) => read(record).ids.length);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(10);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(3);
  });

  it('keeps live events and backfill apart', () => {
    const publisher = scene.createPublisher();
    void publisher.publish(batchOf(events(1)));
    void publisher.publish(batchOf(events(2), true));
    scene.scheduler.advance(5);
    expect(scene.pending().map(({ ids, backfill }) => [ids.length, backfill])).toEqual([
      [1, false],
      [2, true],
    ]);
  });

  it('sends every event to the partition of its subject, and waits for all of them', async () => {
    scene = new PublisherScene(4);
    const publisher = scene.createPublisher();
    const spread = Array.from({ length: 40 }, (_, index) =>
      events(1, { subject: `s-${index}` }),
    ).flat();
    let done = false;
    const published = publisher.publish(batchOf(spread)).then(() => (done = true));
    scene.scheduler.advance(5);
    expect(scene.log.pending).toHaveLength(4);
    for (let count = 0; count < 3; count += 1) scene.log.end('acknowledged');
    await settle();
    expect(done).toBe(false);
    scene.log.end('acknowledged');
    await published;
    for (const [partition, records] of scene.log.landed.entries()) {
      const expected = spread.filter(
        ({ subject }) => partitionOf('acme', subject, 4) === partition,
      );
      expect(records.flatMap((record) => read(record).ids)).toEqual(expected.map(({ id }) => id));
    }
  });

  it('publishes the chosen rows of columns', async () => {
    scene = new PublisherScene(4);
    const publisher = scene.createPublisher();
    const builder = new ColumnsBuilder();
    const spread = Array.from({ length: 40 }, (_, index) =>
      events(1, { subject: `s-${index % 7}` }),
    ).flat();
    for (const event of spread) builder.add(event);
    const rows = Uint32Array.from(spread.keys()).filter((row) => row % 3 !== 0);
    const published = publisher.publish({
      kind: 'columns',
      columns: builder.build(),
      rows,
      backfill: false,
      bytes: 1000,
    });
    scene.log.acknowledgeAll();
    scene.scheduler.advance(5);
    await published;
    for (const [partition, records] of scene.log.landed.entries()) {
      const expected = [...rows]
        .map((row) => spread[row]!)
        .filter(({ subject }) => partitionOf('acme', subject, 4) === partition);
      expect(records.flatMap((record) => read(record).ids)).toEqual(expected.map(({ id }) => id));
    }
  });
});
