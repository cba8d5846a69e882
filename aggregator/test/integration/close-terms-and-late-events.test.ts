import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { meters, usd, base, calls, images, request, march } from '../close-catalog.ts';
import { CloseScenario, instant, months, planOf } from '../close-scenario.ts';
import { startTestStore } from '../test-store.ts';
import type { TestStore } from '../test-store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await startTestStore();
});
afterAll(() => test.stop());
beforeEach(() => test.reset());

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
    const terms = planOf([{ ...base, timing: 'in_arrears' }, images], { minimum: '7.00' });
    const [period] = months(4, 5, terms);
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
    expect(scenario.lines()).toEqual([
      ['flat base - 2.50', 'usage images 1 0.10', 'minimum_true_up - - 0.90'],
    ]);
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
  it('count in the part of the period that they fall into', async () => {
    const scenario = new CloseScenario(test, meters);
    const [april, may] = months(4, 6, planOf([images]));
    const better = planOf([{ ...images, price: { ...images.price, unitAmount: '1' } }], {
      version: 2,
    });
    const changes = [{ from: instant('2026-04-16T00:00:00Z'), plan: better }];
    const image = (day: string) => request(`2026-04-${day}T00:00:00Z`, { kind: 'image' });
    scenario.subscribe({
      subscription: 'sub_1',
      customer: 'a',
      periods: [
        { ...april!, changes },
        { ...may!, plan: better },
      ],
    });
    await scenario.send('a', image('02'), image('20'));
    await scenario.close('2026-05-01T00:00:00Z');
    await scenario.send('a', image('03'), image('04'), image('21'));
    await scenario.close('2026-06-01T00:00:00Z');
    expect(scenario.lines()).toEqual([
      ['usage images 1 0.10', 'usage images 1 1.00'],
      ['usage images 0 0.00', 'late_usage images 3 1.20'],
    ]);
  });

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

  it('of a subscription that has ended make another revision of its last invoice', async () => {
    const scenario = new CloseScenario(test, meters);
    const [period] = months(3, 4, planOf([calls, images]));
    scenario.subscribe({ subscription: 'sub_1', customer: 'a', periods: [period!], ends: true });
    await scenario.send('a', march('01'));
    await scenario.close('2026-04-01T00:00:00Z');
    await scenario.send('a', march('02'));
    // Closing again through the same instant changes nothing; the next month's close bills what came late.
    await scenario.close('2026-04-01T00:00:00Z');
    expect(scenario.lines()).toHaveLength(1);
    await scenario.close('2026-05-01T00:00:00Z');
    expect(scenario.lines()).toEqual([
      ['usage calls 1 0.03', 'usage images 1 0.10'],
      ['late_usage calls 1 0.03', 'late_usage images 1 0.10'],
    ]);
    const [first, second] = scenario.ledger.invoices.map(({ document }) => document);
    expect(second).toMatchObject({ revision: 2, period: first!.period, total: '0.13' });
    await scenario.close('2026-06-01T00:00:00Z');
    expect(scenario.lines()).toHaveLength(2);
  });
});
