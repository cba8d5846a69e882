import { expect, test } from 'vitest';
import { describeDatabases } from '../support/databases.ts';
import { createFixture } from '../support/control-plane-fixture.ts';
import { parseInstant } from '@tidemark/platform/clock';
import { catalogFileSchema } from '../../src/catalog-files/catalog-file.ts';

describeDatabases('smoke', (database) => {
  test('catalog of 2000', async () => {
    const { controlPlane: cp } = await createFixture(database());
    const key = await cp.bootstrap();
    expect(await cp.keyVerifier.verify(key!)).toMatchObject({ kind: 'ok', tenant: 'default' });
    const raw = {
      meters: [{ key: 'api-calls', eventType: 'web.request', aggregation: 'count', dimensions: ['kind'] }],
      plans: [{ key: 'web', currency: 'USD', cadence: 'month', minimum: '5.00', charges: [
        { key: 'base', price: { model: 'flat', currency: 'USD', amount: '5.00' }, timing: 'in_advance' },
        { key: 'calls', meter: 'api-calls', price: { model: 'graduated', currency: 'USD', tiers: [ { upTo: '100', unitAmount: '0' }, { upTo: null, unitAmount: '0.0005' } ] } } ] }],
      customers: Array.from({ length: 2000 }, (_, i) => ({ key: `c${i}`, name: `C ${i}`, currency: 'USD', timeZone: 'Europe/Berlin' })),
      subscriptions: Array.from({ length: 2000 }, (_, i) => ({ customer: `c${i}`, plan: 'web', startsAt: '2015-05-01T00:00:00Z', anchor: 'calendar' })),
    };
    let t = performance.now();
    const lap = (name: string) => { console.log(name, Math.round(performance.now() - t)); t = performance.now(); };
    const file = catalogFileSchema.parse(raw);
    lap('parse');
    const { result, ticket } = await cp.catalogFiles.apply({ tenant: 'default', keyId: null }, file);
    lap('apply');
    expect(result.changes.filter(({ action }) => action === 'create').length).toBe(4002);
    console.log(await cp.publisher.settle(ticket)); lap('settle');
    const again = await cp.catalogFiles.apply({ tenant: 'default', keyId: null }, file);
    lap('again');
    expect(again.result.changes.every(({ action }) => action === 'unchanged')).toBe(true);
    const close = await cp.closeLedger.openClose({ tenant: 'default', through: parseInstant('2015-06-01T00:00:00Z')!, customers: null, dryRun: false });
    lap('openClose');
    expect(close.subscriptionsTotal).toBe(2000);
    const due = await cp.closeLedger.dueInstants(close, null, 100);
    lap('due');
    console.dir(due[0], { depth: 5 });
    await cp.publisher.stop();
  }, 60000);
});
