import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCloseWorker } from '../../src/close/index.ts';
import { CloseScenario, instant, meterOf, months, planOf } from '../close-scenario.ts';
import { startTestStore } from '../test-store.ts';
import type { TestStore } from '../test-store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await startTestStore();
});
afterAll(() => test.stop());
beforeEach(() => test.reset());

const meters = [meterOf({ key: 'calls', aggregation: 'count' })];
const plan = planOf([
  { key: 'calls', meter: 'calls', price: { model: 'per_unit', currency: 'USD', unitAmount: '1' } },
]);
const request = {
  tenant: 'acme',
  through: instant('2026-04-01T00:00:00Z'),
  customers: null,
  dryRun: false,
};

describe('the close worker', () => {
  it('takes up what another process left running, and what is queued later', async () => {
    const scenario = new CloseScenario(test, meters);
    scenario.subscribe({ subscription: 'sub_1', customer: 'a', periods: months(3, 4, plan) });
    await scenario.send('a', { time: '2026-03-02T00:00:00Z' });
    const left = await scenario.ledger.openClose(request);
    await scenario.ledger.updateClose(left, { status: 'running' });
    const ended: string[] = [];
    let signal = Promise.withResolvers<undefined>();
    const worker = createCloseWorker({
      ledger: scenario.ledger,
      clickHouse: test.clickHouse,
      idleMs: 60_000,
      onEnd: ({ id, status }) => {
        ended.push(`${id} ${status}`);
        signal.resolve(undefined);
      },
    });
    await signal.promise;
    signal = Promise.withResolvers<undefined>();
    await scenario.ledger.openClose(request);
    worker.wake();
    await signal.promise;
    await worker.stop();
    expect(ended).toEqual(['close_1 done', 'close_2 done']);
    expect(scenario.ledger.invoices).toHaveLength(1);
  });

  it('that is stopped while it waits leaves the job to the next one', async () => {
    const scenario = new CloseScenario(test, meters);
    scenario.subscribe({ subscription: 'sub_1', customer: 'a', periods: months(3, 4, plan) });
    await scenario.promise();
    scenario.ledger.cut = { incarnation: 1, offsets: [9, 9, 9, 9] };
    const close = await scenario.ledger.openClose(request);
    const waiting = Promise.withResolvers<undefined>();
    const worker = createCloseWorker({
      ledger: scenario.ledger,
      clickHouse: test.clickHouse,
      onEnd: ({ status }, error) => waiting.reject(error ?? new Error(`The job is ${status}.`)),
      onProgress: ({ kind }) => {
        if (kind === 'waiting') waiting.resolve(undefined);
      },
    });
    await waiting.promise;
    await worker.stop();
    expect(await scenario.ledger.readClose('acme', close.id)).toMatchObject({ status: 'running' });
  });
});
