/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call -- answers are looked at as the JSON that they are */
import { migrationsFolder, createUsageSink } from '@tidemark/aggregator/store';
import { partitionOf } from '@tidemark/ingest/contract';
import { createClickHouse } from '@tidemark/platform/clickhouse';
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import { startClickHouseHost } from '@tidemark/platform/clickhouse-host';
import type { ClickHouseHost } from '@tidemark/platform/clickhouse-host';
import { parseInstant } from '@tidemark/platform/clock';
import { migrateClickHouse, readMigrations } from '@tidemark/platform/migrations';
import { createTemporaryDirectory } from '@tidemark/platform/testing';
import type { TemporaryDirectory } from '@tidemark/platform/testing';
import { NativeBlockBuilder, rowTables } from '@tidemark/rater/rows';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPgliteDatabase } from '@tidemark/platform/postgres';
import type { SqlDatabase } from '@tidemark/platform/postgres';
import { migrateControlPlane } from '../../src/database-schema.ts';
import { createUsageReads } from '../../src/server/index.ts';
import { startApi } from '../support/api-server.ts';
import type { ApiServer, Caller } from '../support/api-server.ts';
import { draftOf } from '../support/invoice-draft.ts';
import { customer, meter, plan } from '../support/sample-catalog.ts';

interface Sent {
  readonly tenant: string;
  readonly id: string;
  readonly subject: string;
  readonly time: string;
  readonly data: string;
}

