import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readConservation } from '../../src/reconcile/index.ts';
import type { RowBlocks } from '@tidemark/rater/rows';
import { readSpend } from '../../src/spend/index.ts';
import type { Spend } from '../../src/spend/index.ts';
import { CloseScenario, instant, meterOf, months, planOf } from '../close-scenario.ts';
import type { SentEvent } from '../close-scenario.ts';
import {
  eventBlocks,
  progressEverywhere,
  progressOf,
  startTestStore,
  totalBlocks,
} from '../test-store.ts';
import type { TestStore } from '../test-store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await startTestStore();
});
afterAll(() => test.stop());
beforeEach(() => test.reset());

const published = { catalogEpoch: 1, isPublished: true };
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
    const spend = await readSpend(test.clickHouse, { ...published, due: due!, meters });
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

/** Charges of every kind: rated in the stream, re-priced by volume, filtered, capped, and deferred. */
const allMeters = [
  ...meters,
  meterOf({ key: 'calls-by-region', aggregation: 'count', dimensions: ['region'] }),
  meterOf({ key: 'bytes', aggregation: 'sum', property: 'bytes' }),
  meterOf({ key: 'peak', aggregation: 'max', property: 'bytes' }),
  meterOf({ key: 'hosts', aggregation: 'unique_count', property: 'host' }),
];
const allCharges = [
  calls,
  {
    key: 'bytes',
    meter: 'bytes',
    price: {
      model: 'volume',
      currency: 'USD',
      tiers: [
        { upTo: '20', unitAmount: '0.1' },
        { upTo: null, unitAmount: '0.07' },
      ],
    },
  },
  { ...calls, key: 'calls-eu', meter: 'calls-by-region', filter: { region: ['eu'] } },
  { key: 'peak', meter: 'peak', price: { ...calls.price, unitAmount: '0.003' } },
  { key: 'hosts', meter: 'hosts', price: { ...calls.price, unitAmount: '1.01' } },
];

describe('spend from the totals of the stream', () => {
  const spendOf = async (
    scenario: CloseScenario,
    terms: { catalogEpoch: number; isPublished: boolean },
  ): Promise<Spend> => {
    const request = { tenant: 'acme', through: instant('2026-04-01T00:00:00Z'), customers: null };
    const close = await scenario.ledger.openClose({ ...request, dryRun: false });
    const [due] = await scenario.ledger.dueInstants(close, null, 1);
    return readSpend(test.clickHouse, { ...terms, due: due!, meters: scenario.ledger.meters });
  };
  const fromEvents = { ...published, isPublished: false };
  const day = (number: number, data: SentEvent['data'] = {}): SentEvent => ({
    time: `2026-03-${String(number).padStart(2, '0')}T00:00:00Z`,
    data,
  });
  /** A total that no events stand behind, so that an answer tells where it comes from. */
  const invented = (version: number): RowBlocks =>
    totalBlocks([
      {
        customer: 'a',
        subscription: 'sub_1',
        charge: 'calls',
        periodStart: '2026-03-01T00:00:00Z',
        version,
        events: 70,
        state: '{"count":70,"sum":"0"}',
        amount: 35n * 10n ** 36n,
      },
    ]);
  const callsOf = ({ draft }: Spend): string | null | undefined =>
    draft?.document.lines.find(({ charge }) => charge === 'calls')?.quantity;

  it('equals the spend from the events, whatever has landed, been promised or come late', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            days: fc.array(fc.integer({ min: 1, max: 28 }), { minLength: 1, maxLength: 4 }),
            bytes: fc.integer({ min: 0, max: 30 }),
            region: fc.constantFrom('eu', 'us'),
            host: fc.constantFrom('x', 'y', 'z'),
            isPromised: fc.boolean(),
          }),
          { maxLength: 6 },
        ),
        fc.boolean(),
        async (flushes, changesPlan) => {
          await test.reset();
          const scenario = new CloseScenario(test, allMeters);
          const [period] = months(3, 4, planOf(allCharges));
          const dearer = planOf(allCharges.slice(0, 3), { version: 2, minimum: '40' });
          const changes = [{ from: instant('2026-03-15T00:00:00Z'), plan: dearer }];
          const periods = [{ ...period!, ...(changesPlan && { changes }) }];
          scenario.subscribe({ subscription: 'sub_1', customer: 'a', periods });
          await scenario.promise();
          for (const { days, isPromised, ...data } of flushes) {
            const events = days.map((number) => day(number, data));
            await (isPromised ? scenario.send('a', ...events) : scenario.land('a', ...events));
          }
          expect(await spendOf(scenario, published)).toEqual(await spendOf(scenario, fromEvents));
        },
      ),
      { numRuns: 8 },
    );
  });

  it('takes totals at or below the progress, and events for those above it', async () => {
    const scenario = new CloseScenario(test, meters);
    scenario.subscribe({ subscription: 'sub_1', customer: 'a', periods: months(3, 4, plan) });
    await scenario.send('a', day(1), day(2), day(3));
    await test.sink.writeRows(invented(3));
    expect(callsOf(await spendOf(scenario, published))).toBe('70');
    expect(callsOf(await spendOf(scenario, fromEvents))).toBe('3');
    await test.sink.writeRows(invented(4));
    expect(callsOf(await spendOf(scenario, published))).toBe('3');
  });

  it('asks the events while the stream has not applied the terms, or had another log before', async () => {
    const scenario = new CloseScenario(test, meters);
    scenario.subscribe({ subscription: 'sub_1', customer: 'a', periods: months(3, 4, plan) });
    await scenario.send('a', day(1), day(2));
    await test.sink.writeRows(invented(2));
    expect(callsOf(await spendOf(scenario, { ...published, catalogEpoch: 2 }))).toBe('2');
    await test.sink.writeProgress([progressOf(0, 9, { incarnation: 0 })]);
    expect(callsOf(await spendOf(scenario, published))).toBe('2');
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
