/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-assignment -- answers are looked at as the JSON that they are */
import { expect, test } from 'vitest';
import type { Caller } from '../support/api-server.ts';
import { useApi } from '../support/api-suite.ts';
import { closeOfDrafts } from '../support/close-of-drafts.ts';
import { describeDatabases } from '../support/databases.ts';
import { customer, meter, plan } from '../support/sample-catalog.ts';

describeDatabases('credits', (database) => {
  const suite = useApi(database);

  async function newTenant(): Promise<{ caller: Caller; tenant: string }> {
    const { caller, key: tenant } = await suite.newTenant();
    await caller.post('/v1/catalog/apply', {
      meters: [meter],
      plans: [plan],
      coupons: [{ key: 'dollar', amount: '1', currency: 'USD' }],
      customers: [customer, { key: 'plain' }],
      subscriptions: [{ customer: 'acme', plan: 'web', startsAt: '2015-05-01T00:00:00Z' }],
    });
    return { caller, tenant };
  }

  const close = (tenant: string, through: string, dryRun = false) =>
    closeOfDrafts(suite.server().api.controlPlane, tenant, through, dryRun);
  const grants = '/v1/customers/acme/grants';
  const balanceOf = async (caller: Caller): Promise<unknown> =>
    (await caller.get('/v1/customers/acme/balance')).body.balances;

  test('a grant is alive from its start up to its expiry', async () => {
    const { caller } = await newTenant();
    const granted = await caller.post(grants, { amount: '12.5', name: 'Welcome' });
    expect(granted.status).toBe(201);
    expect(granted.body).toMatchObject({
      customer: 'acme',
      name: 'Welcome',
      amount: '12.50',
      balance: '12.50',
      currency: 'USD',
      priority: 100,
      expiresAt: null,
    });
    await caller.post(grants, { amount: '3', currency: 'EUR' });
    await caller.post(grants, { amount: '9', startsAt: '2100-01-01T00:00:00Z' });
    await caller.post(grants, {
      amount: '9',
      startsAt: '2020-01-01T00:00:00Z',
      expiresAt: '2021-01-01T00:00:00Z',
    });
    expect(await balanceOf(caller)).toEqual({ EUR: '3.00', USD: '12.50' });
    expect((await caller.get(grants)).body.data).toHaveLength(4);
    for (const bad of [
      { amount: '0' },
      { amount: '-1' },
      { amount: '0.001' },
      { amount: '1', expiresAt: '2020-01-01T00:00:00Z' },
      { amount: '1', refill: {} },
    ]) {
      expect((await caller.post(grants, bad)).status).toBe(422);
    }
    const plain = await caller.post('/v1/customers/plain/grants', { amount: '1' });
    expect(plain.body.code).toBe('api/currency-missing');
    expect((await caller.get('/v1/customers/nobody/balance')).status).toBe(404);
  });

  test('invoices burn grants after coupons, lower priority and earlier expiry first', async () => {
    const { caller, tenant } = await newTenant();
    await caller.post('/v1/customers/acme/coupons', { coupon: 'dollar' });
    const late = await caller.post(grants, { amount: '2', expiresAt: '2101-01-01T00:00:00Z' });
    const early = await caller.post(grants, { amount: '2', expiresAt: '2100-01-01T00:00:00Z' });
    const first = await caller.post(grants, { amount: '1', name: 'First', priority: 1 });
    const never = await caller.post(grants, { amount: '100' });
    const dry = await close(tenant, '2015-07-01T00:00:00Z', true);
    expect(dry.totals).toEqual({ USD: '0.00' });
    expect(await balanceOf(caller)).toEqual({ USD: '105.00' });

    await close(tenant, '2015-06-01T00:00:00Z');
    const [invoice] = (await caller.get('/v1/invoices')).body.data as {
      id: string;
      lines: object[];
    }[];
    expect(invoice).toMatchObject({
      subtotal: '7.00',
      discountTotal: '1.00',
      creditTotal: '6.00',
      total: '0.00',
      amountDue: '0.00',
    });
    expect(invoice?.lines.slice(1)).toMatchObject([
      { kind: 'discount', amount: '-1.00' },
      { kind: 'credit', description: 'First', amount: '-1.00' },
      { kind: 'credit', amount: '-2.00' },
      { kind: 'credit', amount: '-2.00' },
      { kind: 'credit', amount: '-1.00' },
    ]);
    expect(await balanceOf(caller)).toEqual({ USD: '99.00' });
    const ledger = (await caller.get('/v1/customers/acme/ledger')).body.data as object[];
    expect(ledger.slice(4)).toMatchObject(
      [first, early, late, never].map(({ body }) => ({
        kind: 'use',
        grant: body.id,
        invoice: invoice?.id,
        debit: 'invoices',
        credit: 'balance',
      })),
    );
  });

  test('a void invoice gives its credit back, once', async () => {
    const { caller, tenant } = await newTenant();
    await caller.post(grants, { amount: '5' });
    await close(tenant, '2015-06-01T00:00:00Z');
    expect(await balanceOf(caller)).toEqual({ USD: '0.00' });
    const [invoice] = (await caller.get('/v1/invoices')).body.data;
    expect((await caller.post(`/v1/invoices/${invoice.id}/void`)).status).toBe(200);
    expect(await balanceOf(caller)).toEqual({ USD: '5.00' });
    expect((await caller.post(`/v1/invoices/${invoice.id}/void`)).status).toBe(409);
    expect(await balanceOf(caller)).toEqual({ USD: '5.00' });
    const kinds = (await caller.get('/v1/customers/acme/ledger')).body.data as { kind: string }[];
    expect(kinds.map(({ kind }) => kind)).toEqual(['grant', 'use', 'release']);
  });

  test('a hold sets credit aside; captured in part, the rest goes back', async () => {
    const { caller, tenant } = await newTenant();
    const holds = '/v1/customers/acme/holds';
    await caller.post(grants, { amount: '4', priority: 1 });
    await caller.post(grants, { amount: '6' });
    const held = await caller.post(holds, { amount: '7', description: 'a long job' });
    expect(held.status).toBe(201);
    expect(held.body).toMatchObject({ amount: '7.00', captured: '0.00', state: 'held' });
    expect(await balanceOf(caller)).toEqual({ USD: '3.00' });
    expect((await caller.post(holds, { amount: '3.01' })).body.code).toBe(
      'api/credit-insufficient',
    );
    const path = `${holds}/${held.body.id}`;
    expect((await caller.post(`${path}/capture`, { amount: '7.01' })).body.code).toBe(
      'api/exceeds-hold',
    );
    const captured = await caller.post(`${path}/capture`, { amount: '5' });
    expect(captured.body).toMatchObject({ state: 'captured', captured: '5.00' });
    expect(await balanceOf(caller)).toEqual({ USD: '5.00' });
    expect((await caller.post(`${path}/release`)).body.code).toBe('api/hold-settled');

    const other = await caller.post(holds, { amount: '5' });
    // What is held is not there for invoices.
    const dry = await close(tenant, '2015-06-01T00:00:00Z', true);
    expect(dry.totals).toEqual({ USD: '7.00' });
    const released = await caller.post(`${holds}/${other.body.id}/release`);
    expect(released.body).toMatchObject({ state: 'released', captured: '0.00' });
    expect(await balanceOf(caller)).toEqual({ USD: '5.00' });
    expect((await caller.post(`${holds}/ch_none/release`)).status).toBe(404);
    expect((await caller.get(holds)).body.data).toHaveLength(2);
    const ledger = (await caller.get('/v1/customers/acme/ledger')).body.data as {
      kind: string;
      amount: string;
      debit: string;
      credit: string;
    }[];
    const held4 = { debit: 'held', credit: 'balance' };
    expect(ledger.slice(2, 7)).toMatchObject([
      { kind: 'hold', amount: '4.00', ...held4 },
      { kind: 'hold', amount: '3.00', ...held4 },
      { kind: 'capture', amount: '4.00', debit: 'captured', credit: 'held' },
      { kind: 'capture', amount: '1.00', debit: 'captured', credit: 'held' },
      { kind: 'hold_release', amount: '2.00', debit: 'balance', credit: 'held' },
    ]);
  });

  test('closing again burns nothing twice', async () => {
    const { caller, tenant } = await newTenant();
    await caller.post(grants, { amount: '20' });
    await close(tenant, '2015-06-01T00:00:00Z');
    await close(tenant, '2015-06-01T00:00:00Z');
    expect(await balanceOf(caller)).toEqual({ USD: '13.00' });
    await close(tenant, '2015-07-01T00:00:00Z');
    expect(await balanceOf(caller)).toEqual({ USD: '6.00' });
  });
});
