import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ManualTimers } from '../test/fakes/manual-timers.ts';
import { MisbehavingServer } from '../test/fakes/misbehaving-server.ts';
import { TidemarkBufferFullError, TidemarkClosedError, createTidemark } from './index.ts';
import type { RetryNotice, Tidemark, TidemarkDeliveryError, TidemarkOptions } from './index.ts';

let server: MisbehavingServer;
let timers: ManualTimers;
let client: Tidemark | undefined;
let failures: TidemarkDeliveryError[];
let rejections: { id: string; code: string }[];
let retries: RetryNotice[];

beforeEach(async () => {
  server = await MisbehavingServer.start();
  timers = new ManualTimers();
  failures = [];
  rejections = [];
  retries = [];
});

afterEach(async () => {
  server.release();
  await client?.close({ timeoutMs: 0 });
  client = undefined;
  await server.stop();
});

/** A client whose retries are due at once, because its clock jumps to them. */
function connect(options: Partial<TidemarkOptions> = {}): Tidemark {
  client = createTidemark({
    url: server.url,
    apiKey: 'tm_test_key',
    source: 'edge-7',
    timers,
    onRejected: (event, code) => rejections.push({ id: event.id, code }),
    onError: (error) => failures.push(error),
    onRetry: (notice) => {
      retries.push(notice);
      timers.advance(notice.delayMs);
    },
    ...options,
  });
  return client;
}

const calls = (subject = 'acme') => ({ type: 'web.request', subject, data: { bytes: 203_023 } });

describe('delivery', () => {
  it.each(['columnar', 'json'] as const)('sends what was tracked as %s', async (format) => {
    const tidemark = connect({ format });
    const id = tidemark.track({ ...calls(), time: '2015-05-17T10:05:03.25Z' });
    expect(await tidemark.flush()).toEqual({ accepted: 1, rejected: 0, failed: 0, pending: 0 });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.authorization).toBe('Bearer tm_test_key');
    expect(server.requests[0]?.events).toEqual([
      {
        id,
        source: 'edge-7',
        type: 'web.request',
        subject: 'acme',
        time: '2015-05-17T10:05:03.25Z',
        data: { bytes: 203_023 },
      },
    ]);
  });

  it('fixes id, time and data at the call', async () => {
    const tidemark = connect();
    const event = calls();
    const id = tidemark.track(event);
    event.data.bytes = 7;
    timers.advance(200);
    await tidemark.flush();
    const seen = server.requests[0]?.events[0];
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(seen).toMatchObject({ id, time: '2026-01-31T12:00:00Z', data: { bytes: 203_023 } });
  });

  it('sends a batch when it is full, without waiting for its age', async () => {
    const tidemark = connect({ batchEventsMax: 3 });
    for (let count = 0; count < 7; count += 1) tidemark.track(calls());
    await tidemark.waitForRoom();
    await tidemark.flush();
    expect(server.requests.map(({ events }) => events.length).sort()).toEqual([1, 3, 3]);
  });

  it('sends a batch when its oldest event is old enough', async () => {
    const delivered = Promise.withResolvers<number>();
    const tidemark = connect({
      batchAgeMs: 100,
      onDelivered: ({ accepted }) => delivered.resolve(accepted),
    });
    tidemark.track(calls());
    await Promise.resolve();
    timers.advance(99);
    expect(tidemark.buffered.events).toBe(1);
    expect(server.requests).toHaveLength(0);
    timers.advance(1);
    expect(await delivered.promise).toBe(1);
  });

  it('keeps no more requests in flight than it may', async () => {
    server.plan({ kind: 'hold' }, { kind: 'hold' });
    const tidemark = connect({ batchEventsMax: 1, concurrency: 1 });
    for (let count = 0; count < 2; count += 1) tidemark.track(calls());
    const flushed = tidemark.flush();
    await server.held();
    expect(server.requests).toHaveLength(1);
    server.release();
    await server.held();
    server.release();
    expect((await flushed).accepted).toBe(2);
  });

  it('asks for backfill and keeps the path of the url', async () => {
    const tidemark = connect({ url: `${server.url}/metering/`, backfill: true });
    tidemark.track(calls());
    await tidemark.flush();
    expect(server.requests[0]?.url).toBe('/metering/v1/events?backfill=true');
  });

  it('falls back to JSON for events of very many different properties', async () => {
    const tidemark = connect();
    for (let event = 0; event < 20; event += 1) {
      const names = Array.from({ length: 100 }, (_, index) => [`p${event}-${index}`, 1] as const);
      tidemark.track({ ...calls(), data: Object.fromEntries(names) });
    }
    expect((await tidemark.flush()).accepted).toBe(20);
    expect(server.requests[0]?.contentType).toBe('application/json');
  });
});

