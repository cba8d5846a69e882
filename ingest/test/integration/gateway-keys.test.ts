import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewayUnderTest } from '../fakes/gateway-under-test.ts';
import { event } from '../fakes/sent-events.ts';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
});

afterAll(async () => {
  await gateway.stop();
});

describe('keys and parameters', () => {
  it.each(['', 'unknown-key'])('refuses key %j', async (key) => {
    const answer = await gateway.postJson(event(), { key });
    expect(answer).toMatchObject({ status: 401, json: { code: 'ingest/unauthorized' } });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('refuses a key without the scope', async () => {
    expect((await gateway.postJson(event(), { key: 'read-key' })).status).toBe(403);
    expect((await gateway.postJson(event(), { query: '?backfill=true' })).status).toBe(403);
    expect((await gateway.postJson(event(), { key: 'billing-key' })).status).toBe(403);
  });

  it('takes old events as backfill, marked in the log', async () => {
    const old = event({ time: '2015-05-17T10:05:03Z' });
    const given = { key: 'billing-key', query: '?backfill=true' };
    expect((await gateway.postJson(old, given)).json.accepted).toBe(1);
    const marks = (await gateway.envelopes()).flatMap(({ columns, backfill }) =>
      columns.id.kind === 'text' && columns.id.values.includes(old.id) ? [backfill] : [],
    );
    expect(marks).toEqual([true]);
  });

  it.each(['?backfill=1', '?backfill=true&backfill=true', '?fast=true', '?__proto__=1'])(
    'refuses the query %s',
    async (query) => {
      const answer = await gateway.postJson(event(), { query, key: 'billing-key' });
      expect(answer).toMatchObject({ status: 400, json: { code: 'ingest/invalid-parameter' } });
    },
  );

  it("takes an event's tenant from the key", async () => {
    const one = event({ tenant: 'acme' });
    await gateway.postJson(one, { key: 'other-key' });
    const stored = (await gateway.events()).find(({ id }) => id === one.id);
    expect(stored?.tenant).toBe('umbrella');
  });
});
