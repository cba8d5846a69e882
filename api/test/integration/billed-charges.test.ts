/** The third conservation equation: each way in which lines and billed amounts may part must show. */
import { parseInstant } from '@tidemark/platform/clock';
import { expect, test } from 'vitest';
import { useApi } from '../support/api-suite.ts';
import { closeOfDrafts } from '../support/close-of-drafts.ts';
import { describeDatabases } from '../support/databases.ts';
import { customer, meter, plan } from '../support/sample-catalog.ts';

describeDatabases('what counts as billed', (database) => {
  const suite = useApi(database);

  /** A tenant with two invoices of 7.00 USD, for May and June. */
  async function billed(): Promise<string> {
    const { caller, key: tenant } = await suite.newTenant();
    await caller.post('/v1/catalog/apply', {
      meters: [meter],
      plans: [plan],
      customers: [customer],
      subscriptions: [{ customer: 'acme', plan: 'web', startsAt: '2015-05-01T00:00:00Z' }],
    });
    await closeOfDrafts(suite.server().api.controlPlane, tenant, '2015-07-01T00:00:00Z');
    return tenant;
  }

  const chargesOf = (tenant: string, span: { from?: string } = {}) =>
    suite.server().api.controlPlane.invoices.billedCharges({
      tenant,
      ...(span.from !== undefined && { from: parseInstant(span.from) }),
    });
  const change = (sql: string, tenant: string) => database().query(sql, [tenant]);

  test('is what the lines say, also of late usage, coupons and a plan that is capped', async () => {
    const tenant = await billed();
    expect(await chargesOf(tenant)).toMatchObject([
      { charge: 'calls', billed: '7.00', invoiced: '7.00', subscriptions: 1, holds: true },
      { charge: 'calls', billed: '7.00', invoiced: '7.00', subscriptions: 1, holds: true },
    ]);
    // June's invoice adjusts May by 2.50, caps its plan by 3.00, and takes a coupon of 1.00 off.
    const line = `insert into invoice_lines
      select tenant, invoice, 1 + line_number, given.kind, given.charge, null, 'given', from_at, to_at, null, null, null, given.amount, given.amount, '[]'
      from (select i.tenant, i.invoice, p.line_number, p.kind, p.charge, p.amount,
          case when p.kind = 'late_usage' then (select min(period_from) from invoices where tenant = $1) else i.period_from end as from_at,
          i.period_to as to_at
        from (select * from invoices where tenant = $1 order by instant desc limit 1) i,
          (values (1, 'late_usage', 'calls', 2.5), (2, 'discount', null, -3.0), (3, 'discount', null, -1.0))
            as p (line_number, kind, charge, amount)) given`;
    await change(line, tenant);
    await change(
      `update invoices set discount_total = 1 where tenant = $1
       and instant = (select max(instant) from invoices where tenant = $1)`,
      tenant,
    );
    await change(
      `update billed_amounts b set amounts = amounts || case
         when period_from = (select min(period_from) from billed_amounts where tenant = $1) then '{"calls":"9.50"}'::jsonb
         else '{"maximum":"-3.00"}'::jsonb end
       where tenant = $1`,
      tenant,
    );
    const charges = await chargesOf(tenant);
    expect(charges).toHaveLength(3);
    expect(charges.every(({ holds }) => holds)).toBe(true);
    expect(charges[0]).toMatchObject({ charge: 'calls', billed: '9.50', invoiced: '9.50' });
    expect(charges.find(({ charge }) => charge === null)).toMatchObject({ invoiced: '-3.0' });
  });

  test.each([
    ['a line is gone', `delete from invoice_lines where tenant = $1 and kind = 'usage'`],
    ['a line is altered', `update invoice_lines set amount = 6.99 where tenant = $1`],
    [
      'a line stands twice',
      `insert into invoice_lines select tenant, invoice, 2, kind, charge, meter, description, from_at, to_at, quantity,
         billable_quantity, unit_amount, exact_amount, amount, tiers from invoice_lines where tenant = $1`,
    ],
    [
      'an account is altered',
      `update billed_amounts set amounts = '{"calls":"7.01"}' where tenant = $1`,
    ],
    ['an account is gone', `delete from billed_amounts where tenant = $1`],
  ])('differs where %s', async (_what, sql) => {
    const tenant = await billed();
    await change(sql, tenant);
    const charges = await chargesOf(tenant);
    expect(charges).toHaveLength(2);
    expect(charges.map(({ holds }) => holds)).toEqual([false, false]);
  });

  test('is looked at by when it was billed', async () => {
    const tenant = await billed();
    expect(await chargesOf(tenant, { from: '2200-01-01T00:00:00Z' })).toEqual([]);
  });
});
