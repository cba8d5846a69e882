import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { partitionOfCustomer, Killed } from '../fakes/memory-ledger.ts';
import { CloseScenario, instant, meterOf, months, planOf } from '../close-scenario.ts';
import type { SentEvent } from '../close-scenario.ts';
import { eventBlocks, partitionCount, startTestStore, totalBlocks } from '../test-store.ts';
import type { TestStore } from '../test-store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await startTestStore();
});
afterAll(() => test.stop());
beforeEach(() => test.reset());

const meters = [
  meterOf({ key: 'calls', aggregation: 'count', dimensions: ['kind'] }),
  meterOf({ key: 'bytes', aggregation: 'sum', property: 'bytes' }),
  meterOf({ key: 'users', aggregation: 'unique_count', property: 'user' }),
  meterOf({
    key: 'seats',
    eventType: 'seat.level',
    aggregation: 'time_weighted',
    property: 'seats',
  }),
];
const usd = { currency: 'USD' };
const base = {
  key: 'base',
  name: 'Base fee',
  price: { model: 'flat', ...usd, amount: '5.00' },
  timing: 'in_advance',
};
const calls = {
  key: 'calls',
  name: 'API calls',
  meter: 'calls',
  price: {
    model: 'volume',
    ...usd,
    tiers: [
      { upTo: '2', unitAmount: '0.03' },
      { upTo: null, unitAmount: '0.02' },
    ],
  },
};
const images = {
  key: 'images',
  name: 'Images',
  meter: 'calls',
  filter: { kind: ['image'] },
  price: { model: 'per_unit', ...usd, unitAmount: '0.1' },
};
const bytes = {
  key: 'bytes',
  name: 'Egress',
  meter: 'bytes',
  price: { model: 'per_unit', ...usd, unitAmount: '0.000000000000000001' },
};
const plan = planOf([base, calls, images, bytes]);

const request = (time: string, data: SentEvent['data'] = {}): SentEvent => ({ time, data });
const march = (day: string) =>
  request(`2026-03-${day}T10:00:00.000001Z`, { kind: 'image', bytes: 1 });

