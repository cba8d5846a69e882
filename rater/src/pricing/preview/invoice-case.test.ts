// Expected results were checked by hand against PRICING.md.
import { describe, expect, it } from 'vitest';
import { previewCase } from './preview-case.ts';

const period = { from: '2024-01-01T00:00:00Z', to: '2024-01-31T00:00:00Z' };
const service = { from: '2024-01-16T00:00:00Z', to: '2024-01-31T00:00:00Z' };

const newYork = {
  period: { from: '2024-01-01T05:00:00Z', to: '2024-01-31T05:00:00Z' },
  service: { from: '2024-01-16T03:00:00Z', to: '2024-01-31T05:00:00Z' },
};
const flat = { model: 'flat', currency: 'USD', amount: '30' };

interface InvoiceResult {
  readonly lines: readonly Readonly<Record<string, string>>[];
  readonly subtotal: string;
  readonly discountTotal: string;
  readonly creditTotal: string;
  readonly taxTotal: string;
  readonly total: string;
  readonly amountDue: string;
  readonly usedCredits?: readonly { readonly id: string; readonly amount: string }[];
}

/** Its lines, totals and used credits, a short text each. */
function invoiceTexts(fields: object): [string[], string, string[]] {
  const invoice = previewCase({ kind: 'invoice', currency: 'USD', ...fields }) as InvoiceResult;
  const { subtotal, discountTotal, creditTotal, taxTotal, total, amountDue } = invoice;
  return [
    invoice.lines.map(
      ({ key, kind, amount, discount, credit, tax }) =>
        `${key} ${kind} ${amount} -${discount} -${credit} +${tax}`,
    ),
    `${subtotal} -${discountTotal} -${creditTotal} +${taxTotal} = ${total} due ${amountDue}`,
    (invoice.usedCredits ?? []).map(({ id, amount }) => `${id} ${amount}`),
  ];
}

