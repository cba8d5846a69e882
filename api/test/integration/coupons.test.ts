/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call -- answers are looked at as the JSON that they are */
import { expect, test } from 'vitest';
import type { Caller } from '../support/api-server.ts';
import { useApi } from '../support/api-suite.ts';
import { closeOfDrafts } from '../support/close-of-drafts.ts';
import { describeDatabases } from '../support/databases.ts';
import { customer, meter, plan } from '../support/sample-catalog.ts';

describeDatabases('coupons', (database) => {
  const suite = useApi(database);

  async function tenantWith(
    ...coupons: readonly object[]
  ): Promise<{ caller: Caller; tenant: string }> {
    const { caller, key: tenant } = await suite.newTenant();
    const applied = await caller.post('/v1/catalog/apply', {
      meters: [meter],
      plans: [plan],
      coupons,
      customers: [customer],
      subscriptions: [
        { customer: 'acme', plan: 'web', startsAt: '2015-05-01T00:00:00Z', anchor: 'anniversary' },
      ],
    });
    expect(applied.status).toBe(200);
    return { caller, tenant };
  }

  const close = (tenant: string, through: string, dryRun = false) =>
    closeOfDrafts(suite.server().api.controlPlane, tenant, through, dryRun);

  async function totals(caller: Caller, query = ''): Promise<string[]> {
    const { data } = (await caller.get(`/v1/invoices${query}`)).body as {
      data: { total: string }[];
    };
    return data.map(({ total }) => total);
  }

  test('a coupon is created, read and listed, and a bad one refused', async () => {
    const { caller } = await tenantWith();
    const created = await caller.post('/v1/coupons', { key: 'ten', percent: '10' });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      key: 'ten',
      name: 'ten',
      percent: '10',
      amount: null,
      duration: 'forever',
      charges: null,
    });
    expect((await caller.post('/v1/coupons', { key: 'ten', percent: '5' })).status).toBe(409);
    expect((await caller.get('/v1/coupons/ten')).body).toEqual(created.body);
    expect((await caller.get('/v1/coupons')).body.data).toEqual([created.body]);
    for (const bad of [
      {},
      { percent: '0' },
      { percent: '100.5' },
      { percent: '10', amount: '1', currency: 'USD' },
      { amount: '5' },
      { amount: '0.001', currency: 'USD' },
      { percent: '10', duration: { periods: 0 } },
      { percent: '10', colour: 'red' },
    ]) {
      expect((await caller.post('/v1/coupons', { key: 'bad', ...bad })).status).toBe(422);
    }
    expect((await caller.post('/v1/customers/acme/coupons', { coupon: 'nope' })).body.code).toBe(
      'api/unknown-coupon',
    );
    expect((await caller.post('/v1/customers/nobody/coupons', { coupon: 'ten' })).status).toBe(404);
  });

  test('coupons are taken off in the order in which they were given, each from what is left', async () => {
    const { caller, tenant } = await tenantWith(
      { key: 'two-dollars', name: 'Two dollars off', amount: '2.00', currency: 'USD' },
      { key: 'half', percent: '50' },
      { key: 'euros', amount: '2.00', currency: 'EUR' },
    );
    for (const coupon of ['two-dollars', 'half', 'euros']) {
      expect((await caller.post('/v1/customers/acme/coupons', { coupon })).status).toBe(201);
    }
    await close(tenant, '2015-06-01T00:00:00Z');
    const [invoice] = (await caller.get('/v1/invoices')).body.data;
    expect(invoice).toMatchObject({
      subtotal: '7.00',
      discountTotal: '4.50',
      total: '2.50',
      amountDue: '2.50',
    });
    expect(invoice.lines.slice(1)).toMatchObject([
      { id: '2', kind: 'discount', description: 'Two dollars off', amount: '-2.00' },
      { id: '3', kind: 'discount', description: 'half', amount: '-2.50', exactAmount: '-2.5' },
    ]);
    expect((await caller.get('/v1/customers/acme/coupons')).body.data).toMatchObject([
      { coupon: 'two-dollars', uses: 1 },
      { coupon: 'half', uses: 1 },
      { coupon: 'euros', uses: 0 },
    ]);
  });

  test('once, for two periods, and for named charges only', async () => {
    const { caller, tenant } = await tenantWith(
      { key: 'once', amount: '1', currency: 'USD', duration: 'once' },
      { key: 'twice', amount: '2', currency: 'USD', duration: { periods: 2 }, charges: ['calls'] },
      { key: 'others', percent: '100', charges: ['storage'] },
    );
    for (const coupon of ['once', 'twice', 'others']) {
      await caller.post('/v1/customers/acme/coupons', { coupon });
    }
    const dry = await close(tenant, '2015-08-01T00:00:00Z', true);
    expect(dry.totals).toEqual({ USD: '16.00' });
    await close(tenant, '2015-08-01T00:00:00Z');
    expect(await totals(caller)).toEqual(['4.00', '5.00', '7.00']);
  });

  test('a void invoice gives its coupon back', async () => {
    const { caller, tenant } = await tenantWith({ key: 'once', percent: '100', duration: 'once' });
    await caller.post('/v1/customers/acme/coupons', { coupon: 'once' });
    await close(tenant, '2015-06-01T00:00:00Z');
    const [first] = (await caller.get('/v1/invoices')).body.data;
    expect(first.total).toBe('0.00');
    await caller.post(`/v1/invoices/${first.id}/void`);
    await close(tenant, '2015-07-01T00:00:00Z');
    expect(await totals(caller, '?status=issued')).toEqual(['0.00']);
  });

  test('a catalog file brings coupons up to it', async () => {
    const { caller } = await tenantWith({ key: 'ten', percent: '10' });
    const file = { coupons: [{ key: 'ten', percent: '10' }] };
    expect((await caller.post('/v1/catalog/apply', file)).body.changes).toEqual([
      { kind: 'coupon', key: 'ten', action: 'unchanged' },
    ]);
    const changed = { coupons: [{ key: 'ten', percent: '10', duration: 'once' }] };
    expect((await caller.post('/v1/catalog/apply', changed)).body.changes).toEqual([
      { kind: 'coupon', key: 'ten', action: 'update' },
    ]);
    expect((await caller.get('/v1/coupons/ten')).body.duration).toBe('once');
  });
});
