import { parseInstant } from '@tidemark/platform/clock';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { extendPeriods } from '../../src/subscriptions/period-extension.ts';
import { readBoundaries } from '../../src/subscriptions/subscription-rows.ts';
import { createFixture } from '../support/control-plane-fixture.ts';
import type { ControlPlaneFixture } from '../support/control-plane-fixture.ts';
import { describeDatabases } from '../support/databases.ts';
import { meter, plan } from '../support/sample-catalog.ts';

const at = (text: string): number => parseInstant(text)!;

describeDatabases('billing periods', (database) => {
  let now = at('2026-03-10T00:00:00Z');
  let fixture: ControlPlaneFixture;
  const tenant = 'periods';
  const caller = { tenant, keyId: null };

  beforeAll(async () => {
    fixture = await createFixture(database(), { now: () => now });
    const { customers, meters, plans, tenants } = fixture.controlPlane;
    await tenants.create({ key: tenant });
    await meters.create(tenant, meter);
    await plans.create(tenant, { ...plan, cadence: 'month' });
    for (const key of ['berlin', 'ends', 'raw', 'grows']) {
      await customers.create(tenant, { key, timeZone: 'Europe/Berlin' });
    }
  });
  afterAll(() => fixture.controlPlane.stop());

  async function subscribe(customer: string, more: object = {}): Promise<string> {
    const { result } = await fixture.controlPlane.subscriptions.create(caller, {
      customer,
      plan: 'web',
      startsAt: at('2026-01-15T09:30:00Z'),
      anchor: 'calendar',
      ...more,
    });
    return result.id;
  }

  test('reach one period past now, in the time zone of the customer', async () => {
    const id = await subscribe('berlin');
    expect(await readBoundaries(database(), tenant, id)).toEqual(
      // Midnight in Berlin; summer time begins on 29 March.
      [
        '2026-01-15T09:30:00Z',
        '2026-01-31T23:00:00Z',
        '2026-02-28T23:00:00Z',
        '2026-03-31T22:00:00Z',
        '2026-04-30T22:00:00Z',
      ].map(at),
    );
  });

  test('reach the end of the subscription and no further', async () => {
    const id = await subscribe('ends', { endsAt: at('2026-02-10T00:00:00Z') });
    const boundaries = await readBoundaries(database(), tenant, id);
    expect(boundaries.at(-1)).toBe(at('2026-02-28T23:00:00Z'));
    const [change] = await database().query<{ body: { endsAt: number; boundaries: number[] } }>(
      "select body from catalog_changes where tenant = $1 and kind = 'subscription' and key = $2",
      [tenant, id],
    );
    expect(change!.body).toMatchObject({ endsAt: at('2026-02-10T00:00:00Z'), boundaries });
  });

  test('are extended as time goes on, as a catalog change', async () => {
    const id = await subscribe('grows');
    const before = await readBoundaries(database(), tenant, id);
    expect(await extendPeriods(database(), { now: () => now })).toBeNull();
    now = at('2026-06-15T00:00:00Z');
    expect(await extendPeriods(database(), { now: () => now })).not.toBeNull();
    const after = await readBoundaries(database(), tenant, id);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.at(-1)).toBe(at('2026-07-31T22:00:00Z'));
    const changes = await database().query<{ body: { boundaries: number[] } }>(
      "select body from catalog_changes where tenant = $1 and kind = 'subscription' and key = $2 order by seq",
      [tenant, id],
    );
    expect(changes.map(({ body }) => body.boundaries)).toEqual([before, after]);
    expect(await extendPeriods(database(), { now: () => now })).toBeNull();
    const periods = await database().query<{ number: number; starts_at: number; ends_at: number }>(
      'select number, starts_at, ends_at from billing_periods where tenant = $1 and subscription = $2 order by number',
      [tenant, id],
    );
    expect(periods.map(({ number }) => number)).toEqual(after.slice(1).map((_, index) => index));
    periods
      .slice(1)
      .forEach((period, index) => expect(period.starts_at).toBe(periods[index]!.ends_at));
  });

  test('follow the customer to another time zone from the next one that is not written', async () => {
    const { customers } = fixture.controlPlane;
    await customers.create(tenant, { key: 'moves', timeZone: 'Europe/Berlin' });
    const id = await subscribe('moves', { startsAt: now });
    const before = await readBoundaries(database(), tenant, id);
    expect(before.at(-1)).toBe(at('2026-07-31T22:00:00Z'));
    await customers.update(tenant, 'moves', { timeZone: 'America/New_York' });
    expect(await readBoundaries(database(), tenant, id)).toEqual(before);
    now = at('2026-07-15T00:00:00Z');
    await extendPeriods(database(), { now: () => now });
    const after = await readBoundaries(database(), tenant, id);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.at(-1)).toBe(at('2026-09-01T04:00:00Z'));
  });

  test('cannot have a gap, an overlap or a change, whoever writes them', async () => {
    const id = await subscribe('raw');
    const boundaries = await readBoundaries(database(), tenant, id);
    const next = boundaries.length - 1;
    const write = (
      first: number,
      instants: readonly string[],
      subscription = id,
    ): Promise<unknown> =>
      database().query(
        `insert into billing_period_runs (tenant, subscription, first_number, boundaries)
         values ($1, $2, $3, $4::timestamptz[])`,
        [tenant, subscription, first, instants],
      );
    const end = new Date(boundaries.at(-1)! / 1000).toISOString();
    const violation = (constraint: string) => ({ details: { constraint } });
    const contiguous = violation('billing_periods_contiguous');
    await expect(
      write(next, ['2027-01-01T00:00:00Z', '2027-02-01T00:00:00Z']),
    ).rejects.toMatchObject(contiguous);
    await expect(write(next + 1, [end, '2027-02-01T00:00:00Z'])).rejects.toMatchObject(contiguous);
    await expect(write(1, [end, '2027-02-01T00:00:00Z'])).rejects.toMatchObject(contiguous);
    await expect(write(next, [end, end])).rejects.toMatchObject({
      code: 'platform/check-violation',
    });
    await expect(write(next, [end])).rejects.toMatchObject({ code: 'platform/check-violation' });
    await expect(write(0, ['2020-01-01T00:00:00Z', '2020-02-01T00:00:00Z'])).rejects.toMatchObject({
      code: 'platform/unique-violation',
    });
    for (const statement of [
      'delete from billing_period_runs where tenant = $1',
      'update billing_period_runs set first_number = first_number where tenant = $1',
    ]) {
      await expect(database().query(statement, [tenant])).rejects.toMatchObject(
        violation('billing_periods_immutable'),
      );
    }
    await write(next, [end, '2031-01-01T00:00:00Z']);
    expect(await readBoundaries(database(), tenant, id)).toHaveLength(boundaries.length + 1);
  });
});
