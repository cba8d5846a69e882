import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readConservation } from '../../src/reconcile/index.ts';
import { readSpend } from '../../src/spend/index.ts';
import { CloseScenario, instant, meterOf, months, planOf } from '../close-scenario.ts';
import { eventBlocks, progressEverywhere, startTestStore } from '../test-store.ts';
import type { TestStore } from '../test-store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await startTestStore();
});
afterAll(() => test.stop());
beforeEach(() => test.reset());

const meters = [meterOf({ key: 'calls', aggregation: 'count' })];
const calls = {
  key: 'calls',
  meter: 'calls',
  price: { model: 'per_unit', currency: 'USD', unitAmount: '0.5' },
};
const plan = planOf([calls], { minimum: '1.20' });

describe('spend', () => {
  it('is the invoice that the close then issues, late usage included', async () => {
    const scenario = new CloseScenario(test, meters);
    scenario.subscribe({ subscription: 'sub_1', customer: 'a', periods: months(3, 5, plan) });
    await scenario.send('a', { time: '2026-03-02T00:00:00Z' });
    await scenario.close('2026-04-01T00:00:00Z');
    await scenario.send(
      'a',
      { time: '2026-03-03T00:00:00Z' },
      { time: '2026-04-03T00:00:00Z' },
      { time: '2026-04-04T00:00:00Z' },
    );
    const close = await scenario.ledger.openClose({
      tenant: 'acme',
      through: instant('2026-05-01T00:00:00Z'),
      customers: null,
      dryRun: false,
    });
    const [due] = await scenario.ledger.dueInstants(close, null, 1);
    const spend = await readSpend(test.clickHouse, { due: due!, meters, catalogEpoch: 1 });
    await scenario.run(close);
    expect(spend.draft).toEqual(scenario.ledger.invoices[1]);
    expect(scenario.lines()[1]).toEqual([
      'usage calls 2 1.00',
      'minimum_true_up - - 0.20',
      'late_usage calls 1 0.50',
      'late_usage - - -0.50',
    ]);
    expect(spend.asOf).toEqual(spend.draft?.document.proof.cut);
  });
});

describe('conservation', () => {
  it('holds where every promised event is there, and shows by how much it does not', async () => {
    const events = [1, 2, 3].map((offset) => ({
      subject: 'a',
      time: '2026-03-02T00:00:00Z',
      offset,
    }));
    const blocks = eventBlocks(events);
    await test.sink.writeRows(blocks);
    await test.sink.writeRows(blocks);
    await test.sink.writeProgress(progressEverywhere(4));
    const sound = await readConservation(test.clickHouse, { tenant: 'acme' });
    expect(sound).toMatchObject({
      holds: true,
      rows: [{ tenant: 'acme', type: 'web.request', logged: 3, stored: 3, storedRows: 3 }],
    });
    await test.clickHouse.command(
      'ALTER TABLE usage_events DELETE WHERE offset = 2 SETTINGS mutations_sync = 1',
    );
    const broken = await readConservation(test.clickHouse);
    expect(broken).toMatchObject({ holds: false, rows: [{ storedRows: 2, difference: 1 }] });
    expect(await readConservation(test.clickHouse, { tenant: 'rival' })).toMatchObject({
      holds: true,
      rows: [],
    });
  });
});