describe('the close', () => {
  it('bills a whole period with every charge, also those at zero, and the next base fee in advance', async () => {
    const scenario = new CloseScenario(test, meters);
    const periods = months(3, 5, plan);
    scenario.subscribe(
      { subscription: 'sub_1', customer: 'Zoë', periods, startDue: true },
      { subscription: 'sub_2', customer: "o'b", periods },
    );
    await scenario.send(
      'Zoë',
      march('01'),
      march('02'),
      request('2026-03-31T23:59:59.999999Z', { kind: 'page', bytes: '2.5' }),
      request('2026-04-01T00:00:00Z', { kind: 'image' }),
    );
    const close = await scenario.close('2026-04-01T00:00:00Z');
    expect(close).toMatchObject({ status: 'done', halted: [], subscriptionsDone: 2 });
    expect(scenario.lines()).toEqual([
      ['flat base - 5.00'],
      ['usage calls 0 0.00', 'usage images 0 0.00', 'usage bytes 0 0.00', 'flat base - 5.00'],
      ['usage calls 3 0.06', 'usage images 2 0.20', 'usage bytes 4.5 0.00', 'flat base - 5.00'],
    ]);
    const { document } = scenario.ledger.invoices[2]!;
    expect(document).toMatchObject({
      customer: 'Zoë',
      period: { from: '2026-03-01T00:00:00Z', to: '2026-04-01T00:00:00Z' },
      subtotal: '5.26',
      total: '5.26',
      amountDue: '5.26',
      proof: {
        catalogEpoch: 1,
        cut: scenario.ledger.cut.offsets.map((offset, partition) => ({
          partition,
          offset: String(offset),
        })),
      },
    });
    expect(document.lines[0]).toEqual({
      id: '1',
      kind: 'usage',
      charge: 'calls',
      meter: 'calls',
      description: 'API calls, 3 at volume tier 2',
      from: '2026-03-01T00:00:00Z',
      to: '2026-04-01T00:00:00Z',
      quantity: '3',
      billableQuantity: '3',
      unitAmount: '0.02',
      exactAmount: '0.06',
      amount: '0.06',
      tiers: [{ tier: 2, quantity: '3', unitAmount: '0.02', amount: '0.06' }],
    });
    expect(document.lines[2]).toMatchObject({ exactAmount: '0.0000000000000000045' });
  });

  it('closes several periods of a subscription in one job, and nothing when run again', async () => {
    const scenario = new CloseScenario(test, meters);
    scenario.subscribe({ subscription: 'sub_1', customer: 'a', periods: months(3, 6, plan) });
    await scenario.send(
      'a',
      march('01'),
      request('2026-04-01T00:00:00Z'),
      request('2026-05-31T00:00:00Z'),
    );
    await scenario.close('2026-06-01T00:00:00Z');
    expect(scenario.lines().map(([first]) => first)).toEqual([
      'usage calls 1 0.03',
      'usage calls 1 0.03',
      'usage calls 1 0.03',
    ]);
    const again = await scenario.close('2026-06-01T00:00:00Z');
    expect(again.status).toBe('done');
    expect(scenario.ledger.invoices).toHaveLength(3);
  });

  it('does not see rows above the cut, nor rows twice that lie there twice', async () => {
    const scenario = new CloseScenario(test, meters);
    scenario.subscribe({ subscription: 'sub_1', customer: 'a', periods: months(3, 4, plan) });
    const blocks = await scenario.send('a', march('01'), march('02'));
    const { cut } = scenario.ledger;
    await test.sink.writeRows(blocks);
    await scenario.send('a', march('03'));
    scenario.ledger.cut = cut;
    const close = await scenario.close('2026-04-01T00:00:00Z');
    // The stream's total has moved past the cut by now: SQL is compared with a fold instead.
    expect(close).toMatchObject({ status: 'done' });
    expect(scenario.lines()[0]).toContain('usage calls 2 0.06');
  });

  it('reads events whose data SQL cannot read, and charges that must be folded', async () => {
    const scenario = new CloseScenario(test, meters);
    const users = {
      key: 'users',
      name: 'Users',
      meter: 'users',
      price: { model: 'per_unit', ...usd, unitAmount: '1' },
    };
    scenario.subscribe({
      subscription: 'sub_1',
      customer: 'a',
      periods: months(3, 4, planOf([users, bytes, images])),
    });
    await scenario.send(
      'a',
      request('2026-03-02T00:00:00Z', {
        user: 'u"1',
        bytes: '0.000000000000000001',
        kind: 'image',
        nested: { bytes: 5 },
      }),
      request('2026-03-03T00:00:00Z', { user: 'u"1', bytes: '99999999999999999999' }),
      request('2026-03-04T00:00:00Z', { user: 'u2', kind: 'a\\' }),
    );
    const close = await scenario.close('2026-04-01T00:00:00Z');
    expect(close.halted).toEqual([]);
    expect(scenario.lines()).toEqual([
      [
        'usage users 2 2.00',
        'usage bytes 99999999999999999999.000000000000000001 100.00',
        'usage images 1 0.10',
      ],
    ]);
  });

  it('carries a level from one period into the next', async () => {
    const seats = {
      key: 'seats',
      name: 'Seats',
      meter: 'seats',
      price: { model: 'per_unit', ...usd, unitAmount: '1' },
    };
    const scenario = new CloseScenario(test, meters);
    scenario.subscribe({
      subscription: 'sub_1',
      customer: 'a',
      periods: months(4, 6, planOf([seats])),
    });
    await scenario.send('a', {
      type: 'seat.level',
      time: '2026-04-16T00:00:00Z',
      data: { seats: 10 },
    });
    await scenario.close('2026-05-01T00:00:00Z');
    await scenario.close('2026-06-01T00:00:00Z');
    expect(scenario.lines()).toEqual([['usage seats 5 5.00'], ['usage seats 10 10.00']]);
  });

  it('bills every one of many subscriptions exactly once, in waves', async () => {
    const scenario = new CloseScenario(test, meters);
    const customers = Array.from({ length: 25 }, (_, index) => `c${index}`);
    for (const customer of customers) {
      scenario.subscribe({
        subscription: `sub_${customer}`,
        customer,
        periods: months(3, 4, plan),
      });
    }
    await scenario.send('c7', march('01'));
    await scenario.send('c19', march('01'), march('02'));
    const close = await scenario.close('2026-04-01T00:00:00Z');
    expect(close.subscriptionsDone).toBe(25);
    expect(scenario.ledger.invoices.map(({ due }) => due.customer).sort()).toEqual(
      [...customers].sort(),
    );
    const billed = scenario.ledger.invoices.filter(({ document }) => document.total !== '0.00');
    expect(billed.map(({ due, document }) => [due.customer, document.total]).sort()).toEqual([
      ['c19', '0.26'],
      ['c7', '0.13'],
    ]);
  });

  it('prices without writing in a dry run', async () => {
    const scenario = new CloseScenario(test, meters);
    scenario.subscribe({ subscription: 'sub_1', customer: 'a', periods: months(3, 5, plan) });
    await scenario.send('a', march('01'));
    const close = await scenario.close('2026-05-01T00:00:00Z', { dryRun: true });
    expect(close.status).toBe('done');
    expect(scenario.ledger.invoices).toEqual([]);
    expect(scenario.ledger.dryRuns.map(({ document }) => document.total)).toEqual(['5.13', '0.00']);
  });
});

