/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call -- answers are looked at as the JSON that they are */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi } from '../support/api-server.ts';
import type { Answer, ApiServer, Caller } from '../support/api-server.ts';
import { describeDatabases } from '../support/databases.ts';
import { customer, meter, plan } from '../support/sample-catalog.ts';

interface Change {
  readonly kind: string;
  readonly key: string;
  readonly action: string;
}

describeDatabases('catalog files', (database) => {
  let api: ApiServer;
  let operator: Caller;
  let tenants = 0;

  beforeAll(async () => {
    api = await startApi(database());
    operator = api.as((await api.controlPlane.bootstrap()) ?? '');
  });
  afterAll(() => api.stop());

  async function newTenant(): Promise<Caller> {
    tenants += 1;
    const answer = await operator.post('/v1/tenants', { key: `files-${tenants}` });
    return api.as(answer.body.adminKey as string);
  }

  const file = {
    meters: [meter],
    plans: [plan],
    customers: [customer],
    subscriptions: [
      { customer: 'acme', plan: 'web', startsAt: '2015-05-01T00:00:00Z', anchor: 'calendar' },
    ],
    coupons: [],
  };
  const actionsOf = (answer: Answer): string[] =>
    (answer.body.changes as Change[]).map(({ kind, key, action }) => `${action} ${kind} ${key}`);

  test('applying twice leaves everything unchanged', async () => {
    const tenant = await newTenant();
    const dry = await tenant.post('/v1/catalog/apply', { ...file, dryRun: true });
    const created = [
      'create meter api-calls',
      'create plan web',
      'create customer acme',
      'create subscription acme/web',
    ];
    expect(dry.body.dryRun).toBe(true);
    expect(actionsOf(dry)).toEqual(created);
    expect((await tenant.get('/v1/meters')).body.data).toEqual([]);
    const first = await tenant.post('/v1/catalog/apply', file);
    expect(first.status).toBe(200);
    expect(actionsOf(first)).toEqual(created);
    const again = await tenant.post('/v1/catalog/apply', file);
    expect(again.body.changes.map(({ action }: Change) => action)).toEqual(
      Array(4).fill('unchanged'),
    );
    expect((await tenant.get('/v1/subscriptions')).body.data).toHaveLength(1);
    expect((await tenant.get('/v1/plans/web')).body.version).toBe(1);
  });

  test('a change becomes a new version, and all of a file shares one epoch', async () => {
    const tenant = await newTenant();
    await tenant.post('/v1/catalog/apply', file);
    const changed = {
      ...file,
      meters: [{ ...meter, dimensions: ['kind', 'region'] }],
      plans: [{ ...plan, minimum: '9.00' }],
      customers: [{ key: 'acme', name: 'Acme Ltd' }],
    };
    const answer = await tenant.post('/v1/catalog/apply', changed);
    expect(actionsOf(answer)).toEqual([
      'update meter api-calls',
      'update plan web',
      'update customer acme',
      'unchanged subscription acme/web',
    ]);
    expect((await tenant.get('/v1/plans/web')).body).toMatchObject({ version: 2, minimum: '9.00' });
    expect((await tenant.get('/v1/plans/web?version=1')).body.minimum).toBe('5.00');
    expect((await tenant.get('/v1/meters/api-calls')).body.version).toBe(2);
    // The meter is on bills: its new version counts from now on.
    expect((await tenant.get('/v1/meters/api-calls')).body.effectiveFrom).not.toBeNull();
    expect((await tenant.get('/v1/customers/acme')).body).toMatchObject({
      name: 'Acme Ltd',
      timeZone: 'Europe/Berlin',
    });
    expect((await tenant.get('/v1/subscriptions')).body.data[0].planVersion).toBe(1);
    const epochs = await database().query<{ epoch: number; changes: number }>(
      'select epoch, count(*) as changes from catalog_changes where tenant = $1 group by epoch order by epoch',
      [`files-${tenants}`],
    );
    expect(epochs.map(({ changes }) => changes)).toEqual([3, 2]);
  });

  test('a file with one bad object changes nothing and names its place', async () => {
    const tenant = await newTenant();
    const bad = {
      ...file,
      subscriptions: [...file.subscriptions, { customer: 'nobody', plan: 'web' }],
    };
    const answer = await tenant.post('/v1/catalog/apply', bad);
    expect(answer.body).toMatchObject({
      status: 422,
      code: 'api/unknown-customer',
      errors: [{ path: 'subscriptions[1].customer' }],
    });
    expect((await tenant.get('/v1/customers')).body.data).toEqual([]);
    const price = { ...plan, charges: [{ ...plan.charges[0], meter: 'nope' }] };
    const plans = await tenant.post('/v1/catalog/apply', { ...file, plans: [price] });
    expect(plans.body.errors[0].path).toBe('plans[0].charges[0].meter');
    const twice = await tenant.post('/v1/catalog/apply', {
      ...file,
      customers: [customer, customer],
    });
    expect(twice.body).toMatchObject({ status: 422, code: 'api/duplicate-key' });
    const coupon = { key: 'tiny', amount: '0.001', currency: 'USD' };
    const fine = await tenant.post('/v1/catalog/apply', { ...file, coupons: [coupon] });
    expect(fine.body).toMatchObject({ status: 422, code: 'api/amount-too-fine' });
    expect(fine.body.errors[0].path).toBe('coupons[0].amount');
  });

  test('two files at once go one after the other', async () => {
    const tenant = await newTenant();
    const answers = await Promise.all([
      tenant.post('/v1/catalog/apply', file),
      tenant.post('/v1/catalog/apply', file),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const created = answers.filter(({ body }) => body.changes[0].action === 'create');
    expect(created).toHaveLength(1);
    expect((await tenant.get('/v1/subscriptions')).body.data).toHaveLength(1);
  });

  test('two thousand customers and subscriptions are one command', async () => {
    const tenant = await newTenant();
    const keys = Array.from({ length: 2000 }, (_, index) => `c${index}`);
    const answer = await tenant.post('/v1/catalog/apply', {
      ...file,
      customers: keys.map((key) => ({ ...customer, key })),
      subscriptions: keys.map((key) => ({ ...file.subscriptions[0], customer: key })),
    });
    expect(answer.status).toBe(200);
    expect(answer.body.changes).toHaveLength(4002);
    const page = await tenant.get('/v1/subscriptions?limit=500');
    expect(page.body.data).toHaveLength(500);
    expect(page.body.nextCursor).not.toBeNull();
  });
});
