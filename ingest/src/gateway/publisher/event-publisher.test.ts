import { createMetrics } from '@tidemark/platform/metrics';
import { beforeEach, describe, expect, it } from 'vitest';
import { ControlledLog } from '../../../test/fakes/controlled-log.ts';
import { ManualScheduler } from '../../../test/fakes/manual-scheduler.ts';
import { silentLogger } from '../../../test/fakes/silent-logger.ts';
import { ColumnsBuilder } from '../../contract/columns-builder.ts';
import { idAt } from '../../contract/canonical-data.ts';
import { batchLimits } from '../../contract/limits.ts';
import type { GatewayMark } from '../../contract/log-message.ts';
import { partitionOf } from '../../contract/partition.ts';
import type { AcceptedEvent } from '../../contract/usage-event.ts';
import type { LogAppend } from '../../log/event-log.ts';
import { BatchingEventPublisher } from './event-publisher.ts';
import type { PublisherLimits } from './event-publisher.ts';

interface FakeEnvelope {
  readonly ids: readonly string[];
  readonly backfill: boolean;
  readonly mark: GatewayMark;
}

let log: ControlledLog;
let scheduler: ManualScheduler;

beforeEach(() => {
  log = new ControlledLog();
  scheduler = new ManualScheduler();
});

function createPublisher(limits: Partial<PublisherLimits> = {}): BatchingEventPublisher {
  return new BatchingEventPublisher({
    gatewayId: 'gw',
    log,
    seal: (columns, { backfill, gateway }) => {
      const ids = Array.from({ length: columns.count }, (_, row) => idAt(columns, row));
      const envelope: FakeEnvelope = { ids, backfill, mark: gateway };
      return { value: new TextEncoder().encode(JSON.stringify(envelope)), headers: {} };
    },
    metrics: createMetrics({ processMetrics: false }),
    logger: silentLogger,
    limits: { lingerIdleMs: 5, lingerLoadedMs: 40, appendsInFlightMax: 2, ...limits },
    scheduler,
  });
}

let nextId = 0;

function events(count: number, given: Partial<AcceptedEvent> = {}): AcceptedEvent[] {
  return Array.from({ length: count }, () => ({
    tenant: 'acme',
    id: given.id ?? `e-${(nextId += 1)}`,
    source: 'test',
    type: 't',
    subject: given.subject ?? 's',
    time: 1_700_000_000_000_000,
    data: given.data ?? {},
  }));
}

const batchOf = (list: readonly AcceptedEvent[], backfill = false) =>
  ({ kind: 'events', events: list, backfill, bytes: list.length * 100 }) as const;

const read = ({ value }: LogAppend) => JSON.parse(new TextDecoder().decode(value)) as FakeEnvelope;
const pending = () => log.pending.map(([record]) => read(record!));
/** Lets promises that are settled already run their continuations. */
const settle = () => new Promise((resolve) => setImmediate(resolve));
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'published',
    (error: unknown) => (error as { code: string }).code,
  );

