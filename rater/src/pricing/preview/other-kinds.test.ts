// The kinds of case beside a charge, each at its edges. What is expected was checked by hand against PRICING.md.
import { describe, expect, it } from 'vitest';
import { previewCase } from './preview-case.ts';

type Fields = Readonly<Record<string, unknown>>;

const period = { from: '2024-01-01T00:00:00Z', to: '2024-01-31T00:00:00Z' };
const service = { from: '2024-01-16T00:00:00Z', to: '2024-01-31T00:00:00Z' };

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
function invoiceTexts(fields: Fields): [string[], string, string[]] {
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
  it.each<[Fields, string[], string, string[]]>([
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
      { currency: 'JPY', lines: [{ key: 'a', amount: '30.5' }] },
      ['a flat 31 -0 -0 +0'],
      '31 -0 -0 +0 = 31 due 31',
      [],
    ],
  ])('of %j', (fields, lines, totals, usedCredits) => {
    expect(invoiceTexts(fields)).toEqual([lines, totals, usedCredits]);
  });
});

describe('a change of plan', () => {
  it.each<[Fields, Fields]>([
    [
      {
        before: '30',
        after: '60',
        currency: 'USD',
        basis: 'second',
        at: '2024-01-11T00:00:00Z',
        period,
      },
      {
        lines: [
          { kind: 'proration_credit', amount: '-20.00' },
          { kind: 'proration_charge', amount: '40.00' },
        ],
        amount: '20.00',
      },
    ],
    [
      {
        before: '30',
        after: '60',
        currency: 'USD',
        basis: 'second',
        at: '2024-01-11T00:00:00Z',
        period,
        newPeriod: true,
      },
      {
        lines: [
          { kind: 'proration_credit', amount: '-20.00' },
          { kind: 'proration_charge', amount: '60.00' },
        ],
        amount: '40.00',
      },
    ],
    [
      {
        before: '0',
        after: '60',
        currency: 'USD',
        basis: 'second',
        at: '2024-01-11T00:00:00Z',
        period,
      },
      { lines: [{ kind: 'proration_charge', amount: '40.00' }], amount: '40.00' },
    ],
    [
      {
        before: '30',
        after: '0',
        currency: 'USD',
        basis: 'second',
        at: '2024-01-11T00:00:00Z',
        period,
      },
      { lines: [{ kind: 'proration_credit', amount: '-20.00' }], amount: '-20.00' },
    ],
    [
      {
        before: '30',
        after: '60',
        currency: 'USD',
        basis: 'second',
        at: '2023-01-01T00:00:00Z',
        period,
      },
      {
        lines: [
          { kind: 'proration_credit', amount: '-30.00' },
          { kind: 'proration_charge', amount: '60.00' },
        ],
        amount: '30.00',
      },
    ],
    [
      {
        before: '30',
        after: '60',
        currency: 'USD',
        basis: 'second',
        at: '2025-01-01T00:00:00Z',
        period,
      },
      { lines: [], amount: '0.00' },
    ],
    [
      {
        before: '30',
        after: '60',
        currency: 'USD',
        basis: 'second',
        at: '2024-01-31T00:00:00Z',
        period,
      },
      { lines: [], amount: '0.00' },
    ],
    [
      {
        before: '30',
        after: '60',
        currency: 'USD',
        basis: 'day_inclusive',
        at: '2024-01-31T12:00:00Z',
        period,
      },
      {
        lines: [
          { kind: 'proration_credit', amount: '-0.97' },
          { kind: 'proration_charge', amount: '1.94' },
        ],
        amount: '0.97',
      },
    ],
    [
      {
        before: '30',
        after: '60',
        currency: 'USD',
        basis: 'day_inclusive',
        at: '2024-02-01T00:00:00Z',
        period,
      },
      { lines: [], amount: '0.00' },
    ],
    [
      {
        before: '30',
        after: '60',
        currency: 'USD',
        basis: 'day_inclusive',
        at: '2024-01-31T00:00:00Z',
        period,
      },
      {
        lines: [
          { kind: 'proration_credit', amount: '-0.97' },
          { kind: 'proration_charge', amount: '1.94' },
        ],
        amount: '0.97',
      },
    ],
    [
      {
        before: '10.5',
        after: '60',
        currency: 'JPY',
        basis: 'second',
        at: '2024-01-11T00:00:00Z',
        period,
      },
      {
        lines: [
          { kind: 'proration_credit', amount: '-7' },
          { kind: 'proration_charge', amount: '40' },
        ],
        amount: '33',
      },
    ],
    [
      {
        before: '31',
        after: '62',
        currency: 'USD',
        basis: 'day_inclusive',
        at: '2024-01-12T00:00:00Z',
        period,
      },
      {
        lines: [
          { kind: 'proration_credit', amount: '-20.00' },
          { kind: 'proration_charge', amount: '40.00' },
        ],
        amount: '20.00',
      },
    ],
  ])('of %j is %j', (fields, expected) => {
    expect(previewCase({ kind: 'change', ...fields })).toEqual(expected);
  });
});

