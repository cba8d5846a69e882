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

describe('stop', () => {
  it('sends what waits at once, waits for the log and refuses what comes later', async () => {
    const publisher = scene.createPublisher();
    const published = codeOf(publisher.publish(batchOf(events(3))));
    const stopped = publisher.stop(10_000);
    expect(publisher.isStopping).toBe(true);
    expect(publisher.refusal()?.code).toBe('ingest/shutting-down');
    expect(await codeOf(publisher.publish(batchOf(events(1))))).toBe('ingest/shutting-down');
    expect(scene.log.pending).toHaveLength(1);
    scene.log.end('acknowledged');
    expect(await published).toBe('published');
    expect(await stopped).toEqual({ kind: 'drained' });
    expect(publisher.stop(1)).toBe(publisher.stop(1));
  });

  it('answers the rest as unknown when the deadline passes', async () => {
    const publisher = scene.createPublisher({ appendsInFlightMax: 1 });
    const inFlight = codeOf(publisher.publish(batchOf(events(1))));
    scene.scheduler.advance(5);
    const waiting = codeOf(publisher.publish(batchOf(events(1))));
    const stopped = publisher.stop(1000);
    scene.scheduler.advance(1000);
    expect(await stopped).toEqual({ kind: 'deadline-passed' });
    expect(await inFlight).toBe('ingest/log-unavailable');
    expect(await waiting).toBe('ingest/log-unavailable');
  });

  it('gives up repeating', async () => {
    const publisher = scene.createPublisher({ repeatDelayMinMs: 100 });
    const failed = codeOf(publisher.publish(batchOf(events(1))));
    scene.scheduler.advance(5);
    scene.log.end('rejected');
    await failed;
    expect(await publisher.stop(1000)).toEqual({ kind: 'drained' });
    await settle();
    scene.scheduler.advance(60_000);
    await settle();
    expect(scene.log.pending).toHaveLength(0);
  });
});
