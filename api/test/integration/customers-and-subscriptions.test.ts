/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call -- answers are looked at as the JSON that they are */
import { parseInstant } from '@tidemark/platform/clock';
import { expect, test } from 'vitest';
import { useApi } from '../support/api-suite.ts';
import { describeDatabases } from '../support/databases.ts';
import { customer, meter, plan, planInAdvance } from '../support/sample-catalog.ts';

describeDatabases('customers and subscriptions', (database) => {
  const suite = useApi(database);

  test('customers are created, changed, and deleted while they have no subscription', async () => {
    const { caller: tenant } = await suite.newTenant();
    const created = await tenant.post('/v1/customers', { ...customer, metadata: { tier: 'gold' } });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      ...customer,
      state: 'active',
      parent: null,
      emails: [],
      metadata: { tier: 'gold' },
    });
    expect((await tenant.post('/v1/customers', customer)).status).toBe(409);
    const patched = await tenant.patch('/v1/customers/acme', {
      name: 'Acme Ltd',
      emails: ['a@acme.example'],
    });
    expect(patched.body).toMatchObject({
      name: 'Acme Ltd',
      emails: ['a@acme.example'],
      metadata: { tier: 'gold' },
    });
    const child = await tenant.post('/v1/customers', { key: 'acme-eu', parent: 'acme' });
    expect(child.status).toBe(201);
    expect((await tenant.patch('/v1/customers/acme', { parent: 'acme-eu' })).status).toBe(422);
    expect((await tenant.delete('/v1/customers/acme')).status).toBe(409);
    expect((await tenant.delete('/v1/customers/acme-eu')).status).toBe(204);
    expect((await tenant.delete('/v1/customers/acme')).status).toBe(204);
    expect((await tenant.get('/v1/customers/acme')).status).toBe(404);
  });

  test('a subscription has its periods, and one plan is live once a customer', async () => {
    const { caller: tenant } = await suite.newTenant();
    await tenant.post('/v1/meters', meter);
    await tenant.post('/v1/plans', planInAdvance);
    await tenant.post('/v1/customers', customer);
    const body = {
      customer: 'acme',
      plan: 'web-base',
      startsAt: '2015-05-01T02:00:00+02:00',
      anchor: 'calendar',
    };
    const created = await tenant.post('/v1/subscriptions', body);
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      customer: 'acme',
      plan: 'web-base',
      planVersion: 1,
      startsAt: '2015-05-01T00:00:00Z',
      endsAt: null,
      status: 'active',
      timeZone: 'Europe/Berlin',
    });
    expect(created.headers.get('tidemark-epoch-pending')).toBeNull();
    expect((await tenant.post('/v1/subscriptions', body)).status).toBe(409);
    const unknown = await tenant.post('/v1/subscriptions', { ...body, plan: 'nope' });
    expect(unknown.body).toMatchObject({ status: 422, code: 'api/unknown-plan' });
    await tenant.post('/v1/customers', { key: 'euro', currency: 'EUR' });
    const euro = await tenant.post('/v1/subscriptions', { ...body, customer: 'euro' });
    expect(euro.body).toMatchObject({ status: 422, code: 'api/currency-differs' });

    const id = created.body.id as string;
    const preview = await tenant.post(`/v1/subscriptions/${id}/cancel`, {
      effective: 'now',
      preview: true,
    });
    expect(preview.body.status).toBe('ended');
    expect((await tenant.get(`/v1/subscriptions/${id}`)).body.status).toBe('active');
    const cancelled = await tenant.post(`/v1/subscriptions/${id}/cancel`);
    expect(cancelled.body.endsAt).toBe(cancelled.body.currentPeriod.to);
    const now = await tenant.post(`/v1/subscriptions/${id}/cancel`, { effective: 'now' });
    expect(now.body.status).toBe('ended');
    const events = await tenant.get(`/v1/subscriptions/${id}/events`);
    expect(events.body.data.map(({ kind }: { kind: string }) => kind)).toEqual([
      'created',
      'cancelled',
      'cancelled',
    ]);
    expect((await tenant.post('/v1/subscriptions', { ...body, startsAt: undefined })).status).toBe(
      201,
    );
    expect((await tenant.post(`/v1/subscriptions/${id}/pause`)).body.code).toBe(
      'api/subscription-ended',
    );
    expect((await tenant.delete('/v1/customers/acme')).status).toBe(409);
  });

  test('a plan change opens a phase, at the end of the period or inside it', async () => {
    const { caller: tenant } = await suite.newTenant();
    await tenant.post('/v1/meters', meter);
    await tenant.post('/v1/plans', plan);
    await tenant.post('/v1/plans', planInAdvance);
    await tenant.post('/v1/customers', customer);
    const { body } = await tenant.post('/v1/subscriptions', { customer: 'acme', plan: 'web' });
    const path = `/v1/subscriptions/${body.id}/change`;
    const atEnd = await tenant.post(path, { plan: 'web-base' });
    expect(atEnd.status).toBe(200);
    expect(atEnd.body.phases).toEqual([
      { from: body.startsAt, plan: 'web', version: 1, paused: false },
      { from: atEnd.body.currentPeriod.to, plan: 'web-base', version: 1, paused: false },
    ]);
    const now = await tenant.post(path, { plan: 'web-base', effective: 'now' });
    expect(now.body.plan).toBe('web-base');
    expect(now.body.phases).toHaveLength(2);
    expect((await tenant.post(path, { plan: 'web-base', effective: 'now' })).status).toBe(409);
    expect((await tenant.post(path, { plan: 'nope' })).status).toBe(422);
  });

  test('a paused subscription has no charges until it is resumed', async () => {
    const { api } = suite.server();
    const { caller: tenant, key } = await suite.newTenant();
    await tenant.post('/v1/catalog/apply', {
      meters: [meter],
      plans: [planInAdvance],
      customers: [{ ...customer, timeZone: 'UTC' }],
    });
    const created = await tenant.post('/v1/subscriptions', {
      customer: 'acme',
      plan: 'web-base',
      startsAt: '2015-05-01T00:00:00Z',
      anchor: 'calendar',
    });
    const path = `/v1/subscriptions/${created.body.id}`;
    const effective = '2015-05-11T00:00:00Z';
    const preview = await tenant.post(`${path}/pause`, { effective, preview: true });
    expect(preview.body.status).toBe('paused');
    expect((await tenant.get(path)).body.status).toBe('active');
    expect((await tenant.post(`${path}/resume`)).body.code).toBe('api/subscription-not-paused');

    const paused = await tenant.post(`${path}/pause`, { effective });
    expect(paused.body).toMatchObject({ status: 'paused', plan: 'web-base', planVersion: 1 });
    expect(paused.body.phases[1]).toEqual({
      from: effective,
      plan: 'web-base',
      version: 1,
      paused: true,
    });
    expect((await tenant.post(`${path}/pause`)).body.code).toBe('api/subscription-paused');
    expect((await tenant.post(`${path}/change`, { plan: 'web-base' })).body.code).toBe(
      'api/subscription-paused',
    );
    const resumed = await tenant.post(`${path}/resume`, { effective: '2015-05-21T00:00:00Z' });
    expect(resumed.body).toMatchObject({ status: 'active', planVersion: 1 });
    const events = await tenant.get(`${path}/events`);
    expect(events.body.data.map(({ kind }: { kind: string }) => kind)).toEqual([
      'created',
      'paused',
      'resumed',
    ]);
    // Only real versions are shown as the plan's.
    expect((await tenant.get('/v1/plans/web-base')).body).toMatchObject({ latestVersion: 1 });

    const { closeLedger } = api.controlPlane;
    const job = await closeLedger.openClose({
      tenant: key,
      through: parseInstant('2015-06-01T00:00:00Z')!,
      customers: null,
      dryRun: true,
    });
    const due = await closeLedger.dueInstants(job, null, 10);
    const changes = due.at(-1)?.ending?.changes;
    expect(changes?.map(({ plan: { charges } }) => charges.length)).toEqual([0, 2]);
  });
});
