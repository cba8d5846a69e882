/** The client against the gateway over a log that fails and lands as it likes: what was tracked is there, as it was. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTidemark } from '../../sdk/src/index.ts';
import { FaultyAppend, GatewayUnderTest, nowText } from '../fakes/gateway-under-test.ts';

describe('from the SDK into the log', () => {
  it.each(['columnar', 'json'] as const)('delivers %s through failing appends', async (format) => {
    let faulty: FaultyAppend | undefined;
    const gateway = await GatewayUnderTest.start({
      through: (log) => (faulty = new FaultyAppend(log)),
      limits: { repeatDelayMinMs: 1, repeatDelayMaxMs: 2 },
    });
    faulty!.failures = 3;
    faulty!.failuresLand = true;
    let retries = 0;
    const tidemark = createTidemark({
      url: gateway.url,
      apiKey: 'live-key',
      source: 'test',
      format,
      batchEventsMax: 300,
      retryDelayMinMs: 1,
      retryDelayMaxMs: 5,
      onRetry: () => (retries += 1),
      // Retry-After of whole seconds would only make the test wait.
      timers: {
        now: () => Date.now(),
        random: () => 0.5,
        schedule: (delayMs, callback) => {
          const handle = setTimeout(callback, delayMs >= 5000 ? delayMs : Math.min(delayMs, 2));
          return () => {
            clearTimeout(handle);
          };
        },
      },
    });
    const tracked = new Map<string, number>();
    for (let value = 0; value < 3000; value += 1) {
      const event = {
        type: 'web.request',
        subject: `s-${value % 7}`,
        time: nowText,
        data: { value },
      };
      tracked.set(tidemark.track(event), value);
    }
    expect(await tidemark.close({ timeoutMs: 60_000 })).toEqual({
      accepted: 3000,
      rejected: 0,
      failed: 0,
      pending: 0,
    });
    expect(retries).toBeGreaterThan(0);
    const stored = new Map((await gateway.events()).map(({ id, data }) => [id, data['value']]));
    expect(stored).toEqual(tracked);
    await gateway.stop();
  });

  it('carries every value as it is, in both formats', async () => {
    const gateway = await GatewayUnderTest.start();
    // Names that no property may have are refused by the client; that has a test of its own.
    const names = fc
      .string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
      .filter((name) => !['__proto__', 'constructor', 'prototype'].includes(name));
    const values = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.string({ unit: 'grapheme' }),
        fc.maxSafeInteger(),
        fc.double({ noNaN: true, min: -1e15, max: 1e15 }),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(names, tie('value'), { maxKeys: 3 }),
      ),
    })).value;
    const data = fc.dictionary(names, values, { maxKeys: 5, noNullPrototype: true });
    await fc.assert(
      fc.asyncProperty(fc.array(data, { minLength: 1, maxLength: 20 }), async (list) => {
        const sent = JSON.parse(JSON.stringify(list)) as typeof list;
        for (const format of ['columnar', 'json'] as const) {
          const tidemark = createTidemark({
            url: gateway.url,
            apiKey: 'other-key',
            source: format,
            format,
          });
          const ids = list.map((each) =>
            tidemark.track({
              type: 't',
              subject: 's',
              time: nowText,
              data: each as Record<string, string>,
            }),
          );
          const result = await tidemark.close();
          expect(result).toEqual({ accepted: list.length, rejected: 0, failed: 0, pending: 0 });
          const stored = new Map((await gateway.events()).map((event) => [event.id, event.data]));
          expect(ids.map((id) => stored.get(id))).toEqual(sent);
        }
      }),
      { numRuns: 15 },
    );
    await gateway.stop();
  });
});
