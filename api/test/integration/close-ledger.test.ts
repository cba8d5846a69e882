import { parseInstant } from '@tidemark/platform/clock';
import type { CloseRequest, DueCursor, DueInstant, PeriodClose } from '@tidemark/aggregator/ports';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalogFileSchema } from '../../src/catalog-files/catalog-file.ts';
import { createFixture } from '../support/control-plane-fixture.ts';
import type { ControlPlaneFixture } from '../support/control-plane-fixture.ts';
import { describeDatabases } from '../support/databases.ts';
import { draftOf } from '../support/invoice-draft.ts';
import { meter, plan, planInAdvance } from '../support/sample-catalog.ts';

const at = (text: string): number => parseInstant(text)!;
const june = at('2015-06-01T00:00:00Z');

describeDatabases('close ledger', (database) => {
  let fixture: ControlPlaneFixture;
  let tenants = 0;

  beforeAll(async () => {
    fixture = await createFixture(database());
  });
  afterAll(() => fixture.controlPlane.stop());

  /** A tenant with so many customers on a plan since 1 May 2015. */
  async function tenantWith(
    count: number,
    options: { plan?: string; policies?: object } = {},
  ): Promise<string> {
    tenants += 1;
    const tenant = `close-${tenants}`;
    const { catalogFiles, publisher, tenants: store } = fixture.controlPlane;
    await store.create({ key: tenant, policies: options.policies ?? {} });
    const keys = Array.from({ length: count }, (_, index) => `c${index}`);
    const { ticket } = await catalogFiles.apply(
      { tenant, keyId: null },
      catalogFileSchema.parse({
        meters: [meter],
        plans: [plan, planInAdvance],
        customers: keys.map((key) => ({ key })),
        subscriptions: keys.map((key) => ({
          customer: key,
          plan: options.plan ?? 'web',
          startsAt: '2015-05-01T00:00:00Z',
          anchor: 'calendar',
        })),
      }),
    );
    await publisher.settle(ticket);
    return tenant;
  }

  const requestOf = (
    tenant: string,
    through = june,
    more: Partial<CloseRequest> = {},
  ): CloseRequest => ({
    tenant,
    through,
    customers: null,
    dryRun: false,
    ...more,
  });

  /** What the close worker does: batches until nothing is due. */
  async function run(
    close: PeriodClose,
    batchSize = 10,
  ): Promise<{ close: PeriodClose; due: DueInstant[] }> {
    const { closeLedger } = fixture.controlPlane;
    const seen: DueInstant[] = [];
    let after: DueCursor | null = null;
    for (;;) {
      const due: DueInstant[] = await closeLedger.dueInstants(close, after, batchSize);
      if (due.length === 0) break;
      seen.push(...due);
      await closeLedger.issueInvoices(
        close,
        due.map((instant) => draftOf(instant, close)),
      );
      after = due.at(-1)!;
    }
    return { close: await closeLedger.updateClose(close, { status: 'done' }), due: seen };
  }

  test('bills every instant once; closing again changes nothing and answers the same counts', async () => {
    const { closeLedger, invoices } = fixture.controlPlane;
    const tenant = await tenantWith(25);
    const opened = await closeLedger.openClose(requestOf(tenant));
    expect(opened).toMatchObject({ status: 'queued', subscriptionsTotal: 25, invoices: 0 });
    expect(opened.cut.offsets).toEqual(await fixture.eventLog.endOffsets());
    const first = await run(opened);
    const counts = {
      subscriptionsDone: 25,
      subscriptionsTotal: 25,
      invoices: 25,
      totals: { USD: '175.00' },
    };
    expect(first.close).toMatchObject({ status: 'done', ...counts });
    const again = await run(await closeLedger.openClose(requestOf(tenant)));
    expect(again.due).toEqual([]);
    expect(again.close).toMatchObject({ status: 'done', ...counts });
    expect(again.close.id).not.toBe(first.close.id);
    const one = await run(
      await closeLedger.openClose(requestOf(tenant, june, { customers: ['c3'] })),
    );
    expect(one.close).toMatchObject({
      invoices: 1,
      subscriptionsTotal: 1,
      totals: { USD: '7.00' },
    });
    const listed = await invoices.list(tenant, {}, { limit: 500, after: [] });
    const numbers = listed.data.map(({ number }) => number).sort();
    const year = new Date().getUTCFullYear();
    expect(numbers).toEqual(
      Array.from({ length: 25 }, (_, index) => `TM-${year}-${String(index + 1).padStart(6, '0')}`),
    );
    expect(listed.data[0]).toMatchObject({
      status: 'issued',
      period: { from: '2015-05-01T00:00:00Z', to: '2015-06-01T00:00:00Z' },
      total: '7.00',
      lines: [{ id: '1', quantity: '700', exactAmount: '7', amount: '7.00' }],
    });
  });

  test('a subscription is due at a later instant only once the earlier one is invoiced', async () => {
    const { closeLedger } = fixture.controlPlane;
    const tenant = await tenantWith(3);
    const close = await closeLedger.openClose(requestOf(tenant, at('2015-08-01T00:00:00Z')));
    const due = await closeLedger.dueInstants(close, null, 100);
    expect(due.map(({ instant }) => instant)).toEqual([june, june, june]);
    const { due: all, close: done } = await run(close);
    expect(all).toHaveLength(9);
    expect(done.invoices).toBe(9);
    const last = all.at(-1)!;
    expect(last.closed.map(({ period }) => period.from)).toEqual([
      at('2015-05-01T00:00:00Z'),
      june,
    ]);
    expect(last.closed[0]).toMatchObject({ billed: { calls: '7.00' }, billedCut: close.cut });
  });

  test('the start is billed only where something is in advance', async () => {
    const { closeLedger } = fixture.controlPlane;
    const start = at('2015-05-01T00:00:00Z');
    const arrears = await closeLedger.openClose(requestOf(await tenantWith(1), start));
    expect(await closeLedger.dueInstants(arrears, null, 10)).toEqual([]);
    const tenant = await tenantWith(1, { plan: 'web-base' });
    const close = await closeLedger.openClose(requestOf(tenant));
    const { due } = await run(close);
    expect(
      due.map(({ instant, ending, starting }) => [instant, ending?.from, starting?.from]),
    ).toEqual([
      [start, undefined, start],
      [june, start, june],
    ]);
  });

  test('a subscription that ends inside a period is billed at its end, for a part of the period', async () => {
    const { closeLedger, publisher, subscriptions } = fixture.controlPlane;
    const tenant = await tenantWith(1);
    const [listed] = await database().query<{ subscription: string }>(
      'select subscription from subscriptions where tenant = $1',
      [tenant],
    );
    const end = at('2015-05-20T00:00:00Z');
    const { ticket } = await subscriptions.cancel({ tenant, keyId: null }, listed!.subscription, {
      effective: end,
    });
    await publisher.settle(ticket);
    const { due } = await run(
      await closeLedger.openClose(requestOf(tenant, at('2015-09-01T00:00:00Z'))),
    );
    expect(due).toHaveLength(1);
    expect(due[0]).toMatchObject({
      instant: end,
      starting: null,
      ending: { from: at('2015-05-01T00:00:00Z'), to: end, nominal: { to: june } },
    });
    const late = subscriptions.cancel({ tenant, keyId: null }, listed!.subscription, {
      effective: at('2015-05-10T00:00:00Z'),
    });
    await expect(late).rejects.toMatchObject({ code: 'api/already-billed' });

    // Billed to its end: a greater `through` looks for late usage, the same one does not.
    const again = await run(
      await closeLedger.openClose(requestOf(tenant, at('2015-09-01T00:00:00Z'))),
    );
    expect(again.due).toEqual([]);
    const later = await run(
      await closeLedger.openClose(requestOf(tenant, at('2015-10-01T00:00:00Z'))),
    );
    expect(later.due).toMatchObject([
      { instant: end, revision: 2, ending: null, starting: null, closed: [{ billed: {} }] },
    ]);
    expect(later.close).toMatchObject({ invoices: 1, totals: { USD: '7.00' } });
    const revisions = await database().query<{ revision: number }>(
      'select revision from invoices where tenant = $1 order by revision',
      [tenant],
    );
    expect(revisions).toEqual([{ revision: 1 }, { revision: 2 }]);
  });

  test('two closers at once issue each invoice once and leave no gap in the numbers', async () => {
    const { closeLedger, invoices } = fixture.controlPlane;
    const tenant = await tenantWith(30);
    const close = await closeLedger.openClose(requestOf(tenant));
    const other = await closeLedger.openClose(requestOf(tenant));
    expect(other.id).toBe(close.id);
    const due = await closeLedger.dueInstants(close, null, 100);
    const drafts = due.map((instant) => draftOf(instant, close));
    await Promise.all([
      closeLedger.issueInvoices(close, drafts.slice(0, 20)),
      closeLedger.issueInvoices(close, drafts.slice(10)),
      closeLedger.issueInvoices(close, [...drafts].reverse()),
    ]);
    const { data } = await invoices.list(tenant, {}, { limit: 500, after: [] });
    expect(data).toHaveLength(30);
    const numbers = data
      .map(({ number }) => Number(number.slice(-6)))
      .sort((left, right) => left - right);
    expect(numbers).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(new Set(data.map(({ subscription }) => subscription)).size).toBe(30);
    const [outbox] = await database().query<{ messages: number }>(
      'select count(*) as messages from outbox where tenant = $1',
      [tenant],
    );
    expect(outbox!.messages).toBe(30);
  });

  test('a batch that fails takes no number', async () => {
    const { closeLedger, invoices } = fixture.controlPlane;
    const tenant = await tenantWith(2);
    const close = await closeLedger.openClose(requestOf(tenant));
    const [first, second] = (await closeLedger.dueInstants(close, null, 10)).map((due) =>
      draftOf(due, close),
    );
    const broken = { ...second!, document: { ...second!.document, total: 'not a number' } };
    await expect(closeLedger.issueInvoices(close, [first!, broken])).rejects.toThrow();
    expect((await invoices.list(tenant, {}, { limit: 10, after: [] })).data).toEqual([]);
    await closeLedger.issueInvoices(close, [first!, second!]);
    const { data } = await invoices.list(tenant, {}, { limit: 10, after: [] });
    expect(data.map(({ number }) => number.slice(-6))).toEqual(['000001', '000002']);
  });

  test('a dry run issues nothing and counts what it would have', async () => {
    const { closeLedger, invoices } = fixture.controlPlane;
    const tenant = await tenantWith(2);
    const close = await closeLedger.openClose(
      requestOf(tenant, at('2015-07-01T00:00:00Z'), { dryRun: true }),
    );
    const { close: done, due } = await run(close);
    expect(due).toHaveLength(4);
    expect(done).toMatchObject({ invoices: 4, subscriptionsDone: 2, totals: { USD: '28.00' } });
    expect((await invoices.list(tenant, {}, { limit: 10, after: [] })).data).toEqual([]);
    const real = await closeLedger.openClose(requestOf(tenant, at('2015-07-01T00:00:00Z')));
    expect((await run(real)).close.invoices).toBe(4);
  });

  test('with a grace period invoices stay drafts', async () => {
    const { closeLedger, invoices } = fixture.controlPlane;
    const tenant = await tenantWith(1, { policies: { gracePeriodDays: 3 } });
    await run(await closeLedger.openClose(requestOf(tenant)));
    const { data } = await invoices.list(tenant, { status: 'draft' }, { limit: 10, after: [] });
    expect(data).toMatchObject([{ status: 'draft', issuedAt: null, dueAt: null }]);
  });

  test('the cut waits until the last catalog change is acknowledged by every partition', async () => {
    const { closeLedger, meters } = fixture.controlPlane;
    const tenant = await tenantWith(1);
    fixture.raters.paused = true;
    await meters.create(tenant, { ...meter, key: 'late' });
    let opened = false;
    const opening = closeLedger.openClose(requestOf(tenant)).then((close) => {
      opened = true;
      return close;
    });
    // The markers reach the log; the raters are down, so the cut must not be taken.
    await expect
      .poll(
        async () =>
          (
            await database().query(
              'select epoch from catalog_epochs where published_at is not null and acknowledged_at is null',
            )
          ).length,
        { timeout: 10_000 },
      )
      .toBe(1);
    expect(opened).toBe(false);
    fixture.raters.paused = false;
    const close = await opening;
    expect(close.catalogEpoch).toBe(Math.min(...fixture.raters.epochs));
    expect(close.cut.offsets).toEqual(await fixture.eventLog.endOffsets());
  });

  test('what happens to subscriptions after the cut does not change what the job bills', async () => {
    const { closeLedger, customers, publisher, subscriptions } = fixture.controlPlane;
    const tenant = await tenantWith(3);
    const close = await closeLedger.openClose(requestOf(tenant));
    const caller = { tenant, keyId: null };
    const before = await closeLedger.dueInstants(close, null, 10);
    const [moved, ended, kept] = before;
    await customers.create(tenant, { key: 'new' });
    const commands = [
      await subscriptions.create(caller, {
        customer: 'new',
        plan: 'web',
        startsAt: at('2015-05-01T00:00:00Z'),
        anchor: 'calendar',
      }),
      await subscriptions.change(caller, moved!.subscription, {
        plan: 'web-base',
        effective: at('2015-05-10T00:00:00Z'),
      }),
      await subscriptions.cancel(caller, ended!.subscription, {
        effective: at('2015-05-20T00:00:00Z'),
      }),
    ];
    for (const pending of [true, false]) {
      // One whose instant is another one by now is left to the next job; never billed by terms that came later.
      expect(await closeLedger.dueInstants(close, null, 10)).toEqual([moved, kept]);
      expect(await closeLedger.dueInstants(close, null, 1)).toEqual([moved]);
      if (pending) for (const { ticket } of commands) await publisher.settle(ticket);
    }
    await closeLedger.updateClose(close, { status: 'done' });
    const next = await closeLedger.openClose(requestOf(tenant));
    const due = await closeLedger.dueInstants(next, null, 10);
    expect(due).toHaveLength(4);
    expect(due.find(({ customer }) => customer === moved!.customer)?.ending?.changes).toHaveLength(
      1,
    );
  });

  test('unfinished jobs are found by the next process', async () => {
    const { closeLedger } = fixture.controlPlane;
    const tenant = await tenantWith(1);
    const close = await closeLedger.openClose(requestOf(tenant));
    await closeLedger.updateClose(close, { status: 'running' });
    const found = await closeLedger.unfinishedCloses();
    expect(found.map(({ id }) => id)).toContain(close.id);
    expect(found.find(({ id }) => id === close.id)).toMatchObject({
      cut: close.cut,
      catalogEpoch: close.catalogEpoch,
    });
    await closeLedger.updateClose(close, {
      status: 'halted',
      halted: [{ reason: 'x', partition: 1, offset: 5 }],
    });
    expect((await closeLedger.unfinishedCloses()).map(({ id }) => id)).not.toContain(close.id);
    expect(await closeLedger.readClose('close-none', close.id)).toBeNull();
  });
});