describe('an invoice', () => {
  it.each<[object, string[], string, string[]]>([
    [
      {
        lines: [
          { key: 'a', amount: '60' },
          { key: 'b', amount: '30' },
        ],
        minimum: '100',
        coupons: [{ percent: '10' }],
        credits: [{ id: 'c', amount: '20' }],
        tax: [{ percent: '19' }],
      },
      [
        'a flat 60.00 -6.00 -12.00 +7.98',
        'b flat 30.00 -3.00 -6.00 +3.99',
        'minimum minimum_true_up 10.00 -1.00 -2.00 +1.33',
      ],
      '100.00 -10.00 -20.00 +13.30 = 83.30 due 83.30',
      ['c 20.00'],
    ],
    [
      {
        lines: [
          { key: 'a', amount: '60' },
          { key: 'b', amount: '60', kind: 'usage' },
        ],
        maximum: '100',
      },
      [
        'a flat 60.00 -0.00 -0.00 +0.00',
        'b usage 60.00 -0.00 -0.00 +0.00',
        'maximum maximum -20.00 -0.00 -0.00 +0.00',
      ],
      '100.00 -0.00 -0.00 +0.00 = 100.00 due 100.00',
      [],
    ],
    [
      { lines: [{ key: 'a', amount: '100' }], minimum: '100', maximum: '100' },
      ['a flat 100.00 -0.00 -0.00 +0.00'],
      '100.00 -0.00 -0.00 +0.00 = 100.00 due 100.00',
      [],
    ],
    [
      {
        lines: [
          { key: 'a', amount: '0.33' },
          { key: 'b', amount: '0.33' },
          { key: 'c', amount: '0.34' },
        ],
        coupons: [{ percent: '10' }],
      },
      [
        'a flat 0.33 -0.03 -0.00 +0.00',
        'b flat 0.33 -0.03 -0.00 +0.00',
        'c flat 0.34 -0.04 -0.00 +0.00',
      ],
      '1.00 -0.10 -0.00 +0.00 = 0.90 due 0.90',
      [],
    ],
    [
      {
        lines: [
          { key: 'a', amount: '10' },
          { key: 'b', amount: '20' },
        ],
        coupons: [
          { percent: '50', lines: ['b'] },
          { amount: '100', lines: ['a'] },
        ],
      },
      ['a flat 10.00 -10.00 -0.00 +0.00', 'b flat 20.00 -10.00 -0.00 +0.00'],
      '30.00 -20.00 -0.00 +0.00 = 10.00 due 10.00',
      [],
    ],
    [
      {
        lines: [
          { key: 'a', amount: '10' },
          { key: 'b', amount: '-4' },
        ],
        coupons: [{ percent: '100' }],
      },
      ['a flat 10.00 -6.00 -0.00 +0.00', 'b flat -4.00 -0.00 -0.00 +0.00'],
      '6.00 -6.00 -0.00 +0.00 = 0.00 due 0.00',
      [],
    ],
    [
      {
        lines: [
          { key: 'a', amount: '10' },
          { key: 'b', amount: '-4' },
        ],
        coupons: [{ amount: '10', lines: ['a'] }],
      },
      ['a flat 10.00 -6.00 -0.00 +0.00', 'b flat -4.00 -0.00 -0.00 +0.00'],
      '6.00 -6.00 -0.00 +0.00 = 0.00 due 0.00',
      [],
    ],
    [
      {
        lines: [{ key: 'a', amount: '-4' }],
        coupons: [{ percent: '50' }],
        credits: [{ id: 'c', amount: '3' }],
        tax: [{ percent: '10' }],
      },
      ['a flat -4.00 -0.00 -0.00 +-0.40'],
      '-4.00 -0.00 -0.00 +-0.40 = -4.40 due 0.00',
      ['c 0.00'],
    ],
    [
      {
        lines: [{ key: 'a', amount: '10' }],
        credits: [{ id: 'x', amount: '4' }, { id: 'y', amount: '100' }, { amount: '5' }],
      },
      ['a flat 10.00 -0.00 -10.00 +0.00'],
      '10.00 -0.00 -10.00 +0.00 = 0.00 due 0.00',
      ['x 4.00', 'y 6.00', ' 0.00'],
    ],
    [
      { lines: [{ key: 'a', amount: '100' }], tax: [{ percent: '19', inclusive: true }] },
      ['a flat 100.00 -0.00 -0.00 +15.97'],
      '100.00 -0.00 -0.00 +15.97 = 100.00 due 100.00',
      [],
    ],
    [
      { lines: [{ key: 'a', amount: '84.03' }], tax: [{ percent: '19' }] },
      ['a flat 84.03 -0.00 -0.00 +15.97'],
      '84.03 -0.00 -0.00 +15.97 = 100.00 due 100.00',
      [],
    ],
    [
      {
        lines: [{ key: 'a', amount: '119' }],
        tax: [
          { percent: '19', inclusive: true },
          { percent: '5', name: 'city' },
        ],
      },
      ['a flat 119.00 -0.00 -0.00 +24.00'],
      '119.00 -0.00 -0.00 +24.00 = 124.00 due 124.00',
      [],
    ],
    [
      {
        lines: [
          { key: 'a', amount: '0.33' },
          { key: 'b', amount: '0.33' },
        ],
        tax: [{ percent: '7.5' }, { percent: '2.5' }],
      },
      ['a flat 0.33 -0.00 -0.00 +0.03', 'b flat 0.33 -0.00 -0.00 +0.03'],
      '0.66 -0.00 -0.00 +0.06 = 0.72 due 0.72',
      [],
    ],
    [
      {
        lines: [
          {
            charge: {
              key: 'k',
              price: { model: 'per_unit', currency: 'USD', unitAmount: '0.1' },
              minimum: '20',
            },
            quantity: '125',
          },
          { key: 'f', charge: { price: { model: 'flat', currency: 'USD', amount: '5' } } },
        ],
      },
      [
        'k usage 12.50 -0.00 -0.00 +0.00',
        'k minimum_true_up 7.50 -0.00 -0.00 +0.00',
        'f flat 5.00 -0.00 -0.00 +0.00',
      ],
      '25.00 -0.00 -0.00 +0.00 = 25.00 due 25.00',
      [],
    ],
    [
      {
        lines: [
          { key: 'a', amount: '30', service, period },
          { key: 'b', amount: '10' },
        ],
        minimum: '100',
        maximum: '200',
        service,
        period,
      },
      [
        'a flat 15.00 -0.00 -0.00 +0.00',
        'b flat 10.00 -0.00 -0.00 +0.00',
        'minimum minimum_true_up 25.00 -0.00 -0.00 +0.00',
      ],
      '50.00 -0.00 -0.00 +0.00 = 50.00 due 50.00',
      [],
    ],
    [
      {
        lines: [{ key: 'a', amount: '30', service, period, proration: { basis: 'none' } }],
        proration: { basis: 'day' },
        timeZone: 'Europe/Berlin',
      },
      ['a flat 30.00 -0.00 -0.00 +0.00'],
      '30.00 -0.00 -0.00 +0.00 = 30.00 due 30.00',
      [],
    ],
    [
      // In New York the service starts on the 15th and has 16 of 30 days; in UTC it would be 15.
      {
        lines: [
          { key: 'a', amount: '30', ...newYork },
          { key: 'b', charge: { price: flat, proration: { basis: 'day' } }, ...newYork },
        ],
        minimum: '90',
        proration: { basis: 'day' },
        timeZone: 'America/New_York',
        coupons: [{ id: 'c', key: 'welcome', amount: '0' }],
        ...newYork,
      },
      [
        'a flat 16.00 -0.00 -0.00 +0.00',
        'b flat 16.00 -0.00 -0.00 +0.00',
        'minimum minimum_true_up 16.00 -0.00 -0.00 +0.00',
      ],
      '48.00 -0.00 -0.00 +0.00 = 48.00 due 48.00',
      [],
    ],
    [
      { currency: 'JPY', lines: [{ key: 'a', amount: '30.5' }] },
      ['a flat 31 -0 -0 +0'],
      '31 -0 -0 +0 = 31 due 31',
      [],
    ],
  ])('of %j', (fields, lines, totals, usedCredits) => {
    expect(invoiceTexts(fields)).toEqual([lines, totals, usedCredits]);
  });

  it('says what was used of its credits only where it has some', () => {
    const invoice = { kind: 'invoice', currency: 'USD', lines: [] };
    expect(previewCase(invoice)).not.toHaveProperty('usedCredits');
    expect(previewCase({ ...invoice, credits: [{ amount: '1' }] })).toHaveProperty('usedCredits', [
      { id: '', amount: '0.00' },
    ]);
  });
});
