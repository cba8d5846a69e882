import { createHash } from 'node:crypto';
import type { Invoice } from '@tidemark/aggregator/close';
import { describe, expect, it } from 'vitest';
import type { Customer } from '../customers/customer.ts';
import { renderInvoice } from './invoice-html.ts';

const customer: Customer = {
  key: 'acme',
  name: '<script>alert("Acme & Söhne")</script>',
  currency: 'USD',
  timeZone: 'UTC',
  emails: [],
  address: { line1: '1 Main St', city: 'Berlin', country: 'DE' },
  taxIds: [],
  state: 'active',
  parent: null,
  metadata: {},
  createdAt: 0,
  updatedAt: 0,
};

const invoice: Invoice = {
  id: 'inv_1',
  number: 'TM-2026-000042',
  customer: 'acme',
  subscription: 'sub_1',
  status: 'issued',
  period: { from: '2026-04-01T00:00:00Z', to: '2026-05-01T00:00:00Z' },
  currency: 'USD',
  issuedAt: '2026-05-02T10:00:00Z',
  dueAt: null,
  lines: [
    {
      id: '1',
      kind: 'usage',
      charge: 'calls',
      meter: 'api-calls',
      description: "API calls <b>'700'</b>",
      from: '2026-04-01T00:00:00Z',
      to: '2026-05-01T00:00:00Z',
      quantity: '700',
      billableQuantity: '700',
      unitAmount: null,
      exactAmount: '19',
      amount: '19.00',
      tiers: [
        { tier: 1, quantity: '500', unitAmount: '0.03', amount: '15.00' },
        { tier: 2, quantity: '200', unitAmount: '0.02', amount: '4.00' },
      ],
    },
  ],
  subtotal: '90071992547409931234.57',
  discountTotal: '1.00',
  creditTotal: '0.00',
  taxTotal: '0.00',
  total: '-0.05',
  amountDue: '0.00',
  proof: { cut: [{ partition: 0, offset: '12' }], catalogEpoch: 3, hash: 'sha256:ab' },
  revision: 2,
};

describe('the page of an invoice', () => {
  const { html, contentSecurityPolicy } = renderInvoice(invoice, customer);

  it('shows number, period, lines, tiers and totals', () => {
    for (const text of ['TM-2026-000042', 'revision 2', '2026-04-01 to 2026-04-30', '1 Main St']) {
      expect(html).toContain(text);
    }
    expect(html).toContain('tier 2');
    expect(html).toContain('$15.00');
    expect(html).toContain('rated from the log below 0:12 with catalog epoch 3');
  });

  it("shows days of the customer's calendar, the last one that counts included", () => {
    const berlin = { ...customer, timeZone: 'Europe/Berlin' };
    const period = { from: '2026-03-31T22:00:00Z', to: '2026-04-30T22:00:00Z' };
    const page = renderInvoice({ ...invoice, period, lines: [] }, berlin).html;
    expect(page).toContain('<dd>2026-04-01 to 2026-04-30</dd>');
    const oneDay = { from: '2026-04-01T22:00:00Z', to: '2026-04-02T22:00:00Z' };
    const short = renderInvoice({ ...invoice, period: oneDay, lines: [] }, berlin).html;
    expect(short).toContain('<dd>2026-04-02</dd>');
  });

  it('shows amounts to the last digit, whatever their size', () => {
    expect(html).toContain('$90,071,992,547,409,931,234.57');
    expect(html).toContain('-$1.00');
    expect(html).toContain('-$0.05');
    const yen = renderInvoice({ ...invoice, currency: 'JPY', total: '1234' }, customer).html;
    expect(yen).toContain('¥1,234<');
  });

  it('leaves totals of zero out', () => {
    expect(html).toContain('Discounts');
    expect(html).not.toContain('Credits');
  });

  it('never lets a name or description become markup, and allows its own style alone', () => {
    expect(html).not.toContain('<script>');
    expect(html).toContain('&lt;script&gt;alert(&quot;Acme &amp; Söhne&quot;)');
    expect(html).toContain('&lt;b&gt;&#39;700&#39;&lt;/b&gt;');
    const style = /<style>([^]*)<\/style>/.exec(html)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(contentSecurityPolicy).toContain(`style-src 'sha256-${hash}'`);
    expect(contentSecurityPolicy).toContain("default-src 'none'");
  });
});