describe('reads of usage over the real engine', () => {
  let directory: TemporaryDirectory;
  let host: ClickHouseHost;
  let clickHouse: ClickHouse;
  let database: SqlDatabase;
  let api: ApiServer;
  let caller: Caller;
  const partitions = [0, 0, 0, 0];

  beforeAll(async () => {
    directory = createTemporaryDirectory('usage-reads');
    host = await startClickHouseHost({ dataDir: directory.path });
    clickHouse = createClickHouse({ url: host.url });
    await migrateClickHouse(clickHouse, await readMigrations(migrationsFolder));
    database = await createPgliteDatabase();
    await migrateControlPlane(database);
    api = await startApi(database, {
      readsOf: (controlPlane) => createUsageReads({ clickHouse, controlPlane }),
    });
    caller = api.as((await api.controlPlane.bootstrap()) ?? '');
    await caller.post('/v1/catalog/apply', {
      meters: [meter],
      plans: [plan],
      customers: [customer, { ...customer, key: 'other' }],
      subscriptions: [
        { customer: 'acme', plan: 'web', startsAt: '2015-04-30T22:00:00Z', anchor: 'calendar' },
      ],
    });
    await write(
      [
        { id: 'r-1', subject: 'acme', time: '2015-05-17T10:05:03Z', data: '{"kind":"image"}' },
        { id: 'r-2', subject: 'acme', time: '2015-05-18T10:05:03Z', data: '{"kind":"page"}' },
        { id: 'r-1', subject: 'other', time: '2015-05-18T10:05:03Z', data: '{"kind":"page"}' },
      ].map((event) => ({ tenant: 'default', ...event })),
    );
    await writeTotal();
  });
  afterAll(async () => {
    await api.stop();
    await database.close();
    await clickHouse.close();
    await host.stop();
    directory.remove();
  });

  /** What a rater would have stored for the events, one envelope each. */
  async function write(events: readonly Sent[]): Promise<void> {
    const rows = new NativeBlockBuilder(rowTables.usage_events);
    const outcomes = new NativeBlockBuilder(rowTables.envelope_outcomes);
    for (const event of events) {
      const partition = partitionOf(event.tenant, event.subject, partitions.length);
      const offset = partitions[partition]!++;
      const place = {
        tenant: event.tenant,
        type: 'web.request',
        incarnation: 1,
        partition,
        offset,
      };
      for (const [name, value] of Object.entries(place)) {
        (rows.columns[name as 'tenant'] as { append(value: unknown): void }).append(value);
        (outcomes.columns[name as 'tenant'] as { append(value: unknown): void }).append(value);
      }
      rows.columns.subject.append(event.subject);
      rows.columns.source.append('edge-7');
      rows.columns.id.append(event.id);
      rows.columns.time.append(parseInstant(event.time)!);
      rows.columns.data.append(event.data);
      rows.columns.index.append(0);
      rows.columns.log_time.append(Date.UTC(2026, 0, 1));
      rows.columns.fingerprint.appendLanes(new Uint32Array([partition, offset, 1, 2]));
      rows.columns.payload_hash.appendHalves(1, 2);
      rows.columns.backfill.append(0);
      outcomes.columns.log_time.append(Date.UTC(2026, 0, 1));
      outcomes.columns.logged.append(1);
      outcomes.columns.stored.append(1);
      outcomes.columns.duplicate.append(0);
      outcomes.columns.conflict.append(0);
      outcomes.columns.dead.append(0);
      outcomes.columns.stored_xor.appendHalves(1, 2);
    }
    const sink = createUsageSink(clickHouse);
    await sink.writeRows({ usage_events: [rows.take()!], envelope_outcomes: [outcomes.take()!] });
    await sink.writeProgress(
      partitions.map((next, partition) => ({
        incarnation: 1,
        partition,
        next,
        counts: { logged: next, stored: next, duplicate: 0, conflict: 0, dead: 0, control: 0 },
        epoch: 1,
        logTimeMs: Date.UTC(2026, 0, 1),
        lastCrc: 1,
        gateways: '{}',
      })),
    );
  }

  /** What the rater's stream has counted for acme. */
  async function writeTotal(): Promise<void> {
    const [row] = await database.query<{ subscription: string }>(
      'select subscription from subscriptions',
    );
    const rows = new NativeBlockBuilder(rowTables.charge_totals);
    const { columns } = rows;
    columns.tenant.append('default');
    columns.customer.append('acme');
    columns.subscription.append(row!.subscription);
    columns.charge.append('calls');
    columns.period_start.append(parseInstant('2015-04-30T22:00:00Z')!);
    columns.segment_start.append(parseInstant('2015-04-30T22:00:00Z')!);
    columns.incarnation.append(1);
    const partition = partitionOf('default', 'acme', partitions.length);
    columns.partition.append(partition);
    columns.version.append(partitions[partition]!);
    columns.epoch.append(1);
    columns.events.append(2);
    columns.state.append('{"count":2,"sum":"0"}');
    columns.quantity.append(null);
    columns.amount.append(0n);
    await createUsageSink(clickHouse).writeRows({ charge_totals: [rows.take()!] });
  }

  const may = 'from=2015-05-01T00:00:00Z&to=2015-06-01T00:00:00Z';

  test('usage by window and dimension', async () => {
    const answer = await caller.get(
      `/v1/usage?meter=api-calls&customer=acme&${may}&window=day&groupBy=kind`,
    );
    expect(answer.body.data).toEqual([
      {
        from: '2015-05-17T00:00:00Z',
        to: '2015-05-18T00:00:00Z',
        customer: 'acme',
        meter: 'api-calls',
        group: { kind: 'image' },
        quantity: '1',
      },
      {
        from: '2015-05-18T00:00:00Z',
        to: '2015-05-19T00:00:00Z',
        customer: 'acme',
        meter: 'api-calls',
        group: { kind: 'page' },
        quantity: '1',
      },
    ]);
    const filtered = await caller.get(`/v1/usage?meter=api-calls&${may}&filter[kind]=page`);
    expect(filtered.body.data.map(({ customer: key }: { customer: string }) => key)).toEqual([
      'acme',
      'other',
    ]);
    expect((await caller.get(`/v1/usage?meter=nope&${may}`)).status).toBe(400);
    expect((await caller.get(`/v1/usage?meter=api-calls&${may}&groupBy=nope`)).status).toBe(400);
  });

  test('events newest first, page by page', async () => {
    const first = await caller.get('/v1/events?customer=acme&limit=1');
    expect(first.body.data).toMatchObject([{ id: 'r-2', subject: 'acme', data: { kind: 'page' } }]);
    const second = await caller.get(
      `/v1/events?customer=acme&limit=1&cursor=${first.body.nextCursor}`,
    );
    expect(second.body).toMatchObject({ data: [{ id: 'r-1' }], nextCursor: null });
    expect((await caller.get('/v1/events?cursor=nonsense')).status).toBe(400);
  });

  test('one event tells the meters and charges that it moved', async () => {
    const ambiguous = await caller.get('/v1/events/edge-7/r-1');
    expect(ambiguous.status).toBe(409);
    const { body } = await caller.get('/v1/events/edge-7/r-1?customer=acme');
    expect(body).toMatchObject({
      state: 'stored',
      customer: 'acme',
      coordinate: { incarnation: 1, offset: expect.any(String) as string },
      meters: ['api-calls'],
      charges: [{ charge: 'calls', meter: 'api-calls', invoiceLine: null }],
    });
    expect((await caller.get('/v1/events/edge-7/none')).status).toBe(404);
  });

  test('spend is what the close would bill now', async () => {
    const { body, status } = await caller.get('/v1/customers/acme/spend?at=2015-05-18T00:00:00Z');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      customer: 'acme',
      period: { from: '2015-04-30T22:00:00Z', to: '2015-05-31T22:00:00Z' },
      currency: 'USD',
      total: '5.00',
      lines: [
        { kind: 'usage', charge: 'calls', quantity: '2', amount: '0.00' },
        { kind: 'minimum_true_up', charge: null, amount: '5.00' },
      ],
    });
    expect((await caller.get('/v1/customers/other/spend')).status).toBe(404);
    expect((await caller.get('/v1/customers/nobody/spend')).status).toBe(404);
  });

  test('an invoice line tells every intermediate of its amount', async () => {
    const { closeLedger } = api.controlPlane;
    const job = await closeLedger.openClose({
      tenant: 'default',
      through: parseInstant('2015-06-01T00:00:00Z')!,
      customers: ['acme'],
      dryRun: false,
    });
    // The log of this suite holds markers only; its events were written to the store.
    await database.query('update period_closes set cut_incarnation = 1, cut_offsets = $1::jsonb', [
      JSON.stringify(partitions),
    ]);
    const due = await closeLedger.dueInstants(job, null, 10);
    await closeLedger.issueInvoices(
      job,
      due.map((instant) => draftOf(instant, job)),
    );
    const [invoice] = (await caller.get('/v1/invoices?customer=acme')).body.data;
    const { body, status } = await caller.get(`/v1/invoices/${invoice.id}/lines/1/explain`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      invoice: invoice.id,
      line: { id: '1', charge: 'calls' },
      plan: { key: 'web', version: 1 },
      price: plan.charges[0],
      steps: [
        { step: 'quantity', quantity: '2' },
        { step: 'conversion', quantity: '2' },
        { step: 'allowance', quantity: '2' },
        { step: 'price_model', quantity: '2', exactAmount: '0' },
        { step: 'tier_rounding' },
        { step: 'percentage_discount' },
        { step: 'fixed_discount' },
        { step: 'maximum' },
        { step: 'minimum' },
        { step: 'rounding', quantity: '2', exactAmount: '0', amount: '0.00' },
      ],
      parts: [{ kind: 'tier', tier: 1, quantity: '2', unitAmount: '0', amount: '0.00' }],
      windows: [
        { from: '2015-05-16T22:00:00Z', to: '2015-05-17T22:00:00Z', quantity: '1' },
        { from: '2015-05-17T22:00:00Z', to: '2015-05-18T22:00:00Z', quantity: '1' },
      ],
      events: { data: [{ id: 'r-1' }, { id: 'r-2' }], more: false },
    });
    expect((await caller.get(`/v1/invoices/${invoice.id}/lines/9/explain`)).status).toBe(404);
    expect((await caller.get('/v1/invoices/inv_none/lines/1/explain')).status).toBe(404);
  });

  test('conservation holds', async () => {
    const { body } = await caller.get('/v1/reconciliation');
    expect(body).toMatchObject({
      reconciled: true,
      totals: { logged: 3, stored: 3, difference: 0 },
      charges: [{ charge: 'calls', billed: '7.00', invoiced: '7.00' }],
    });
    expect((await caller.get('/v1/conflicts')).body).toEqual({ data: [], nextCursor: null });
    expect((await caller.get('/v1/dead-letters')).body).toEqual({ data: [], nextCursor: null });
  });
});
