/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call -- answers are looked at as the JSON that they are */
import { expect, test } from 'vitest';
import { useApi } from '../support/api-suite.ts';
import { describeDatabases } from '../support/databases.ts';
import { customer, meter, plan } from '../support/sample-catalog.ts';

describeDatabases('REST API', (database) => {
  const suite = useApi(database);

  test('the first start gives an admin key once', async () => {
    const { api, adminKey, operator } = suite.server();
    expect(adminKey).toMatch(/^tm_live_/);
    expect(await api.controlPlane.bootstrap()).toBeNull();
    const answer = await operator.get('/v1/tenants');
    expect(answer.body.data.map(({ key }: { key: string }) => key)).toContain('default');
  });

  test('no key, a wrong key and a key without the scope are refused with problems', async () => {
    const { api, adminKey } = suite.server();
    const none = await api.call('GET', '/v1/meters');
    expect(none.status).toBe(401);
    expect(none.headers.get('content-type')).toContain('application/problem+json');
    expect(none.headers.get('www-authenticate')).toBe('Bearer');
    expect(none.body).toMatchObject({ status: 401, code: 'api/key-rejected', errors: [] });
    expect(none.body.requestId).toBeTypeOf('string');
    const wrong = await api.as(`${adminKey.slice(0, -1)}!`).get('/v1/meters');
    expect(wrong.status).toBe(401);
    const { caller: tenant } = await suite.newTenant();
    const made = await tenant.post('/v1/api-keys', { scopes: ['ingest'] });
    const ingest = api.as(made.body.key as string);
    expect((await ingest.get('/v1/meters')).status).toBe(403);
    expect((await ingest.get('/v1/meters')).body.code).toBe('api/scope-missing');
  });

  test('a key is shown once, can be rotated with overlap and revoked at once', async () => {
    const { api } = suite.server();
    const { caller: tenant } = await suite.newTenant();
    const made = await tenant.post('/v1/api-keys', { name: 'ci', scopes: ['read'], mode: 'test' });
    expect(made.status).toBe(201);
    expect(made.body.key).toMatch(/^tm_test_/);
    const listed = await tenant.get('/v1/api-keys');
    expect(JSON.stringify(listed.body)).not.toContain(made.body.key);
    const old = api.as(made.body.key as string);
    expect((await old.get('/v1/meters')).status).toBe(200);

    const rotated = await tenant.post(`/v1/api-keys/${made.body.id}/rotate`, {
      overlapSeconds: 3600,
    });
    expect(rotated.status).toBe(201);
    expect(rotated.body.scopes).toEqual(['read']);
    const fresh = api.as(rotated.body.key as string);
    expect((await old.get('/v1/meters')).status).toBe(200);
    expect((await fresh.get('/v1/meters')).status).toBe(200);
    expect((await tenant.post(`/v1/api-keys/${made.body.id}/rotate`)).status).toBe(409);

    expect((await tenant.post(`/v1/api-keys/${made.body.id}/revoke`)).status).toBe(200);
    expect((await old.get('/v1/meters')).status).toBe(401);
    expect(
      (await tenant.post(`/v1/api-keys/${rotated.body.id}/rotate`, { overlapSeconds: 0 })).status,
    ).toBe(201);
    expect((await fresh.get('/v1/meters')).status).toBe(401);
  });

  test('a meter is created, changed by a version, and deleted while no plan uses it', async () => {
    const { caller: tenant } = await suite.newTenant();
    const created = await tenant.post('/v1/meters', meter);
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ ...meter, version: 1, effectiveFrom: null });
    expect((await tenant.post('/v1/meters', meter)).status).toBe(409);
    const patched = await tenant.patch('/v1/meters/api-calls', { dimensions: ['kind', 'region'] });
    expect(patched.body).toMatchObject({
      version: 2,
      effectiveFrom: null,
      dimensions: ['kind', 'region'],
    });
    expect((await tenant.post('/v1/plans', plan)).status).toBe(201);
    const used = await tenant.patch('/v1/meters/api-calls', { dimensions: ['kind'] });
    expect(used.body.version).toBe(3);
    expect(used.body.effectiveFrom).not.toBeNull();
    const early = await tenant.patch('/v1/meters/api-calls', {
      dimensions: [],
      effectiveFrom: '2001-01-01T00:00:00Z',
    });
    expect(early.status).toBe(422);
    expect((await tenant.delete('/v1/meters/api-calls')).status).toBe(409);
    await tenant.post('/v1/meters', { ...meter, key: 'spare' });
    expect((await tenant.delete('/v1/meters/spare')).status).toBe(204);
    expect((await tenant.get('/v1/meters/spare')).status).toBe(404);
    expect((await tenant.post('/v1/meters', { ...meter, key: 'spare' })).body.version).toBe(3);
  });

  test('the gateway knows at once what living meters ask of the values of an event', async () => {
    const { api } = suite.server();
    const { key, caller: tenant } = await suite.newTenant();
    const asked = () => {
      const { numbers, operations } = api.controlPlane.eventTypeRules.valueRules(key, 'desk.seat');
      return { numbers: [...numbers].sort(), operations: [...operations].sort() };
    };
    const seat = { eventType: 'desk.seat', aggregation: 'unique_count', property: 'seat' };
    const time = { eventType: 'desk.seat', aggregation: 'sum', property: 'seconds + idle' };
    await tenant.post('/v1/meters', { ...time, key: 'time' });
    expect(asked()).toEqual({ numbers: ['idle', 'seconds'], operations: [] });
    await tenant.post('/v1/meters', { ...seat, key: 'seats' });
    await tenant.post('/v1/meters', { ...seat, key: 'users', property: 'user' });
    expect(asked()).toEqual({ numbers: ['idle', 'seconds'], operations: ['add', 'remove'] });
    await tenant.delete('/v1/meters/seats');
    await tenant.delete('/v1/meters/time');
    expect(asked()).toEqual({ numbers: [], operations: ['add', 'remove'] });
    const price = { model: 'dynamic', currency: 'EUR', amountProperty: 'cost' };
    const charges = [{ key: 'costs', meter: 'users', price }];
    await tenant.post('/v1/plans', {
      key: 'costs',
      name: 'Costs',
      currency: 'EUR',
      cadence: 'month',
      charges,
    });
    expect(asked()).toEqual({ numbers: ['cost'], operations: ['add', 'remove'] });
  });

  test('a meter or plan that the rating rules refuse is 422 with code and path', async () => {
    const { caller: tenant } = await suite.newTenant();
    const bad = await tenant.post('/v1/meters', { ...meter, aggregation: 'mean' });
    expect(bad.status).toBe(422);
    expect(bad.body).toMatchObject({
      code: 'rater/unknown-aggregation',
      errors: [{ path: 'aggregation' }],
    });
    const unknown = await tenant.post('/v1/plans', plan);
    expect(unknown.body).toMatchObject({
      status: 422,
      code: 'api/unknown-meter',
      errors: [{ path: 'charges[0].meter' }],
    });
    await tenant.post('/v1/meters', meter);
    const [charge] = plan.charges;
    const bounded = {
      ...charge,
      price: { ...charge!.price, tiers: [{ upTo: '1', unitAmount: '1' }] },
    };
    const tiers = await tenant.post('/v1/plans', { ...plan, charges: [bounded] });
    expect(tiers.body).toMatchObject({ status: 422, code: 'rater/no-open-ended-tier' });
    expect(tiers.body.errors[0].path).toContain('charges[0].price.tiers');
    const euro = await tenant.post('/v1/plans', { ...plan, currency: 'EUR' });
    expect(euro.body).toMatchObject({ status: 422, code: 'api/currency-differs' });
  });

  test('unknown fields, unknown parameters and unreadable bodies are refused', async () => {
    const { api } = suite.server();
    const { caller: tenant } = await suite.newTenant();
    const field = await tenant.post('/v1/customers', { ...customer, colour: 'red' });
    expect(field.status).toBe(422);
    expect(field.body.errors).toEqual([{ path: 'colour', message: 'is not known here' }]);
    const parameter = await tenant.get('/v1/customers?color=red');
    expect(parameter.status).toBe(400);
    expect(parameter.body.errors).toEqual([{ path: 'color', message: 'is not known here' }]);
    for (const list of ['invoices', 'events']) {
      const range = 'from=2015-06-01T00:00:00Z&to=2015-05-01T00:00:00Z';
      expect((await tenant.get(`/v1/${list}?${range}`)).body.code).toBe('api/range-empty');
    }
    expect((await tenant.get('/v1/customers?limit=0')).status).toBe(400);
    expect((await tenant.get('/v1/customers?limit=501')).status).toBe(400);
    expect((await tenant.get('/v1/customers?limit=1.5')).status).toBe(400);
    const key = (await tenant.post('/v1/api-keys', { scopes: ['billing'] })).body.key as string;
    const unreadable = await api.call('POST', '/v1/customers', { key, text: '{"key":' });
    expect(unreadable.status).toBe(400);
    const twice = await api.call('POST', '/v1/customers', { key, text: '{"key":"a","key":"b"}' });
    expect(twice.status).toBe(400);
    const type = await api.call('POST', '/v1/customers', {
      key,
      text: 'x',
      headers: { 'content-type': 'text/plain' },
    });
    expect(type.status).toBe(415);
    expect((await api.call('PUT', '/v1/customers', { key })).status).toBe(405);
    for (const bad of ['', '-a', 'a b', 'a/b', 'ä', 'a'.repeat(129)]) {
      expect((await tenant.post('/v1/customers', { key: bad })).status).toBe(422);
    }
    expect((await tenant.post('/v1/customers', { key: 'z', timeZone: 'Mars/Base' })).status).toBe(
      422,
    );
  });

  test('text that no store can keep is refused, in a body and in an address', async () => {
    const { api } = suite.server();
    const { caller: tenant } = await suite.newTenant();
    const key = (await tenant.post('/v1/api-keys', { scopes: ['billing'] })).body.key as string;
    for (const text of ['"a\\u0000"', '"\\ud800"']) {
      const body = `{"key":"c","name":${text}}`;
      const answer = await api.call('POST', '/v1/customers', { key, text: body });
      expect(answer.body).toMatchObject({ status: 400, errors: [{ path: 'name' }] });
    }
    const reads = ['customers', 'meters', 'plans', 'subscriptions', 'invoices', 'period-closes'];
    for (const read of reads) {
      expect((await tenant.get(`/v1/${read}/%00`)).body).toMatchObject({
        status: 400,
        code: 'platform/url-unreadable',
      });
    }
  });

  test('metadata is any JSON, currencies are those that exist', async () => {
    const { caller: tenant } = await suite.newTenant();
    const metadata = { contract: { signed: true, pages: [1, 2] }, note: null };
    const created = await tenant.post('/v1/customers', { key: 'c', metadata });
    expect(created.body.metadata).toEqual(metadata);
    const large = { key: 'd', metadata: { text: 'x'.repeat(20_000) } };
    expect((await tenant.post('/v1/customers', large)).status).toBe(422);
    expect((await tenant.post('/v1/customers', { key: 'd', currency: 'ZZZ' })).status).toBe(422);
  });

  test('lists go page by page in stable order, and refuse a foreign cursor', async () => {
    const { caller: tenant } = await suite.newTenant();
    for (const key of ['c3', 'c1', 'c2']) await tenant.post('/v1/customers', { key });
    const first = await tenant.get('/v1/customers?limit=2');
    expect(first.body.data.map(({ key }: { key: string }) => key)).toEqual(['c1', 'c2']);
    const second = await tenant.get(`/v1/customers?limit=2&cursor=${first.body.nextCursor}`);
    expect(second.body.data.map(({ key }: { key: string }) => key)).toEqual(['c3']);
    expect(second.body.nextCursor).toBeNull();
    const { caller: other } = await suite.newTenant();
    for (const path of [
      '/v1/customers?cursor=nonsense',
      `/v1/meters?cursor=${first.body.nextCursor}`,
    ]) {
      const answer = await tenant.get(path);
      expect(answer.status).toBe(400);
      expect(answer.body.code).toBe('api/cursor-foreign');
    }
    expect((await other.get(`/v1/customers?cursor=${first.body.nextCursor}`)).status).toBe(400);
  });

  test('an Idempotency-Key answers a repeat with the stored answer and refuses another body', async () => {
    const { caller: tenant } = await suite.newTenant();
    const headers = { 'idempotency-key': 'k-1' };
    const first = await tenant.post('/v1/customers', customer, headers);
    const again = await tenant.post('/v1/customers', customer, headers);
    expect(again.status).toBe(201);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect((await tenant.post('/v1/customers', { key: 'other' }, headers)).status).toBe(422);
    expect((await tenant.get('/v1/customers')).body.data).toHaveLength(1);
    // A refused command may be tried again with the same key once its cause is gone.
    const plans = { 'idempotency-key': 'k-2' };
    expect((await tenant.post('/v1/plans', plan, plans)).status).toBe(422);
    await tenant.post('/v1/meters', meter);
    expect((await tenant.post('/v1/plans', plan, plans)).status).toBe(201);
    // The secret of a key is not kept.
    const keys = { 'idempotency-key': 'k-3' };
    const made = await tenant.post('/v1/api-keys', { scopes: ['read'] }, keys);
    const replayed = await tenant.post('/v1/api-keys', { scopes: ['read'] }, keys);
    expect(made.body.key).toBeTypeOf('string');
    expect(replayed.body).toEqual({ ...made.body, key: null });
  });

  test('times need a zone and at most six decimals of a second', async () => {
    const { api } = suite.server();
    const { caller: tenant } = await suite.newTenant();
    for (const through of [
      '2015-06-01',
      '2015-06-01T00:00:00',
      '2015-06-01T00:00:60Z',
      '2015-06-01T00:00:00.0000001Z',
    ]) {
      expect((await tenant.post('/v1/period-closes', { through })).status).toBe(422);
      expect((await tenant.get(`/v1/invoices?from=${through}`)).status).toBe(400);
    }
    const usage = '/v1/usage?meter=m&from=2015-05-01T00:00:00%2B02:00&to=2015-06-01T00:00:00Z';
    expect(
      (await tenant.get(`${usage}&filter[kind]=image&filter[kind]=page&groupBy=kind`)).status,
    ).toBe(200);
    expect(api.reads.usageQuestions.at(-1)).toMatchObject({
      from: Date.UTC(2015, 3, 30, 22) * 1000,
      filter: { kind: ['image', 'page'] },
      groupBy: ['kind'],
    });
    expect((await tenant.get(`${usage}&colour=red`)).status).toBe(400);
    expect((await tenant.get(`${usage}&window=minute`)).status).toBe(400);
  });

  test('a close is a job that is poked and can be read', async () => {
    const { api } = suite.server();
    const { caller: tenant } = await suite.newTenant();
    const before = api.pokes.count;
    const made = await tenant.post('/v1/period-closes', { through: '2015-06-01T00:00:00Z' });
    expect(made.status).toBe(202);
    expect(made.body).toMatchObject({
      through: '2015-06-01T00:00:00Z',
      status: 'queued',
      subscriptionsDone: 0,
      subscriptionsTotal: 0,
      invoices: 0,
      halted: [],
      totals: {},
    });
    expect(api.pokes.count).toBe(before + 1);
    const again = await tenant.post('/v1/period-closes', { through: '2015-06-01T00:00:00Z' });
    expect(again.body.id).toBe(made.body.id);
    expect((await tenant.get(`/v1/period-closes/${made.body.id}`)).body).toEqual(made.body);
    const unknown = await tenant.post('/v1/period-closes', {
      through: '2015-06-01T00:00:00Z',
      customers: ['x'],
    });
    expect(unknown.status).toBe(422);
  });

  test('a price can be tried out; a case that is not valid says why', async () => {
    const { caller: tenant } = await suite.newTenant();
    const price = {
      model: 'volume',
      currency: 'USD',
      tiers: [
        { upTo: '500', unitAmount: '0.03' },
        { upTo: '1000', unitAmount: '0.02' },
        { upTo: null, unitAmount: '0.01' },
      ],
    };
    const good = await tenant.post('/v1/pricing/preview', {
      id: 'c1',
      charge: { price },
      quantity: '700',
    });
    expect(good.status).toBe(200);
    expect(good.body).toMatchObject({
      id: 'c1',
      amount: '14.00',
      exactAmount: '14',
      currency: 'USD',
    });
    const bad = await tenant.post('/v1/pricing/preview', {
      id: 'c2',
      charge: { price: { ...price, tiers: [] } },
      quantity: '1',
    });
    expect(bad.status).toBe(422);
    expect(bad.headers.get('content-type')).toContain('application/problem+json');
    expect(bad.body).toMatchObject({
      id: 'c2',
      code: bad.body.error.code,
      error: { path: expect.any(String) },
    });
  });

  test('the OpenAPI document is 3.1 and has every call', async () => {
    const { api } = suite.server();
    const { body, status } = await api.call('GET', '/openapi.json');
    expect(status).toBe(200);
    expect(body.openapi).toBe('3.1.0');
    expect(
      body.paths['/v1/meters'].post.requestBody.content['application/json'].schema.required,
    ).toContain('eventType');
    expect(body.paths['/v1/events'].post).toBeDefined();
    expect(body.paths['/v1/subscriptions/{id}/cancel'].post).toBeDefined();
  });

  test("only the operator's tenant manages tenants", async () => {
    const { api, operator } = suite.server();
    const { key, caller: tenant } = await suite.newTenant();
    expect((await tenant.post('/v1/tenants', { key: 'mine' })).status).toBe(403);
    expect((await tenant.get('/v1/tenants')).status).toBe(403);
    expect((await operator.post('/v1/tenants', { key: 'default' })).status).toBe(409);
    expect((await operator.post('/v1/tenants', { key: 'Upper' })).status).toBe(422);
    const patched = await tenant.patch(`/v1/tenants/${key}`, {
      acceptanceWindow: { pastSeconds: 60, futureSeconds: 1 },
    });
    expect(patched.body.acceptanceWindow).toEqual({ pastSeconds: 60, futureSeconds: 1 });
    expect(api.controlPlane.eventTypeRules.acceptanceWindow(key)).toEqual({
      past: 60_000_000,
      future: 1_000_000,
    });
  });
});
