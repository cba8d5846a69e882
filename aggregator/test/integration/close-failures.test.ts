import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { partitionOfCustomer, Killed } from '../fakes/memory-ledger.ts';
import { meters, bytes, plan, request, march } from '../close-catalog.ts';
import { CloseScenario, instant, months, planOf } from '../close-scenario.ts';
import { eventBlocks, partitionCount, startTestStore, totalBlocks } from '../test-store.ts';
import type { TestStore } from '../test-store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await startTestStore();
});
afterAll(() => test.stop());
beforeEach(() => test.reset());

describe('a close that is killed', () => {
  const drafts = async (kill: { transaction: number; moment: 'before' | 'after' } | null) => {
    await test.reset();
    const scenario = new CloseScenario(test, meters);
    for (let index = 0; index < 10; index++) {
      const customer = `c${index}`;
      scenario.subscribe({ subscription: `sub_${index}`, customer, periods: months(3, 5, plan) });
    }
    await scenario.send('c3', march('01'), march('02'), request('2026-04-02T00:00:00Z'));
    scenario.ledger.killAt = kill;
    const close = await scenario.ledger.openClose({
      tenant: 'acme',
      through: instant('2026-05-01T00:00:00Z'),
      customers: null,
      dryRun: false,
    });
    if (kill !== null) {
      await expect(scenario.run(close)).rejects.toThrow(Killed);
      // The log goes on; the job's cut does not.
      await scenario.send('c3', march('09'));
    }
    const [unfinished] = kill === null ? [close] : [{ ...close, status: 'running' as const }];
    await scenario.run(unfinished);
    return scenario.ledger.invoices.map((draft) => JSON.stringify(draft)).sort();
  };

  it('anywhere issues the same invoices when it is resumed', async () => {
    const expected = await drafts(null);
    expect(expected).toHaveLength(20);
    for (const transaction of [1, 3, 5]) {
      for (const moment of ['before', 'after'] as const) {
        expect(await drafts({ transaction, moment })).toEqual(expected);
      }
    }
  });

  it('or run by two processes at once issues each invoice once', async () => {
    const scenario = new CloseScenario(test, meters);
    for (let index = 0; index < 10; index++) {
      scenario.subscribe({
        subscription: `sub_${index}`,
        customer: `c${index}`,
        periods: months(3, 5, plan),
      });
    }
    await scenario.send('c3', march('01'));
    const close = await scenario.ledger.openClose({
      tenant: 'acme',
      through: instant('2026-05-01T00:00:00Z'),
      customers: null,
      dryRun: false,
    });
    await Promise.all([scenario.run(close), scenario.run(close)]);
    const keys = scenario.ledger.invoices.map(({ due }) => `${due.subscription}/${due.instant}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toHaveLength(20);
  });
});

describe('what is not right', () => {
  const subscribe = (scenario: CloseScenario, ...customers: string[]) => {
    for (const customer of customers) {
      scenario.subscribe({
        subscription: `sub_${customer}`,
        customer,
        periods: months(3, 4, plan),
      });
    }
  };
  /** Two customers of different partitions. */
  const other = ['b', 'c', 'd', 'e', 'f'].find(
    (name) => partitionOfCustomer(name) !== partitionOfCustomer('a'),
  )!;

  it.each([
    ['state', { state: '{"count":3,"sum":"0"}' }],
    ['amount', { amount: 1n }],
  ])(
    'a charge total with another %s stops that subscription and raises the alarm',
    async (_what, broken) => {
      const scenario = new CloseScenario(test, meters);
      subscribe(scenario, 'a', other);
      await scenario.send('a', march('01'), march('02'));
      await scenario.send(other, march('01'));
      const total = scenario.totalsOf('a').find(({ charge }) => charge === 'calls')!;
      await test.sink.writeRows(totalBlocks([{ ...total, ...broken }]));
      const close = await scenario.close('2026-04-01T00:00:00Z');
      expect(close.status).toBe('halted');
      expect(close.halted).toMatchObject([{ reason: 'totals-differ', subscription: 'sub_a' }]);
      expect(scenario.alarms).toEqual(close.halted);
      expect(scenario.ledger.invoices.map(({ due }) => due.customer)).toEqual([other]);
    },
  );

  it('usage that the stream has never counted stops the subscription', async () => {
    const scenario = new CloseScenario(test, meters);
    const blocks = await scenario.send('a', march('01'));
    expect(blocks.charge_totals).toBeUndefined();
    subscribe(scenario, 'a');
    const close = await scenario.close('2026-04-01T00:00:00Z');
    expect(close.halted).toMatchObject([{ reason: 'totals-differ', subscription: 'sub_a' }]);
  });

  it('a total that no charge of the plan explains stops the subscription', async () => {
    const scenario = new CloseScenario(test, meters);
    subscribe(scenario, 'a');
    await scenario.send('a', march('01'));
    const [total] = scenario.totalsOf('a');
    await test.sink.writeRows(totalBlocks([{ ...total!, charge: 'gone' }]));
    const close = await scenario.close('2026-04-01T00:00:00Z');
    expect(close.halted).toMatchObject([
      { reason: 'totals-differ', detail: expect.stringContaining('gone') as string },
    ]);
  });

  it('an event that is missing halts its partition with the range, and the others are billed', async () => {
    const scenario = new CloseScenario(test, meters);
    subscribe(scenario, 'a', other);
    await scenario.send('a', march('01'), march('02'));
    await scenario.send(other, march('01'));
    await test.clickHouse.command(
      `ALTER TABLE usage_events DELETE WHERE subject = 'a' AND offset = 1 SETTINGS mutations_sync = 1`,
    );
    const close = await scenario.close('2026-04-01T00:00:00Z');
    expect(close.halted).toEqual([
      {
        reason: 'audit-mismatch',
        partition: partitionOfCustomer('a'),
        offset: 0,
        detail: 'offsets 0 to 65536 (exclusive): 1 rows instead of 2',
      },
    ]);
    expect(scenario.alarms).toEqual(close.halted);
    expect(scenario.ledger.invoices.map(({ due }) => due.customer)).toEqual([other]);
  });

  it('an event that is not the one that was stored halts its partition', async () => {
    const scenario = new CloseScenario(test, meters);
    subscribe(scenario, 'a');
    await scenario.send('a', march('01'));
    await test.clickHouse.command('TRUNCATE TABLE usage_events');
    const forged = eventBlocks([
      {
        subject: 'a',
        offset: 0,
        time: '2026-03-01T10:00:00.000001Z',
        data: { kind: 'image', bytes: 2 },
      },
    ]);
    await test.sink.writeRows({ usage_events: forged.usage_events! });
    const close = await scenario.close('2026-04-01T00:00:00Z');
    expect(close.halted).toMatchObject([{ reason: 'audit-mismatch' }]);
  });

  it('envelopes whose outcomes are gone, with their events, halt the partition', async () => {
    const scenario = new CloseScenario(test, meters);
    subscribe(scenario, 'a', other);
    await scenario.send('a', march('01'), march('02'));
    for (const table of ['usage_events', 'envelope_outcomes']) {
      const condition = `partition = ${partitionOfCustomer('a')} AND offset = 1`;
      await test.clickHouse.command(
        `ALTER TABLE ${table} DELETE WHERE ${condition} SETTINGS mutations_sync = 1`,
      );
    }
    const close = await scenario.close('2026-04-01T00:00:00Z');
    expect(close.halted).toMatchObject([
      { reason: 'audit-counts', partition: partitionOfCustomer('a') },
    ]);
    expect(scenario.ledger.invoices.map(({ due }) => due.customer)).toEqual([other]);
  });

  it('a rater that stands still before the cut halts its partition with the offset, and the others are billed', async () => {
    const scenario = new CloseScenario(test, meters);
    subscribe(scenario, 'a', other);
    await scenario.send('a', march('01'));
    await scenario.send(other, march('01'));
    const partition = partitionOfCustomer('a');
    const offsets = [...scenario.ledger.cut.offsets];
    offsets[partition] = 5;
    scenario.ledger.cut = { incarnation: 1, offsets };
    const close = await scenario.close('2026-04-01T00:00:00Z');
    expect(close.halted).toMatchObject([{ reason: 'partition-behind', partition, offset: 1 }]);
    expect(scenario.ledger.invoices.map(({ due }) => due.customer)).toEqual([other]);
    await scenario.promise(5);
    expect(await scenario.close('2026-04-01T00:00:00Z')).toMatchObject({ status: 'done' });
    expect(scenario.ledger.invoices).toHaveLength(2);
  });

  it('a partition without customers of the job does not hold it up', async () => {
    const scenario = new CloseScenario(test, meters);
    subscribe(scenario, 'a', other);
    await scenario.send('a', march('01'));
    const offsets = scenario.ledger.cut.offsets.map((offset, partition) =>
      partition === partitionOfCustomer('a') ? offset : 99,
    );
    expect(offsets).toHaveLength(partitionCount);
    scenario.ledger.cut = { incarnation: 1, offsets };
    const close = await scenario.close('2026-04-01T00:00:00Z', { customers: ['a'] });
    expect(close.status).toBe('done');
  });

  it('a price that refuses its usage halts that subscription alone', async () => {
    const scenario = new CloseScenario(test, meters);
    const strict = planOf([{ ...bytes, price: { ...bytes.price, negative: 'reject' } }]);
    scenario.subscribe(
      { subscription: 'sub_a', customer: 'a', periods: months(3, 4, strict) },
      { subscription: 'sub_b', customer: 'b', periods: months(3, 4, strict) },
    );
    await scenario.send('a', request('2026-03-02T00:00:00Z', { bytes: -5 }));
    const close = await scenario.close('2026-04-01T00:00:00Z');
    expect(close.halted).toMatchObject([{ reason: 'rater/negative-total', subscription: 'sub_a' }]);
    expect(scenario.lines()).toEqual([['usage bytes 0 0.00']]);
  });
});
