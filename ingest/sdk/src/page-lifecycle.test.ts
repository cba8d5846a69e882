import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ManualTimers } from '../test/fakes/manual-timers.ts';
import { createTidemark } from './index.ts';
import type { FetchLike } from './index.ts';

type Init = Parameters<FetchLike>[1];

/** The part of a page that the client listens to. */
class FakePage extends EventTarget {
  visibilityState: 'visible' | 'hidden' = 'visible';

  hide(): void {
    this.visibilityState = 'hidden';
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

let page: FakePage;
let window: EventTarget;
let sent: Init[];

beforeEach(() => {
  page = new FakePage();
  window = new EventTarget();
  sent = [];
  vi.stubGlobal('document', page);
  vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
  vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window));
});

afterEach(() => {
  vi.unstubAllGlobals();
});

function connect() {
  return createTidemark({
    url: 'https://metering.example.com',
    apiKey: 'key',
    source: 'page',
    format: 'json',
    timers: new ManualTimers(),
    fetch: (_url, init) => {
      sent.push(init);
      const accepted = (JSON.parse(new TextDecoder().decode(init.body as Uint8Array)) as []).length;
      return Promise.resolve({
        status: 200,
        headers: { get: () => null },
        text: () => Promise.resolve(JSON.stringify({ accepted, rejected: [] })),
      });
    },
  });
}

/** Requests start in microtasks, which still run when a page goes away. */
const microtasks = () => new Promise((resolve) => setImmediate(resolve));

describe('in a page', () => {
  it('sends what waits in a request that outlives the page', async () => {
    const tidemark = connect();
    tidemark.track({ type: 't', subject: 's' });
    page.hide();
    await microtasks();
    expect(sent.map(({ keepalive }) => keepalive)).toEqual([true]);
    expect(tidemark.buffered.events).toBe(0);
    tidemark.track({ type: 't', subject: 's' });
    window.dispatchEvent(new Event('pagehide'));
    await microtasks();
    expect(sent).toHaveLength(2);
    await tidemark.close();
  });

  it('stays below what browsers allow such requests', async () => {
    const tidemark = connect();
    for (let count = 0; count < 100; count += 1) {
      tidemark.track({ type: 't', subject: 's', data: { text: 'x'.repeat(2000) } });
    }
    page.hide();
    await microtasks();
    expect(sent.length).toBeGreaterThan(1);
    for (const { body } of sent) expect(body.length).toBeLessThanOrEqual(64 * 1024);
  });

  it('sends normally when the page only lives on', async () => {
    const tidemark = connect();
    tidemark.track({ type: 't', subject: 's' });
    await tidemark.flush();
    expect(sent.map(({ keepalive }) => keepalive)).toEqual([undefined]);
  });

  it('stops listening when it is closed', async () => {
    const removed = vi.spyOn(page, 'removeEventListener');
    await connect().close();
    expect(removed).toHaveBeenCalledOnce();
  });
});
