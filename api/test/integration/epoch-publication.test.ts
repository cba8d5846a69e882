import { afterEach, expect, test } from 'vitest';
import { fixedClock } from '@tidemark/platform/clock';
import { encodeControl } from '@tidemark/ingest/contract';
import { hashCatalogChanges } from '@tidemark/rater/catalog';
import { assignPending, publishMarkers } from '../../src/catalog/epoch-store.ts';
import { EpochPublisher } from '../../src/catalog/epoch-publisher.ts';
import { createFixture } from '../support/control-plane-fixture.ts';
import type { ControlPlaneFixture } from '../support/control-plane-fixture.ts';
import { MarkerRaters } from '../support/marker-raters.ts';
import { describeDatabases } from '../support/databases.ts';
import { meter } from '../support/sample-catalog.ts';

const now = Date.UTC(2026, 0, 1) * 1000;

describeDatabases('epoch publication', (database) => {
  const started: ControlPlaneFixture[] = [];
  let tenants = 0;

  async function start(): Promise<ControlPlaneFixture & { tenant: string }> {
    const fixture = await createFixture(database(), fixedClock(now));
    started.push(fixture);
    // A new log first gets the markers of all epochs before.
    await fixture.controlPlane.publisher.run();
    tenants += 1;
    const tenant = `epoch-${tenants}`;
    await fixture.controlPlane.tenants.create({ key: tenant });
    return { ...fixture, tenant };
  }
  afterEach(async () => {
    for (const { controlPlane } of started.splice(0)) await controlPlane.stop();
  });

  async function lastEpoch(): Promise<number> {
    const [row] = await database().query<{ last_epoch: number }>(
      'select last_epoch from catalog_epoch_lock',
    );
    return row!.last_epoch;
  }

  test('a change is acknowledged once every partition has its marker, with the changes it names', async () => {
    const { controlPlane, eventLog, raters, tenant } = await start();
    const before = await lastEpoch();
    const { ticket } = await controlPlane.meters.create(tenant, meter);
    const settled = await controlPlane.publisher.settle(ticket);
    expect(settled).toEqual({ kind: 'acknowledged', epoch: before + 1 });
    expect(raters.epochs).toEqual([before + 1, before + 1, before + 1, before + 1]);
    expect(eventLog.partitionCount).toBe(4);
    const changes = await controlPlane.catalogSource.changes(before + 1);
    expect(changes).toMatchObject([
      { kind: 'meter', tenant, key: 'api-calls', version: 1, definition: meter },
    ]);
    const snapshot = await controlPlane.catalogSource.snapshot(before + 1);
    expect(snapshot.changes.filter((change) => change.tenant === tenant)).toEqual(changes);
  });

  test('changes made together share an epoch; every version stays in the snapshot', async () => {
    const { controlPlane, tenant } = await start();
    await controlPlane.publisher.run();
    const before = await lastEpoch();
    const tickets = await Promise.all(
      ['a', 'b', 'c'].map(
        async (key) => (await controlPlane.meters.create(tenant, { ...meter, key })).ticket,
      ),
    );
    const settled = await Promise.all(
      tickets.map((ticket) => controlPlane.publisher.settle(ticket)),
    );
    expect(new Set(settled.map((one) => (one.kind === 'unchanged' ? 0 : one.epoch)))).toEqual(
      new Set([before + 1]),
    );
    const { ticket } = await controlPlane.meters.update(tenant, 'a', { dimensions: [] });
    await controlPlane.publisher.settle(ticket);
    const { changes } = await controlPlane.catalogSource.snapshot(before + 2);
    const versions = changes.filter(
      (change) => change.kind === 'meter' && change.tenant === tenant && change.key === 'a',
    );
    expect(versions).toMatchObject([{ version: 1 }, { version: 2 }]);
    const earlier = await controlPlane.catalogSource.snapshot(before + 1);
    expect(earlier.changes.filter((change) => change.tenant === tenant)).toHaveLength(3);
  });

  test('killed after the epoch was assigned, the next process publishes it', async () => {
    const { controlPlane, eventLog, tenant } = await start();
    const { ticket } = await controlPlane.meters.create(tenant, meter);
    const state = await assignPending(database(), eventLog.incarnation, hashCatalogChanges, now);
    expect(state.acknowledged).toBe(false);
    const next = await settleIn(restart(controlPlane, eventLog), ticket);
    expect(next).toEqual({ kind: 'acknowledged', epoch: state.lastEpoch });
  });

  test('killed between append and commit, the markers are appended once more and ignored', async () => {
    const { controlPlane, eventLog, tenant } = await start();
    const { ticket } = await controlPlane.meters.create(tenant, meter);
    const { lastEpoch: epoch } = await assignPending(
      database(),
      eventLog.incarnation,
      hashCatalogChanges,
      now,
    );
    const keys = controlPlane.installationKeys;
    const dying = publishMarkers(
      database(),
      eventLog.incarnation,
      async (markers) => {
        for (const marker of markers) {
          await eventLog.append(
            [0, 1].map((partition) => ({ partition, key: null, ...encodeControl(marker, keys) })),
          );
        }
        throw new Error('killed');
      },
      now,
    );
    await expect(dying).rejects.toThrow('killed');
    const restarted = restart(controlPlane, eventLog);
    expect(await settleIn(restarted, ticket)).toEqual({ kind: 'acknowledged', epoch });
    expect(restarted.raters.epochs).toEqual([epoch, epoch, epoch, epoch]);
  });

  test('killed while it waited for the raters, the next process waits on', async () => {
    const { controlPlane, eventLog, raters, tenant } = await start();
    raters.paused = true;
    const { ticket } = await controlPlane.meters.create(tenant, meter);
    const pending = await controlPlane.publisher.settle(ticket, 300);
    expect(pending).toMatchObject({ kind: 'pending' });
    await controlPlane.publisher.stop();
    const restarted = restart(controlPlane, eventLog);
    const settled = await settleIn(restarted, ticket);
    expect(settled).toEqual({ ...pending, kind: 'acknowledged' });
  });

  test('a log that fails midway is tried again', async () => {
    const { controlPlane, eventLog, tenant } = await start();
    await controlPlane.publisher.run();
    const { ticket } = await controlPlane.meters.create(tenant, meter);
    eventLog.failAfter = 2;
    expect(await controlPlane.publisher.settle(ticket)).toMatchObject({ kind: 'acknowledged' });
    expect(eventLog.failAfter).toBeNull();
  });

  test('two processes that publish at once agree on the epochs', async () => {
    const { controlPlane, eventLog, raters, tenant } = await start();
    const other = restart(controlPlane, eventLog);
    const before = await lastEpoch();
    const tickets = await Promise.all(
      ['a', 'b', 'c', 'd'].map(
        async (key) => (await controlPlane.meters.create(tenant, { ...meter, key })).ticket,
      ),
    );
    const settled = await Promise.all(
      tickets.map((ticket, index) =>
        index % 2 === 0 ? controlPlane.publisher.settle(ticket) : other.publisher.settle(ticket),
      ),
    );
    expect(settled.every(({ kind }) => kind === 'acknowledged')).toBe(true);
    await raters.process();
    expect(Math.min(...raters.epochs)).toBe(await lastEpoch());
    expect(await lastEpoch()).toBeGreaterThan(before);
  });

  test('a new life of the log gets the markers of all epochs again', async () => {
    const { controlPlane, tenant } = await start();
    await controlPlane.publisher.settle((await controlPlane.meters.create(tenant, meter)).ticket);
    const fresh = await start();
    const { ticket } = await fresh.controlPlane.meters.create(fresh.tenant, meter);
    expect(await fresh.controlPlane.publisher.settle(ticket)).toMatchObject({
      kind: 'acknowledged',
    });
    expect(Math.min(...fresh.raters.epochs)).toBe(await lastEpoch());
  });

  /** Another process on the same database and log; its raters start from what the log holds. */
  function restart(
    controlPlane: ControlPlaneFixture['controlPlane'],
    eventLog: ControlPlaneFixture['eventLog'],
  ): { publisher: EpochPublisher; raters: MarkerRaters } {
    const raters = new MarkerRaters(eventLog);
    raters.keys = controlPlane.installationKeys;
    raters.source = controlPlane.catalogSource;
    const publisher = new EpochPublisher({
      database: database(),
      clock: fixedClock(now),
      eventLog,
      progress: raters,
      hashChanges: hashCatalogChanges,
      encodeMarker: (marker) => encodeControl(marker, controlPlane.installationKeys),
    });
    return { publisher, raters };
  }

  function settleIn(process: { publisher: EpochPublisher }, ticket: number | null) {
    return process.publisher.settle(ticket);
  }
});