describe('a server that misbehaves', () => {
  const troubles = {
    'answers 500': { kind: 'answer', status: 500 },
    'answers 503 with garbage': { kind: 'answer', status: 503, body: '<html>' },
    'answers 429 with Retry-After': {
      kind: 'answer',
      status: 429,
      headers: { 'retry-after': '7' },
    },
    'answers 408': { kind: 'answer', status: 408 },
    'drops the answer after storing': { kind: 'store-and-drop' },
    'answers garbage after storing': { kind: 'store-and-answer', body: '{"accepted":' },
    'answers another count': { kind: 'store-and-answer', body: '{"accepted":1,"rejected":[]}' },
    'rejects what was not sent': {
      kind: 'store-and-answer',
      body: '{"accepted":2,"rejected":[{"index":9,"id":"x","code":"c","message":"m"}]}',
    },
  } as const;

  it.each(Object.entries(troubles))('loses nothing and keeps the ids: %s', async (_, trouble) => {
    server.plan(trouble, trouble);
    const tidemark = connect();
    const ids = [1, 2, 3].map(() => tidemark.track(calls()));
    expect(await tidemark.flush()).toEqual({ accepted: 3, rejected: 0, failed: 0, pending: 0 });
    expect([...server.stored.values()].map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(server.requests).toHaveLength(3);
    expect(server.requests[1]?.events).toEqual(server.requests[0]?.events);
    expect(server.requests[2]?.events).toEqual(server.requests[0]?.events);
    expect(retries.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(failures).toEqual([]);
  });

  it('waits at least as long as Retry-After says, with every batch', async () => {
    server.plan({ kind: 'answer', status: 429, headers: { 'retry-after': '7' } });
    const tidemark = connect({ batchEventsMax: 1, concurrency: 1 });
    const before = timers.now();
    tidemark.track(calls());
    tidemark.track(calls());
    await tidemark.flush();
    expect(retries[0]).toMatchObject({ status: 429, events: 1 });
    expect(timers.now() - before).toBeGreaterThanOrEqual(7000);
  });

  it('gives a request up that is not answered in time, and sends it again', async () => {
    server.plan({ kind: 'hold' });
    const tidemark = connect({ requestTimeoutMs: 1000 });
    tidemark.track(calls());
    const flushed = tidemark.flush();
    await server.held();
    timers.advance(1000);
    expect((await flushed).accepted).toBe(1);
    expect(retries[0]?.code).toBe('sdk/timeout');
    server.release();
    expect(server.stored.size).toBe(1);
  });

  it('goes on when the server comes back from nowhere', async () => {
    const unreachable = 'http://127.0.0.1:1';
    let attempts = 0;
    const tidemark = connect({
      fetch: (url, init) => {
        attempts += 1;
        return fetch(attempts < 3 ? unreachable : url, init);
      },
    });
    tidemark.track(calls());
    expect((await tidemark.flush()).accepted).toBe(1);
    expect(retries.map(({ code }) => code)).toEqual(['sdk/network', 'sdk/network']);
  });

  it('hands events over when it gives up, and says so', async () => {
    const unavailable = { kind: 'answer', status: 503 } as const;
    server.plan(unavailable, unavailable, unavailable, unavailable);
    // Waits of 100, 200 and 400 ms fit; the next of 800 ms does not.
    const tidemark = connect({ giveUpAfterMs: 1000 });
    const id = tidemark.track(calls());
    expect(await tidemark.flush()).toEqual({ accepted: 0, rejected: 0, failed: 1, pending: 0 });
    expect(failures[0]).toMatchObject({ code: 'sdk/status-503', status: 503 });
    expect(tidemark.buffered).toEqual({ events: 0, bytes: 0 });
    const [handedOver] = failures[0]!.events;
    expect(tidemark.track(handedOver!)).toBe(id);
    expect((await tidemark.flush()).accepted).toBe(1);
    expect([...server.stored.values()]).toEqual([handedOver]);
  });

  it.each([400, 401, 403, 404, 415, 422])(
    'does not repeat what is refused with %i',
    async (status) => {
      const body = JSON.stringify({ code: 'ingest/some-code', detail: 'No.' });
      server.plan({ kind: 'answer', status, body });
      const tidemark = connect();
      const id = tidemark.track(calls());
      expect((await tidemark.flush()).failed).toBe(1);
      expect(server.requests).toHaveLength(1);
      expect(failures[0]).toMatchObject({ code: 'ingest/some-code', message: 'No.', status });
      expect(failures[0]?.events.map((event) => event.id)).toEqual([id]);
    },
  );

  it('does not follow a redirect', async () => {
    server.plan({ kind: 'answer', status: 302, headers: { location: '/elsewhere' } });
    const tidemark = connect();
    tidemark.track(calls());
    expect((await tidemark.flush()).failed).toBe(1);
    expect(failures[0]?.code).toBe('sdk/redirected');
  });

  it('splits a batch that is too large', async () => {
    server.plan(
      { kind: 'answer', status: 413 },
      { kind: 'accept' },
      { kind: 'answer', status: 413 },
    );
    const tidemark = connect();
    const ids = [1, 2, 3, 4].map(() => tidemark.track(calls()));
    expect((await tidemark.flush()).accepted).toBe(4);
    expect(server.requests.map(({ events }) => events.length)).toEqual([4, 2, 2, 1, 1]);
    expect([...server.stored.values()].map(({ id }) => id)).toEqual(ids);
  });

  it('hands a single event over that is too large', async () => {
    server.plan({ kind: 'answer', status: 413 });
    const tidemark = connect();
    tidemark.track(calls());
    expect((await tidemark.flush()).failed).toBe(1);
    expect(failures[0]?.status).toBe(413);
  });

  it('tells of each rejected event, and counts the others as accepted', async () => {
    server.plan({ kind: 'reject', indices: [1], code: 'ingest/event-too-old' });
    const tidemark = connect();
    const ids = [1, 2, 3].map(() => tidemark.track(calls()));
    expect(await tidemark.flush()).toEqual({ accepted: 2, rejected: 1, failed: 0, pending: 0 });
    expect(rejections).toEqual([{ id: ids[1], code: 'ingest/event-too-old' }]);
  });
});

describe('the buffer', () => {
  it('refuses events beyond its bound and takes them again once there is room', async () => {
    server.plan({ kind: 'hold' });
    const tidemark = connect({ bufferEventsMax: 2 });
    tidemark.track(calls());
    tidemark.track(calls());
    expect(() => tidemark.track(calls())).toThrow(TidemarkBufferFullError);
    const flushed = tidemark.flush();
    await server.held();
    const room = tidemark.waitForRoom();
    server.release();
    await room;
    tidemark.track(calls());
    await flushed;
    expect((await tidemark.flush()).accepted).toBe(1);
    expect(server.stored.size).toBe(3);
  });

  it('is bounded in bytes too', () => {
    const tidemark = connect({ bufferBytesMax: 2048 });
    const large = { ...calls(), data: { text: 'x'.repeat(1500) } };
    tidemark.track(large);
    expect(() => tidemark.track(large)).toThrow(TidemarkBufferFullError);
  });

  it('counts only the events tracked before the flush', async () => {
    const tidemark = connect({ batchEventsMax: 1, concurrency: 1 });
    server.plan({ kind: 'hold' });
    tidemark.track(calls());
    const first = tidemark.flush();
    await server.held();
    tidemark.track(calls());
    server.release();
    expect((await first).accepted).toBe(1);
    expect((await tidemark.flush()).accepted).toBe(1);
  });

  it('flushes at once when it is empty', async () => {
    expect(await connect().flush()).toEqual({ accepted: 0, rejected: 0, failed: 0, pending: 0 });
  });

  it('says what is pending when a flush runs out of time', async () => {
    server.plan({ kind: 'hold' });
    const tidemark = connect();
    tidemark.track(calls());
    const flushed = tidemark.flush({ timeoutMs: 500 });
    await server.held();
    timers.advance(500);
    expect(await flushed).toEqual({ accepted: 0, rejected: 0, failed: 0, pending: 1 });
    expect(tidemark.buffered.events).toBe(1);
  });

  it('survives a listener that throws, and prints its error', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const tidemark = connect({
      onDelivered: () => {
        throw new Error('listener');
      },
    });
    tidemark.track(calls());
    expect((await tidemark.flush()).accepted).toBe(1);
    tidemark.track(calls());
    expect((await tidemark.flush()).accepted).toBe(1);
    expect(printed).toHaveBeenCalledTimes(2);
    printed.mockRestore();
  });
});

describe('close', () => {
  it('sends what waits and refuses what comes later', async () => {
    const tidemark = connect();
    tidemark.track(calls());
    const closed = tidemark.close();
    expect(() => tidemark.track(calls())).toThrow(TidemarkClosedError);
    expect((await closed).accepted).toBe(1);
    expect(await tidemark.close()).toEqual(await closed);
    expect(timers.waiting).toBe(0);
  });

  it('hands over what has no verdict at the deadline', async () => {
    server.plan({ kind: 'hold' }, { kind: 'hold' });
    const tidemark = connect({ batchEventsMax: 1, concurrency: 1 });
    const ids = [1, 2].map(() => tidemark.track(calls()));
    const closed = tidemark.close({ timeoutMs: 1000 });
    await server.held();
    timers.advance(1000);
    expect(await closed).toEqual({ accepted: 0, rejected: 0, failed: 2, pending: 0 });
    expect(failures.map(({ code }) => code)).toEqual([
      'sdk/closed-undelivered',
      'sdk/closed-undelivered',
    ]);
    expect(failures.flatMap(({ events }) => events.map(({ id }) => id))).toEqual(ids);
  });

  it('ends a wait for a retry at the deadline', async () => {
    server.plan({ kind: 'answer', status: 503 });
    const waiting = Promise.withResolvers<undefined>();
    const tidemark = connect({ onRetry: () => waiting.resolve(undefined) });
    tidemark.track(calls());
    const closed = tidemark.close({ timeoutMs: 50 });
    await waiting.promise;
    timers.advance(50);
    expect((await closed).failed).toBe(1);
    expect(timers.waiting).toBe(0);
  });
});
