/* eslint-disable @typescript-eslint/no-unsafe-member-access -- answers are looked at as the JSON that they are */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { routeScopes } from '../../src/server/index.ts';
import { startApi } from '../support/api-server.ts';
import type { Answer, ApiServer, Caller } from '../support/api-server.ts';
import { describeDatabases } from '../support/databases.ts';
import { draftOf } from '../support/invoice-draft.ts';
import { customer, meter, plan } from '../support/sample-catalog.ts';

type Route = keyof typeof routeScopes;

/** Identifiers of what the victim has. */
interface Victim {
  readonly tenant: string;
  readonly subscription: string;
  readonly invoice: string;
  readonly close: string;
  readonly apiKey: string;
  readonly hold: string;
}

const secret = 'victims-own';

describeDatabases('tenant isolation', (database) => {
  let api: ApiServer;
  let victim: Victim;
  let victimCaller: Caller;
  let intruder: Caller;

  beforeAll(async () => {
    api = await startApi(database());
    const operator = api.as((await api.controlPlane.bootstrap()) ?? '');
    const own = await operator.post('/v1/tenants', { key: 'victim', name: secret });
    const other = await operator.post('/v1/tenants', { key: 'intruder' });
    victimCaller = api.as(own.body.adminKey as string);
    intruder = api.as(other.body.adminKey as string);
    await victimCaller.post('/v1/catalog/apply', {
      meters: [{ ...meter, key: secret }],
      plans: [{ ...plan, key: secret, charges: [{ ...plan.charges[0], meter: secret }] }],
      coupons: [{ key: secret, percent: '10' }],
      customers: [{ ...customer, key: secret }],
      subscriptions: [
        { customer: secret, plan: secret, startsAt: '2015-05-01T00:00:00Z', anchor: 'calendar' },
      ],
    });
    api.reads.stored.push({
      tenant: 'victim',
      customer: secret,
      source: secret,
      id: secret,
      type: 'web.request',
    });
    await victimCaller.post(`/v1/customers/${secret}/grants`, { amount: '5', currency: 'USD' });
    const hold = await victimCaller.post(`/v1/customers/${secret}/holds`, {
      amount: '1',
      currency: 'USD',
    });
    const apiKey = await victimCaller.post('/v1/api-keys', { name: secret, scopes: ['read'] });
    const close = await victimCaller.post('/v1/period-closes', { through: '2015-06-01T00:00:00Z' });
    const { closeLedger } = api.controlPlane;
    const job = (await closeLedger.readClose('victim', close.body.id as string))!;
    const due = await closeLedger.dueInstants(job, null, 10);
    await closeLedger.issueInvoices(
      job,
      due.map((instant) => draftOf(instant, job)),
    );
    await closeLedger.updateClose(job, { status: 'done' });
    victim = {
      tenant: 'victim',
      subscription: (await victimCaller.get('/v1/subscriptions')).body.data[0].id as string,
      invoice: (await victimCaller.get('/v1/invoices')).body.data[0].id as string,
      close: job.id,
      apiKey: apiKey.body.id as string,
      hold: hold.body.id as string,
    };
  });
  afterAll(() => api.stop());

  /** One call of every route that names what is the victim's, and what the intruder must hear. */
  const cases: Readonly<Record<Route, (caller: Caller) => [Promise<Answer>, number]>> = {
    'POST /v1/tenants': (caller) => [caller.post('/v1/tenants', { key: 'victim' }), 403],
    'GET /v1/tenants': (caller) => [caller.get('/v1/tenants'), 403],
    'GET /v1/tenants/:key': (caller) => [caller.get('/v1/tenants/victim'), 404],
    'PATCH /v1/tenants/:key': (caller) => [caller.patch('/v1/tenants/victim', { name: 'x' }), 404],
    'POST /v1/api-keys': (caller) => [
      caller.post('/v1/api-keys', { scopes: ['read'], tenant: 'victim' }),
      404,
    ],
    'GET /v1/api-keys': (caller) => [caller.get('/v1/api-keys'), 200],
    'POST /v1/api-keys/:id/rotate': (caller) => [
      caller.post(`/v1/api-keys/${victim.apiKey}/rotate`),
      404,
    ],
    'POST /v1/api-keys/:id/revoke': (caller) => [
      caller.post(`/v1/api-keys/${victim.apiKey}/revoke`),
      404,
    ],
    'POST /v1/meters': (caller) => [caller.post('/v1/meters', { ...meter, key: 'own' }), 201],
    'GET /v1/meters': (caller) => [caller.get('/v1/meters'), 200],
    'GET /v1/meters/:key': (caller) => [caller.get(`/v1/meters/${secret}`), 404],
    'PATCH /v1/meters/:key': (caller) => [
      caller.patch(`/v1/meters/${secret}`, { dimensions: [] }),
      404,
    ],
    'DELETE /v1/meters/:key': (caller) => [caller.delete(`/v1/meters/${secret}`), 404],
    'POST /v1/plans': (caller) => [
      caller.post('/v1/plans', { ...plan, charges: [{ ...plan.charges[0], meter: secret }] }),
      422,
    ],
    'GET /v1/plans': (caller) => [caller.get('/v1/plans'), 200],
    'GET /v1/plans/:key': (caller) => [caller.get(`/v1/plans/${secret}`), 404],
    'POST /v1/plans/:key/versions': (caller) => {
      const version = { currency: plan.currency, cadence: plan.cadence, charges: plan.charges };
      return [caller.post(`/v1/plans/${secret}/versions`, version), 404];
    },
    'POST /v1/customers': (caller) => [
      caller.post('/v1/customers', { key: 'own', parent: secret }),
      422,
    ],
    'GET /v1/customers': (caller) => [caller.get('/v1/customers'), 200],
    'GET /v1/customers/:key': (caller) => [caller.get(`/v1/customers/${secret}`), 404],
    'PATCH /v1/customers/:key': (caller) => [
      caller.patch(`/v1/customers/${secret}`, { name: 'x' }),
      404,
    ],
    'DELETE /v1/customers/:key': (caller) => [caller.delete(`/v1/customers/${secret}`), 404],
    'GET /v1/customers/:key/spend': (caller) => [caller.get(`/v1/customers/${secret}/spend`), 404],
    'POST /v1/coupons': (caller) => [
      caller.post('/v1/coupons', { key: 'own', percent: '10' }),
      201,
    ],
    'GET /v1/coupons': (caller) => [caller.get('/v1/coupons'), 200],
    'GET /v1/coupons/:key': (caller) => [caller.get(`/v1/coupons/${secret}`), 404],
    'POST /v1/customers/:key/coupons': (caller) => [
      caller.post(`/v1/customers/${secret}/coupons`, { coupon: secret }),
      404,
    ],
    'GET /v1/customers/:key/coupons': (caller) => [
      caller.get(`/v1/customers/${secret}/coupons`),
      404,
    ],
    'POST /v1/customers/:key/grants': (caller) => [
      caller.post(`/v1/customers/${secret}/grants`, { amount: '1', currency: 'USD' }),
      404,
    ],
    'GET /v1/customers/:key/grants': (caller) => [
      caller.get(`/v1/customers/${secret}/grants`),
      404,
    ],
    'POST /v1/customers/:key/holds': (caller) => [
      caller.post(`/v1/customers/${secret}/holds`, { amount: '1', currency: 'USD' }),
      404,
    ],
    'GET /v1/customers/:key/holds': (caller) => [caller.get(`/v1/customers/${secret}/holds`), 404],
    'POST /v1/customers/:key/holds/:id/capture': (caller) => [
      caller.post(`/v1/customers/${secret}/holds/${victim.hold}/capture`),
      404,
    ],
    'POST /v1/customers/:key/holds/:id/release': (caller) => [
      caller.post(`/v1/customers/${secret}/holds/${victim.hold}/release`),
      404,
    ],
    'GET /v1/customers/:key/balance': (caller) => [
      caller.get(`/v1/customers/${secret}/balance`),
      404,
    ],
    'GET /v1/customers/:key/ledger': (caller) => [
      caller.get(`/v1/customers/${secret}/ledger`),
      404,
    ],
    'POST /v1/subscriptions': (caller) => [
      caller.post('/v1/subscriptions', { customer: secret, plan: secret }),
      422,
    ],
    'GET /v1/subscriptions': (caller) => [caller.get(`/v1/subscriptions?customer=${secret}`), 200],
    'GET /v1/subscriptions/:id': (caller) => [
      caller.get(`/v1/subscriptions/${victim.subscription}`),
      404,
    ],
    'GET /v1/subscriptions/:id/events': (caller) => [
      caller.get(`/v1/subscriptions/${victim.subscription}/events`),
      404,
    ],
    'POST /v1/subscriptions/:id/change': (caller) => [
      caller.post(`/v1/subscriptions/${victim.subscription}/change`, { plan: secret }),
      404,
    ],
    'POST /v1/subscriptions/:id/pause': (caller) => [
      caller.post(`/v1/subscriptions/${victim.subscription}/pause`),
      404,
    ],
    'POST /v1/subscriptions/:id/resume': (caller) => [
      caller.post(`/v1/subscriptions/${victim.subscription}/resume`),
      404,
    ],
    'POST /v1/subscriptions/:id/cancel': (caller) => [
      caller.post(`/v1/subscriptions/${victim.subscription}/cancel`, { effective: 'now' }),
      404,
    ],
    'GET /v1/usage': (caller) => [
      caller.get(`/v1/usage?meter=${secret}&from=2015-05-01T00:00:00Z&to=2015-06-01T00:00:00Z`),
      200,
    ],
    'GET /v1/events': (caller) => [caller.get(`/v1/events?customer=${secret}`), 200],
    'GET /v1/events/:source/:id': (caller) => [caller.get(`/v1/events/${secret}/${secret}`), 404],
    'GET /v1/conflicts': (caller) => [caller.get('/v1/conflicts'), 200],
    'GET /v1/dead-letters': (caller) => [caller.get('/v1/dead-letters'), 200],
    'POST /v1/dead-letters/redrive': (caller) => [caller.post('/v1/dead-letters/redrive', {}), 200],
    'POST /v1/period-closes': (caller) => [
      caller.post('/v1/period-closes', { through: '2015-06-01T00:00:00Z', customers: [secret] }),
      422,
    ],
    'GET /v1/period-closes': (caller) => [caller.get('/v1/period-closes'), 200],
    'GET /v1/period-closes/:id': (caller) => [caller.get(`/v1/period-closes/${victim.close}`), 404],
    'GET /v1/invoices': (caller) => [caller.get(`/v1/invoices?customer=${secret}`), 200],
    'GET /v1/invoices/:id': (caller) => [caller.get(`/v1/invoices/${victim.invoice}`), 404],
    'GET /v1/invoices/:id.html': (caller) => [
      caller.get(`/v1/invoices/${victim.invoice}.html`),
      404,
    ],
    'GET /v1/invoices/:id/lines/:line/explain': (caller) => [
      caller.get(`/v1/invoices/${victim.invoice}/lines/1/explain`),
      404,
    ],
    'POST /v1/invoices/:id/finalize': (caller) => [
      caller.post(`/v1/invoices/${victim.invoice}/finalize`),
      404,
    ],
    'POST /v1/invoices/:id/void': (caller) => [
      caller.post(`/v1/invoices/${victim.invoice}/void`),
      404,
    ],
    'POST /v1/invoices/:id/credit-notes': (caller) => [
      caller.post(`/v1/invoices/${victim.invoice}/credit-notes`, { amount: '1' }),
      404,
    ],
    'GET /v1/invoices/:id/credit-notes': (caller) => [
      caller.get(`/v1/invoices/${victim.invoice}/credit-notes`),
      404,
    ],
    'GET /v1/reconciliation': (caller) => [caller.get('/v1/reconciliation'), 200],
    'POST /v1/partitions/:partition/skips': (caller) => [
      caller.post('/v1/partitions/0/skips', { from: 0, to: 1, reason: 'mine' }),
      403,
    ],
    'POST /v1/pricing/preview': (caller) => [
      caller.post('/v1/pricing/preview', { kind: 'round', amount: '1.005', currency: 'USD' }),
      200,
    ],
    'POST /v1/catalog/apply': (caller) => [
      caller.post('/v1/catalog/apply', { subscriptions: [{ customer: secret, plan: secret }] }),
      422,
    ],
  };

  test.each(Object.keys(cases) as Route[])(
    '%s shows and changes nothing of another tenant',
    async (route) => {
      const before = await snapshot();
      const [answering, status] = cases[route](intruder);
      const answer = await answering;
      expect(answer.status).toBe(status);
      if (status === 200) expect(JSON.stringify(answer.body)).not.toContain(secret);
      expect(await snapshot()).toEqual(before);
    },
  );

  test('the victim itself sees all of it', async () => {
    for (const path of [
      `/v1/meters/${secret}`,
      `/v1/customers/${secret}`,
      `/v1/subscriptions/${victim.subscription}`,
      `/v1/invoices/${victim.invoice}`,
      `/v1/period-closes/${victim.close}`,
      `/v1/events/${secret}/${secret}`,
      '/v1/tenants/victim',
    ]) {
      expect((await victimCaller.get(path)).status).toBe(200);
    }
  });

  /** Everything the victim can read of itself. */
  async function snapshot(): Promise<string> {
    const paths = [
      'tenants/victim',
      'api-keys',
      'meters',
      'plans',
      'customers',
      'subscriptions',
      'invoices',
      'period-closes',
    ];
    const answers = await Promise.all(paths.map((path) => victimCaller.get(`/v1/${path}`)));
    return JSON.stringify(answers.map(({ body }) => body as unknown));
  }
});
