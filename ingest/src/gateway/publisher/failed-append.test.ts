import { createMetrics } from '@tidemark/platform/metrics';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  batchOf,
  codeOf,
  events,
  PublisherScene,
  settle,
} from '../../../test/fakes/publisher-scene.ts';
import { silentLogger } from '../../../test/fakes/silent-logger.ts';
import { partitionOf } from '../../contract/partition.ts';
import { BatchingEventPublisher } from './event-publisher.ts';

let scene: PublisherScene;

beforeEach(() => {
  scene = new PublisherScene();
});

describe('an append that fails', () => {
  it('is told as unknown, and the same record is repeated until the log has it', async () => {
    const publisher = scene.createPublisher({ repeatDelayMinMs: 100 });
    const published = codeOf(publisher.publish(batchOf(events(1))));
    scene.scheduler.advance(5);
    const [sent] = scene.log.pending[0]!;
    scene.log.end('rejected');
    expect(await published).toBe('ingest/log-unavailable');
    for (const delayMs of [100, 200]) {
      await settle();
      scene.scheduler.advance(delayMs);
      await settle();
      expect(scene.log.pending).toEqual([[sent]]);
      scene.log.end('rejected');
    }
    await settle();
    scene.scheduler.advance(400);
    await settle();
    scene.log.end('acknowledged');
    expect(scene.log.landed[0]).toEqual([sent]);
    await settle();
    const next = publisher.publish(batchOf(events(1)));
    scene.scheduler.advance(5);
    expect(scene.pending()[0]?.mark).toEqual({ gatewayId: 'gw', sequence: 2, ackedThrough: 1 });
    scene.log.end('acknowledged');
    await next;
  });

  it('fails only the publications in it', async () => {
    scene = new PublisherScene(2);
    const publisher = scene.createPublisher();
    const subjects = ['s-0', 's-1', 's-2', 's-3', 's-4', 's-5'];
    const of = (partition: number) =>
      subjects.find((subject) => partitionOf('acme', subject, 2) === partition)!;
    const lost = codeOf(publisher.publish(batchOf(events(1, { subject: of(0) }))));
    const both = codeOf(
      publisher.publish(
        batchOf([...events(1, { subject: of(0) }), ...events(1, { subject: of(1) })]),
      ),
    );
    const kept = codeOf(publisher.publish(batchOf(events(1, { subject: of(1) }))));
    scene.scheduler.advance(5);
    const failing = scene.log.pending.findIndex(([record]) => record!.partition === 0);
    scene.log.end('rejected', failing);
    scene.log.end('acknowledged');
    expect(await Promise.all([lost, both, kept])).toEqual([
      'ingest/log-unavailable',
      'ingest/log-unavailable',
      'published',
    ]);
  });

  it('makes the gateway refuse new events until the log works again', async () => {
    const publisher = scene.createPublisher({ repeatDelayMinMs: 100 });
    const failed = codeOf(publisher.publish(batchOf(events(1))));
    scene.scheduler.advance(5);
    scene.log.end('rejected');
    await failed;
    await settle();
    expect(await codeOf(publisher.publish(batchOf(events(1))))).toBe('ingest/log-unavailable');
    expect(scene.log.pending).toHaveLength(0);
    scene.scheduler.advance(100);
    scene.log.acknowledgeAll();
    await settle();
    const next = codeOf(publisher.publish(batchOf(events(1))));
    scene.scheduler.advance(5);
    expect(await next).toBe('published');
  });

  it('begins a new numbering when the log refuses the record for good', async () => {
    const publisher = scene.createPublisher();
    const failed = codeOf(publisher.publish(batchOf(events(1))));
    scene.scheduler.advance(5);
    scene.log.end('refused-for-good');
    expect(await failed).toBe('ingest/log-unavailable');
    await settle();
    void publisher.publish(batchOf(events(1)));
    scene.scheduler.advance(5);
    expect(scene.pending()[0]?.mark).toEqual({ gatewayId: 'gw.1', sequence: 1, ackedThrough: 0 });
  });

  it('does not hide that an envelope cannot be sealed', async () => {
    const publisher = new BatchingEventPublisher({
      gatewayId: 'gw',
      log: scene.log,
      seal: () => {
        throw new Error('no seal');
      },
      metrics: createMetrics({ processMetrics: false }),
      logger: silentLogger,
      scheduler: scene.scheduler,
    });
    const published = codeOf(publisher.publish(batchOf(events(1))));
    scene.scheduler.advance(5);
    expect(await published).toBe('ingest/log-unavailable');
  });
});