describe('batching', () => {
  it('gathers publications for the short linger while the gateway is idle', async () => {
    const publisher = createPublisher();
    const first = publisher.publish(batchOf(events(1)));
    scheduler.advance(3);
    const second = publisher.publish(batchOf(events(2)));
    expect(log.pending).toHaveLength(0);
    scheduler.advance(2);
    expect(pending().map(({ ids }) => ids.length)).toEqual([3]);
    log.end('acknowledged');
    await Promise.all([first, second]);
  });

  it('gathers for longer once several publications have met, though nothing is in flight', async () => {
    const publisher = createPublisher({ lingerBusyMs: 25, busyPublications: 3 });
    const published = [1, 2, 3].map(() => publisher.publish(batchOf(events(1))));
    scheduler.advance(24);
    published.push(publisher.publish(batchOf(events(2))));
    expect(log.pending).toHaveLength(0);
    scheduler.advance(1);
    expect(pending().map(({ ids }) => ids.length)).toEqual([5]);
    log.end('acknowledged');
    await Promise.all(published);
  });

  it('gathers while an append is in flight, and goes when it ends', async () => {
    const publisher = createPublisher();
    const first = publisher.publish(batchOf(events(1)));
    scheduler.advance(5);
    const second = publisher.publish(batchOf(events(1)));
    scheduler.advance(20);
    const third = publisher.publish(batchOf(events(1)));
    expect(log.pending).toHaveLength(1);
    log.end('acknowledged');
    await first;
    await settle();
    expect(pending().map(({ ids }) => ids.length)).toEqual([2]);
    log.end('acknowledged');
    await Promise.all([second, third]);
  });

  it('waits for an append in flight no longer than the long linger', () => {
    const publisher = createPublisher();
    void publisher.publish(batchOf(events(1)));
    scheduler.advance(5);
    void publisher.publish(batchOf(events(1)));
    scheduler.advance(39);
    expect(log.pending).toHaveLength(1);
    scheduler.advance(1);
    expect(log.pending).toHaveLength(2);
  });

  it('starts no more appends than it may', async () => {
    const publisher = createPublisher({ appendsInFlightMax: 2 });
    const published = [];
    for (let count = 0; count < 4; count += 1) {
      published.push(publisher.publish(batchOf(events(1))));
      scheduler.advance(50);
    }
    expect(log.pending).toHaveLength(2);
    log.acknowledgeAll();
    await Promise.all(published);
    expect(log.landed[0]!.map((record) => read(record).ids.length)).toEqual([1, 1, 2]);
  });

  it('cuts an envelope at the limit of events without waiting', async () => {
    const publisher = createPublisher();
    const published = publisher.publish(batchOf(events(batchLimits.envelopeEventsMax + 1)));
    expect(pending().map(({ ids }) => ids.length)).toEqual([batchLimits.envelopeEventsMax]);
    log.acknowledgeAll();
    scheduler.advance(50);
    await published;
    expect(log.landed[0]!.map((record) => read(record).ids.length)).toEqual([10_000, 1]);
  });

  it('cuts an envelope at the limit of bytes', async () => {
    const publisher = createPublisher({ appendsInFlightMax: 10 });
    const large = Array.from({ length: 10 }, (_, index) =>
      events(1, { data: { text: String(index).repeat(200_000) } }),
    ).flat();
    const published = publisher.publish(batchOf(large));
    log.acknowledgeAll();
    scheduler.advance(50);
    await published;
    const sizes = log.landed[0]!.map((record) => read(record).ids.length);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(10);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(3);
  });

  it('keeps live events and backfill apart', () => {
    const publisher = createPublisher();
    void publisher.publish(batchOf(events(1)));
    void publisher.publish(batchOf(events(2), true));
    scheduler.advance(5);
    expect(pending().map(({ ids, backfill }) => [ids.length, backfill])).toEqual([
      [1, false],
      [2, true],
    ]);
  });

  it('sends every event to the partition of its subject, and waits for all of them', async () => {
    log = new ControlledLog(4);
    const publisher = createPublisher();
    const spread = Array.from({ length: 40 }, (_, index) =>
      events(1, { subject: `s-${index}` }),
    ).flat();
    let done = false;
    const published = publisher.publish(batchOf(spread)).then(() => (done = true));
    scheduler.advance(5);
    expect(log.pending).toHaveLength(4);
    for (let count = 0; count < 3; count += 1) log.end('acknowledged');
    await settle();
    expect(done).toBe(false);
    log.end('acknowledged');
    await published;
    for (const [partition, records] of log.landed.entries()) {
      const expected = spread.filter(
        ({ subject }) => partitionOf('acme', subject, 4) === partition,
      );
      expect(records.flatMap((record) => read(record).ids)).toEqual(expected.map(({ id }) => id));
    }
  });

  it('publishes the chosen rows of columns', async () => {
    log = new ControlledLog(4);
    const publisher = createPublisher();
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
    log.acknowledgeAll();
    scheduler.advance(5);
    await published;
    for (const [partition, records] of log.landed.entries()) {
      const expected = [...rows]
        .map((row) => spread[row]!)
        .filter(({ subject }) => partitionOf('acme', subject, 4) === partition);
      expect(records.flatMap((record) => read(record).ids)).toEqual(expected.map(({ id }) => id));
    }
  });
});

describe('an append that fails', () => {
  it('is told as unknown, and the same record is repeated until the log has it', async () => {
    const publisher = createPublisher({ repeatDelayMinMs: 100 });
    const published = codeOf(publisher.publish(batchOf(events(1))));
    scheduler.advance(5);
    const [sent] = log.pending[0]!;
    log.end('rejected');
    expect(await published).toBe('ingest/log-unavailable');
    for (const delayMs of [100, 200]) {
      await settle();
      scheduler.advance(delayMs);
      await settle();
      expect(log.pending).toEqual([[sent]]);
      log.end('rejected');
    }
    await settle();
    scheduler.advance(400);
    await settle();
    log.end('acknowledged');
    expect(log.landed[0]).toEqual([sent]);
    await settle();
    const next = publisher.publish(batchOf(events(1)));
    scheduler.advance(5);
    expect(pending()[0]?.mark).toEqual({ gatewayId: 'gw', sequence: 2, ackedThrough: 1 });
    log.end('acknowledged');
    await next;
  });

  it('fails only the publications in it', async () => {
    log = new ControlledLog(2);
    const publisher = createPublisher();
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
    scheduler.advance(5);
    const failing = log.pending.findIndex(([record]) => record!.partition === 0);
    log.end('rejected', failing);
    log.end('acknowledged');
    expect(await Promise.all([lost, both, kept])).toEqual([
      'ingest/log-unavailable',
      'ingest/log-unavailable',
      'published',
    ]);
  });

  it('makes the gateway refuse new events until the log works again', async () => {
    const publisher = createPublisher({ repeatDelayMinMs: 100 });
    const failed = codeOf(publisher.publish(batchOf(events(1))));
    scheduler.advance(5);
    log.end('rejected');
    await failed;
    await settle();
    expect(await codeOf(publisher.publish(batchOf(events(1))))).toBe('ingest/log-unavailable');
    expect(log.pending).toHaveLength(0);
    scheduler.advance(100);
    log.acknowledgeAll();
    await settle();
    const next = codeOf(publisher.publish(batchOf(events(1))));
    scheduler.advance(5);
    expect(await next).toBe('published');
  });

  it('begins a new numbering when the log refuses the record for good', async () => {
    const publisher = createPublisher();
    const failed = codeOf(publisher.publish(batchOf(events(1))));
    scheduler.advance(5);
    log.end('refused-for-good');
    expect(await failed).toBe('ingest/log-unavailable');
    await settle();
    void publisher.publish(batchOf(events(1)));
    scheduler.advance(5);
    expect(pending()[0]?.mark).toEqual({ gatewayId: 'gw.1', sequence: 1, ackedThrough: 0 });
  });

  it('does not hide that an envelope cannot be sealed', async () => {
    const publisher = new BatchingEventPublisher({
      gatewayId: 'gw',
      log,
      seal: () => {
        throw new Error('no seal');
      },
      metrics: createMetrics({ processMetrics: false }),
      logger: silentLogger,
      scheduler,
    });
    const published = codeOf(publisher.publish(batchOf(events(1))));
    scheduler.advance(5);
    expect(await published).toBe('ingest/log-unavailable');
  });
});