describe('a credit note', () => {
  it.each<[Fields, Fields]>([
    [{ paid: '20', credited: '15', amount: '10', currency: 'USD' }, { amount: '5.00' }],
    [{ paid: '20', credited: '15', amount: '5', currency: 'USD' }, { amount: '5.00' }],
    [{ paid: '20', credited: '15', amount: '4.999', currency: 'USD' }, { amount: '5.00' }],
    [{ paid: '20', credited: '25', amount: '4', currency: 'USD' }, { amount: '0.00' }],
    [{ paid: '20', credited: '0', amount: '0', currency: 'USD' }, { amount: '0.00' }],
    [{ paid: '20', credited: '0', amount: '1.5', currency: 'JPY' }, { amount: '2' }],
  ])('of %j is %j', (fields, expected) => {
    expect(previewCase({ kind: 'credit_note', ...fields })).toEqual(expected);
  });
});

describe('an allocation', () => {
  it.each<[Fields, Fields]>([
    [
      { total: '10', weights: ['1', '1', '1'], currency: 'USD' },
      { shares: ['3.34', '3.33', '3.33'], amount: '10.00' },
    ],
    [
      { total: '10', weights: ['1', '1', '1'], currency: 'JPY' },
      { shares: ['4', '3', '3'], amount: '10' },
    ],
    [
      { total: '100', weights: ['1', '1', '1'], precision: -1 },
      { shares: ['40', '30', '30'], amount: '100' },
    ],
    [
      { total: '-10', weights: ['1', '1', '1'], currency: 'USD' },
      { shares: ['-3.34', '-3.33', '-3.33'], amount: '-10.00' },
    ],
    [
      { total: '0', weights: ['0', '0'], currency: 'USD' },
      { shares: ['0.00', '0.00'], amount: '0.00' },
    ],
    [
      { total: '10', weights: ['1.5', '2', '100'], currency: 'USD', limitToWeights: true },
      { shares: ['0.15', '0.19', '9.66'], amount: '10.00' },
    ],
    [
      { total: '-10', weights: ['1.509', '2'], currency: 'USD', limitToWeights: true },
      { shares: ['-1.50', '-2.00'], amount: '-3.50' },
    ],
    [
      { total: '0', weights: [], currency: 'USD' },
      { shares: [], amount: '0.00' },
    ],
    [
      { total: '10', weights: ['0', '0'], currency: 'USD', limitToWeights: true },
      { shares: ['0.00', '0.00'], amount: '0.00' },
    ],
  ])('of %j is %j', (fields, expected) => {
    expect(previewCase({ kind: 'allocate', ...fields })).toEqual(expected);
  });
});

describe('a conversion', () => {
  it.each<[Fields, Fields]>([
    [
      { conversion: { operation: 'divide', factor: '1000', rounding: 'up' }, quantity: '500' },
      { quantity: '1' },
    ],
    [
      {
        conversion: { operation: 'divide', factor: '1000', rounding: 'up' },
        quantity: '500',
        prior: '600',
      },
      { quantity: '1' },
    ],
    [
      {
        conversion: { operation: 'divide', factor: '1000', rounding: 'up' },
        quantity: '500',
        prior: '1000',
        allowance: '1',
      },
      { quantity: '1' },
    ],
    [
      {
        conversion: { operation: 'divide', factor: '1000', rounding: 'up' },
        quantity: '-500',
        prior: '600',
      },
      { quantity: '0' },
    ],
    [
      { conversion: { operation: 'divide', factor: '3' }, quantity: '1' },
      { quantity: '0.333333333333333333' },
    ],
  ])('of %j is %j', (fields, expected) => {
    expect(previewCase({ kind: 'convert', ...fields })).toEqual(expected);
  });
});

describe('a rounding', () => {
  it.each<[Fields, Fields]>([
    [{ amount: '2.5', precision: 0 }, { amount: '3' }],
    [{ amount: '2.5', precision: 0, mode: 'half_even' }, { amount: '2' }],
    [{ amount: '2.5', precision: 0, mode: 'down' }, { amount: '2' }],
    [{ amount: '2.1', precision: 0, mode: 'up' }, { amount: '3' }],
    [{ amount: '1255', precision: -1 }, { amount: '1260' }],
    [{ amount: '1.0005', currency: 'KWD' }, { amount: '1.001' }],
  ])('of %j is %j', (fields, expected) => {
    expect(previewCase({ kind: 'round', ...fields })).toEqual(expected);
  });
});

describe('a proration', () => {
  it.each<[Fields, Fields]>([
    [
      { amount: '30', currency: 'USD', basis: 'second', service, period },
      { fraction: { numerator: '1', denominator: '2' }, amount: '15.00' },
    ],
    [
      { amount: '30', currency: 'USD', service, period },
      { fraction: { numerator: '1', denominator: '2' }, amount: '15.00' },
    ],
    [
      {
        amount: '-31',
        currency: 'USD',
        basis: 'day',
        service: { from: '2024-01-15T23:30:00Z', to: '2024-01-30T23:00:00Z' },
        period: { from: '2023-12-31T23:00:00Z', to: '2024-01-30T23:00:00Z' },
        timeZone: 'Europe/Berlin',
      },
      { fraction: { numerator: '1', denominator: '2' }, amount: '-15.50' },
    ],
  ])('of %j is %j', (fields, expected) => {
    expect(previewCase({ kind: 'proration', ...fields })).toEqual(expected);
  });
});