describe('plan terms', () => {
  it('raise the sum of the lines to the minimum, with what was due in advance', async () => {
    const scenario = new CloseScenario(test, meters);
    const terms = planOf([base, images], { minimum: '6.00' });
    scenario.subscribe({ subscription: 'sub_1', customer: 'a', periods: months(3, 4, terms) });
    await scenario.send('a', march('01'), march('02'));
    await scenario.close('2026-04-01T00:00:00Z');
    expect(scenario.lines()).toEqual([['usage images 2 0.20', 'minimum_true_up - - 0.80']]);
  });

  it('cap the sum of the lines at the maximum', async () => {
    const scenario = new CloseScenario(test, meters);
    scenario.subscribe({
      subscription: 'sub_1',
      customer: 'a',
      periods: months(3, 4, planOf([images], { maximum: '0.15' })),
    });
    await scenario.send('a', march('01'), march('02'));
    await scenario.close('2026-04-01T00:00:00Z');
    expect(scenario.lines()).toEqual([['usage images 2 0.20', 'discount - - -0.05']]);
    expect(scenario.ledger.invoices[0]!.document.total).toBe('0.15');
  });

  it('are prorated in a first period that is short', async () => {
    const scenario = new CloseScenario(test, meters);
    const [period] = months(4, 5, planOf([{ ...base, timing: 'in_arrears' }, images]));
    const nominal = { from: period!.from, to: period!.to };
    const from = instant('2026-04-16T00:00:00Z');
    scenario.subscribe({
      subscription: 'sub_1',
      customer: 'a',
      periods: [{ ...period!, from, nominal }],
    });
    await scenario.send(
      'a',
      request('2026-04-15T23:59:59Z', { kind: 'image' }),
      request('2026-04-16T00:00:00Z', { kind: 'image' }),
    );
    const close = await scenario.close('2026-05-01T00:00:00Z');
    expect(close.halted).toEqual([]);
    expect(scenario.lines()).toEqual([['flat base - 2.50', 'usage images 1 0.10']]);
  });

  it('that change inside a period are rated apart, with the unused part of the base fee given back', async () => {
    const scenario = new CloseScenario(test, meters);
    const [before] = months(4, 5, planOf([base, calls]));
    const better = planOf(
      [
        { ...base, price: { ...base.price, amount: '9.00' } },
        { ...calls, price: { model: 'per_unit', ...usd, unitAmount: '1' } },
      ],
      { version: 2 },
    );
    const from = instant('2026-04-16T00:00:00Z');
    scenario.subscribe({
      subscription: 'sub_1',
      customer: 'a',
      periods: [{ ...before!, changes: [{ from, plan: better }] }],
    });
    await scenario.send(
      'a',
      request('2026-04-02T00:00:00Z'),
      request('2026-04-15T23:59:59.999999Z'),
      request('2026-04-16T00:00:00Z'),
    );
    const close = await scenario.close('2026-05-01T00:00:00Z');
    expect(close.halted).toEqual([]);
    expect(scenario.lines()).toEqual([
      [
        'usage calls 2 0.06',
        'usage calls 1 1.00',
        'proration_credit base - -2.50',
        'flat base - 4.50',
      ],
    ]);
  });

  it('that change inside a period count a level by its share of the period', async () => {
    const seats = {
      key: 'seats',
      name: 'Seats',
      meter: 'seats',
      price: { model: 'per_unit', ...usd, unitAmount: '1' },
    };
    const better = { ...seats, price: { ...seats.price, unitAmount: '2' } };
    const scenario = new CloseScenario(test, meters);
    const [april, may] = months(4, 6, planOf([seats]));
    const from = instant('2026-04-16T00:00:00Z');
    const changes = [{ from, plan: planOf([better], { version: 2 }) }];
    scenario.subscribe({
      subscription: 'sub_1',
      customer: 'a',
      periods: [
        { ...april!, changes },
        { ...may!, plan: planOf([better], { version: 2 }) },
      ],
    });
    const level = { type: 'seat.level', time: '2026-04-01T00:00:00Z', data: { seats: 10 } };
    await scenario.send('a', level);
    await scenario.close('2026-05-01T00:00:00Z');
    await scenario.close('2026-06-01T00:00:00Z');
    expect(scenario.lines()).toEqual([
      ['usage seats 5 5.00', 'usage seats 5 10.00'],
      ['usage seats 10 20.00'],
    ]);
  });
});