describe('back-pressure', () => {
  it('refuses what would exceed the bytes in flight, and keeps nothing of it', async () => {
    const publisher = createPublisher({ bytesInFlightMax: 1000 });
    const first = publisher.publish({ ...batchOf(events(1)), bytes: 600 });
    expect(await codeOf(publisher.publish({ ...batchOf(events(1)), bytes: 600 }))).toBe(
      'ingest/overloaded',
    );
    scheduler.advance(5);
    expect(pending().map(({ ids }) => ids.length)).toEqual([1]);
    log.acknowledgeAll();
    await first;
    const later = publisher.publish({ ...batchOf(events(1)), bytes: 600 });
    scheduler.advance(5);
    await later;
  });

  it('says so before a body is read once the bound is reached', async () => {
    const publisher = createPublisher({ bytesInFlightMax: 1000 });
    expect(publisher.refusal()).toBeUndefined();
    const published = publisher.publish({ ...batchOf(events(1)), bytes: 5000 });
    expect(publisher.refusal()).toMatchObject({ code: 'ingest/overloaded', retryAfterSeconds: 1 });
    scheduler.advance(5);
    log.acknowledgeAll();
    await published;
    expect(publisher.refusal()).toBeUndefined();
  });

  it('bounds what waits for one partition', async () => {
    const publisher = createPublisher({ queuedBytesMax: 1, appendsInFlightMax: 1 });
    const first = publisher.publish(batchOf(events(1)));
    expect(await codeOf(publisher.publish(batchOf(events(1))))).toBe('ingest/overloaded');
    log.acknowledgeAll();
    scheduler.advance(5);
    await first;
  });

  it('answers in bounded time, and holds the bytes until the log settles', async () => {
    const publisher = createPublisher({ bytesInFlightMax: 1000, answerTimeoutMs: 2000 });
    const published = codeOf(publisher.publish({ ...batchOf(events(1)), bytes: 1000 }));
    scheduler.advance(2000);
    expect(await published).toBe('ingest/log-unavailable');
    expect(publisher.refusal()?.code).toBe('ingest/overloaded');
    log.end('acknowledged');
    await settle();
    expect(publisher.refusal()).toBeUndefined();
  });
});

describe('stop', () => {
  it('sends what waits at once, waits for the log and refuses what comes later', async () => {
    const publisher = createPublisher();
    const published = codeOf(publisher.publish(batchOf(events(3))));
    const stopped = publisher.stop(10_000);
    expect(publisher.isStopping).toBe(true);
    expect(publisher.refusal()?.code).toBe('ingest/shutting-down');
    expect(await codeOf(publisher.publish(batchOf(events(1))))).toBe('ingest/shutting-down');
    expect(log.pending).toHaveLength(1);
    log.end('acknowledged');
    expect(await published).toBe('published');
    expect(await stopped).toEqual({ kind: 'drained' });
    expect(publisher.stop(1)).toBe(publisher.stop(1));
  });

  it('answers the rest as unknown when the deadline passes', async () => {
    const publisher = createPublisher({ appendsInFlightMax: 1 });
    const inFlight = codeOf(publisher.publish(batchOf(events(1))));
    scheduler.advance(5);
    const waiting = codeOf(publisher.publish(batchOf(events(1))));
    const stopped = publisher.stop(1000);
    scheduler.advance(1000);
    expect(await stopped).toEqual({ kind: 'deadline-passed' });
    expect(await inFlight).toBe('ingest/log-unavailable');
    expect(await waiting).toBe('ingest/log-unavailable');
  });

  it('gives up repeating', async () => {
    const publisher = createPublisher({ repeatDelayMinMs: 100 });
    const failed = codeOf(publisher.publish(batchOf(events(1))));
    scheduler.advance(5);
    log.end('rejected');
    await failed;
    expect(await publisher.stop(1000)).toEqual({ kind: 'drained' });
    await settle();
    scheduler.advance(60_000);
    await settle();
    expect(log.pending).toHaveLength(0);
  });
});
