import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { mendRequestQueue } from './mend-request-queue.ts';
import type { PendingRequests } from './mend-request-queue.ts';

type Queue = PendingRequests & { scheduleCheckPendingRequests(): void; pending: unknown[] };
type QueueClass = new (options: object) => Queue;

const load = createRequire(import.meta.url);
const path = load.resolve('kafkajs/src/network/requestQueue/index.js');

/** A class of its own, so that the test sees the defect although another test has mended the shared one. */
function loadFresh(): QueueClass {
  const shared = load.cache[path];
  Reflect.deleteProperty(load.cache, path);
  const fresh = load(path) as QueueClass;
  if (shared !== undefined) load.cache[path] = shared;
  return fresh;
}

function createQueue(Class: QueueClass): Queue {
  return new Class({ maxInFlightRequests: null, clientId: 'test', broker: 'b', logger: console });
}

describe('the request queue of kafkajs', () => {
  const delays: number[] = [];
  beforeEach(() => {
    delays.length = 0;
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((_run: () => void, delay: number) => {
      delays.push(delay);
      return 1 as unknown as NodeJS.Timeout;
    }) as never);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('plans in the past when it is not mended: the defect is still there', () => {
    createQueue(loadFresh()).scheduleCheckPendingRequests();
    expect(delays).toHaveLength(1);
    expect(delays[0]).toBeLessThan(0);
  });

  it('plans nothing while nothing waits, once mended', () => {
    mendRequestQueue();
    createQueue(load(path) as QueueClass).scheduleCheckPendingRequests();
    expect(delays).toEqual([]);
  });

  it('looks again soon at what waits, once mended', () => {
    mendRequestQueue();
    const queue = createQueue(load(path) as QueueClass);
    queue.pending.push({});
    queue.scheduleCheckPendingRequests();
    queue.scheduleCheckPendingRequests();
    expect(delays).toEqual([10]);
  });
});