describe('late events', () => {
  it('are billed by the next close as the difference of the whole period, price of all units included', async () => {
    const scenario = new CloseScenario(test, meters);
    scenario.subscribe({
      subscription: 'sub_1',
      customer: 'a',
      periods: months(3, 6, planOf([calls, images], { minimum: '0.10' })),
    });
    await scenario.send('a', march('01'), march('02'));
    await scenario.close('2026-04-01T00:00:00Z');
    expect(scenario.lines()).toEqual([['usage calls 2 0.06', 'usage images 2 0.20']]);
    // With a third call all three cost 0.02 instead of 0.03: nothing to pay for calls, a cent less than before at two more.
    await scenario.send(
      'a',
      march('03'),
      request('2026-03-31T23:59:59Z'),
      request('2026-04-02T00:00:00Z'),
    );
    await scenario.close('2026-05-01T00:00:00Z');
    expect(scenario.lines()[1]).toEqual([
      'usage calls 1 0.03',
      'usage images 0 0.00',
      'minimum_true_up - - 0.07',
      'late_usage calls 2 0.02',
      'late_usage images 1 0.10',
    ]);
    const late = scenario.ledger.invoices[1]!.document.lines[3]!;
    expect(late).toMatchObject({
      from: '2026-03-01T00:00:00Z',
      to: '2026-04-01T00:00:00Z',
      meter: 'calls',
    });
    await scenario.close('2026-06-01T00:00:00Z');
    expect(scenario.lines()[2]).toEqual([
      'usage calls 0 0.00',
      'usage images 0 0.00',
      'minimum_true_up - - 0.10',
    ]);
  });

  it('take a true-up back that they fill', async () => {
    const scenario = new CloseScenario(test, meters);
    scenario.subscribe({
      subscription: 'sub_1',
      customer: 'a',
      periods: months(3, 6, planOf([images], { minimum: '0.25' })),
    });
    await scenario.send('a', march('01'));
    await scenario.close('2026-04-01T00:00:00Z');
    await scenario.send('a', march('02'), march('03'));
    await scenario.close('2026-05-01T00:00:00Z');
    expect(scenario.lines()).toEqual([
      ['usage images 1 0.10', 'minimum_true_up - - 0.15'],
      [
        'usage images 0 0.00',
        'minimum_true_up - - 0.25',
        'late_usage images 2 0.20',
        'late_usage - - -0.15',
      ],
    ]);
    await scenario.send('a', march('04'));
    await scenario.close('2026-06-01T00:00:00Z');
    expect(scenario.lines()[2]).toContain('late_usage images 1 0.10');
  });
});

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
