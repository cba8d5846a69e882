import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { meters, usd, images, bytes, plan, request, march } from '../close-catalog.ts';
import { CloseScenario, months, planOf } from '../close-scenario.ts';
import { startTestStore } from '../test-store.ts';
import type { TestStore } from '../test-store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await startTestStore();
});
afterAll(() => test.stop());
beforeEach(() => test.reset());

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
