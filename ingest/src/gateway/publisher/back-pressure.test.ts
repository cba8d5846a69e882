import { beforeEach, describe, expect, it } from 'vitest';
import {
  batchOf,
  codeOf,
  events,
  PublisherScene,
  settle,
} from '../../../test/fakes/publisher-scene.ts';

let scene: PublisherScene;

beforeEach(() => {
  scene = new PublisherScene();
});

describe('back-pressure', () => {
  it('refuses what would exceed the bytes in flight, and keeps nothing of it', async () => {
    const publisher = scene.createPublisher({ bytesInFlightMax: 1000 });
    const first = publisher.publish({ ...batchOf(events(1)), bytes: 600 });
    expect(await codeOf(publisher.publish({ ...batchOf(events(1)), bytes: 600 }))).toBe(
      'ingest/overloaded',
    );
    scene.scheduler.advance(5);
    expect(scene.pending().map(({ ids }) => ids.length)).toEqual([1]);
    scene.log.acknowledgeAll();
    await first;
    const later = publisher.publish({ ...batchOf(events(1)), bytes: 600 });
    scene.scheduler.advance(5);
    await later;
  });

  it('says so before a body is read once the bound is reached', async () => {
    const publisher = scene.createPublisher({ bytesInFlightMax: 1000 });
    expect(publisher.refusal()).toBeUndefined();
    const published = publisher.publish({ ...batchOf(events(1)), bytes: 5000 });
    expect(publisher.refusal()).toMatchObject({ code: 'ingest/overloaded', retryAfterSeconds: 1 });
    scene.scheduler.advance(5);
    scene.log.acknowledgeAll();
    await published;
    expect(publisher.refusal()).toBeUndefined();
  });

  it('bounds what waits for one partition', async () => {
    const publisher = scene.createPublisher({ queuedBytesMax: 1, appendsInFlightMax: 1 });
    const first = publisher.publish(batchOf(events(1)));
    expect(await codeOf(publisher.publish(batchOf(events(1))))).toBe('ingest/overloaded');
    scene.log.acknowledgeAll();
    scene.scheduler.advance(5);
    await first;
  });

  it('answers in bounded time, and holds the bytes until the log settles', async () => {
    const publisher = scene.createPublisher({ bytesInFlightMax: 1000, answerTimeoutMs: 2000 });
    const published = codeOf(publisher.publish({ ...batchOf(events(1)), bytes: 1000 }));
    scene.scheduler.advance(2000);
    expect(await published).toBe('ingest/log-unavailable');
    expect(publisher.refusal()?.code).toBe('ingest/overloaded');
    scene.log.end('acknowledged');
    await settle();
    expect(publisher.refusal()).toBeUndefined();
  });
});
