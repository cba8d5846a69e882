import { describe, expect, it } from 'vitest';
import { FaultyAppend, GatewayUnderTest } from '../fakes/gateway-under-test.ts';
import { event } from '../fakes/sent-events.ts';

describe('a log that fails', () => {
  it('answers 503 with Retry-After, and the same events sent again are kept', async () => {
    let faulty: FaultyAppend | undefined;
    const failing = await GatewayUnderTest.start({
      through: (log) => (faulty = new FaultyAppend(log)),
      limits: { repeatDelayMinMs: 1 },
    });
    faulty!.failures = 1;
    faulty!.failuresLand = true;
    const one = event();
    const answer = await failing.postJson(one);
    expect(answer).toMatchObject({ status: 503, json: { code: 'ingest/log-unavailable' } });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(JSON.stringify(answer.json)).not.toContain('voice');
    let again = await failing.postJson(one);
    while (again.status === 503) again = await failing.postJson(one);
    expect(again.json.accepted).toBe(1);
    const ids = (await failing.events()).map(({ id }) => id);
    expect(new Set(ids)).toEqual(new Set([one.id]));
    const { text } = await failing.metrics.expose();
    expect(text).toMatch(/tidemark_gateway_envelopes_total\{outcome="unknown"\} 1\n/);
    await failing.stop();
  });

  it('refuses requests at once while too much is in flight', async () => {
    const gate = Promise.withResolvers<undefined>();
    const entered = Promise.withResolvers<undefined>();
    const busy = await GatewayUnderTest.start({
      limits: { bytesInFlightMax: 10, lingerIdleMs: 0 },
      through: (log) => {
        const faulty = new FaultyAppend(log);
        faulty.hold(gate.promise);
        return {
          partitionCount: log.partitionCount,
          append: (records) => {
            entered.resolve(undefined);
            return faulty.append(records);
          },
        };
      },
    });
    const first = busy.postJson(event());
    await entered.promise;
    const refused = await busy.postJson(event());
    expect(refused).toMatchObject({ status: 503, json: { code: 'ingest/overloaded' } });
    expect(refused.headers.get('retry-after')).toBe('1');
    gate.resolve(undefined);
    expect((await first).status).toBe(200);
    await busy.stop();
  });

  it('stops in the middle of requests without losing what it acknowledged', async () => {
    const gate = Promise.withResolvers<undefined>();
    const entered = Promise.withResolvers<undefined>();
    const stopping = await GatewayUnderTest.start({
      limits: { lingerIdleMs: 0 },
      through: (log) => {
        const faulty = new FaultyAppend(log);
        faulty.hold(gate.promise);
        return {
          partitionCount: log.partitionCount,
          append: (records) => {
            entered.resolve(undefined);
            return faulty.append(records);
          },
        };
      },
    });
    const events = Array.from({ length: 20 }, () => event());
    const running = Promise.all(events.map((each) => stopping.postJson(each)));
    await entered.promise;
    const stopped = stopping.publisher.stop(5000);
    const refused = await stopping.postJson(event());
    expect(refused).toMatchObject({ status: 503, json: { code: 'ingest/shutting-down' } });
    expect(refused.headers.get('connection')).toBe('close');
    gate.resolve(undefined);
    const answers = await running;
    expect(await stopped).toEqual({ kind: 'drained' });
    const acknowledged = events.filter((_, index) => answers[index]?.status === 200);
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(answers.every(({ status }) => status === 200 || status === 503)).toBe(true);
    const ids = new Set((await stopping.events()).map(({ id }) => id));
    expect(acknowledged.filter(({ id }) => !ids.has(id))).toEqual([]);
    await stopping.stop();
  });
});
