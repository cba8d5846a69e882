/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-assignment -- answers are looked at as the JSON that they are */
import { expect, test } from 'vitest';
import type { Caller } from '../support/api-server.ts';
import { useApi } from '../support/api-suite.ts';
import { closeOfDrafts } from '../support/close-of-drafts.ts';
import { describeDatabases } from '../support/databases.ts';
import { customer, meter, plan } from '../support/sample-catalog.ts';

describeDatabases('commands on invoices', (database) => {
  const suite = useApi(database);

  /** A tenant with one invoice of 7.00 USD. */
  async function billed(policies = {}): Promise<{ caller: Caller; tenant: string; path: string }> {
    const { caller, key: tenant } = await suite.newTenant();
    await caller.patch(`/v1/tenants/${tenant}`, { policies });
    await caller.post('/v1/catalog/apply', {
      meters: [meter],
      plans: [plan],
      customers: [customer],
      subscriptions: [{ customer: 'acme', plan: 'web', startsAt: '2015-05-01T00:00:00Z' }],
    });
    await closeOfDrafts(suite.server().api.controlPlane, tenant, '2015-06-01T00:00:00Z');
    const { body } = await caller.get('/v1/invoices');
    return { caller, tenant, path: `/v1/invoices/${body.data[0].id}` };
  }

  async function topicsOf(tenant: string): Promise<string[]> {
    const rows = await database().query<{ topic: string }>(
      'select topic from outbox where tenant = $1 order by message',
      [tenant],
    );
    return rows.map(({ topic }) => topic);
  }

  test('a draft is finalized once, and due the payment term after that', async () => {
    const { caller, path, tenant } = await billed({ gracePeriodDays: 3, paymentTermDays: 14 });
    expect((await caller.get(path)).body).toMatchObject({ status: 'draft', issuedAt: null });
    expect((await caller.post(`${path}/credit-notes`, { amount: '1' })).body).toMatchObject({
      status: 409,
      code: 'api/invoice-not-issued',
    });
    const { body, status } = await caller.post(`${path}/finalize`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'issued', total: '7.00' });
    const days = (Date.parse(String(body.dueAt)) - Date.parse(String(body.issuedAt))) / 86_400_000;
    expect(days).toBe(14);
    expect((await caller.post(`${path}/finalize`)).body.code).toBe('api/invoice-not-draft');
    expect(await topicsOf(tenant)).toEqual(['invoice.drafted', 'invoice.issued']);
  });

  test('a void invoice stays, and no longer counts for its close', async () => {
    const { caller, path, tenant } = await billed();
    expect((await caller.post(`${path}/void`, {})).body.status).toBe('void');
    expect((await caller.post(`${path}/void`)).body.code).toBe('api/invoice-not-open');
    expect((await caller.get('/v1/invoices?status=void')).body.data).toHaveLength(1);
    const [close] = (await caller.get('/v1/period-closes')).body.data;
    expect(close).toMatchObject({ invoices: 0, totals: {} });
    expect(await topicsOf(tenant)).toEqual(['invoice.issued', 'invoice.voided']);
  });

  test('credit notes never give back more than the invoice', async () => {
    const { caller, path, tenant } = await billed();
    const first = await caller.post(`${path}/credit-notes`, { amount: '5.50', reason: 'outage' });
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({ amount: '5.50', currency: 'USD', reason: 'outage' });
    expect(first.body.number).toMatch(/^CN-\d{4}-000001$/);
    const second = await caller.post(`${path}/credit-notes`, { amount: '5' });
    expect(second.body).toMatchObject({ amount: '1.50', reason: null });
    expect((await caller.post(`${path}/credit-notes`, { amount: '0.01' })).body.code).toBe(
      'api/nothing-to-credit',
    );
    expect((await caller.post(`${path}/credit-notes`, { amount: '0.001' })).body.code).toBe(
      'api/amount-too-fine',
    );
    expect((await caller.post(`${path}/credit-notes`, { amount: '-1' })).status).toBe(422);
    const listed = (await caller.get(`${path}/credit-notes`)).body.data;
    expect(listed).toEqual([first.body, second.body]);
    // The invoice itself never changes, and cannot be taken back under its notes.
    expect((await caller.get(path)).body).toMatchObject({ status: 'issued', amountDue: '7.00' });
    expect((await caller.post(`${path}/void`)).body.code).toBe('api/invoice-credited');
    expect((await topicsOf(tenant)).slice(-2)).toEqual([
      'credit_note.issued',
      'credit_note.issued',
    ]);
  });

  test('a repeated credit note with one Idempotency-Key is one', async () => {
    const { caller, path } = await billed();
    const headers = { 'idempotency-key': 'note-1' };
    const first = await caller.post(`${path}/credit-notes`, { amount: '2' }, headers);
    const again = await caller.post(`${path}/credit-notes`, { amount: '2' }, headers);
    expect(again.body).toEqual(first.body);
    expect((await caller.get(`${path}/credit-notes`)).body.data).toHaveLength(1);
  });
});
