// Cases of the other kinds that have to be refused, and what is no case at all.
import type { InvalidCase } from './invalid-case.ts';
import { invalid, kind, PERIOD } from './invalid-case.ts';

export const otherKinds: InvalidCase[] = [
  kind('an unknown kind', { kind: 'guess' }, 'kind'),
  kind('a kind named after a property of every object', { kind: 'hasOwnProperty' }, 'kind'),
  kind(
    'an unknown field of a rounding',
    { kind: 'round', amount: '1', currency: 'USD', to: 2 },
    'to',
  ),
  kind('a rounding without an amount', { kind: 'round', currency: 'USD' }, 'amount'),
  kind('a rounding to nowhere', { kind: 'round', amount: '1' }),
  kind(
    'a rounding in an unknown mode',
    { kind: 'round', amount: '1', currency: 'USD', mode: 'nearest' },
    'mode',
  ),
  kind(
    'a rounding to a precision in parts',
    { kind: 'round', amount: '1', precision: 0.5 },
    'precision',
  ),
  kind(
    'a rounding to a precision as text',
    { kind: 'round', amount: '1', precision: '2' },
    'precision',
  ),
  kind(
    'an allocation to nobody',
    { kind: 'allocate', total: '1', weights: [], currency: 'USD' },
    'weights',
  ),
  kind(
    'an allocation by a negative weight',
    { kind: 'allocate', total: '1', weights: ['1', '-1'], currency: 'USD' },
    'weights',
  ),
  kind(
    'an allocation by a number',
    { kind: 'allocate', total: '1', weights: [1], currency: 'USD' },
    'weights',
    '0',
  ),
  kind(
    'a conversion without a quantity',
    { kind: 'convert', conversion: { operation: 'divide', factor: '2' } },
    'quantity',
  ),
  ...(
    [
      ['a period of no length', PERIOD, { from: PERIOD.from, to: PERIOD.from }, 'period'],
      ['a period turned around', PERIOD, { from: PERIOD.to, to: PERIOD.from }, 'period'],
      ['a service turned around', { from: PERIOD.to, to: PERIOD.from }, PERIOD, 'service'],
      ['a period without an end', PERIOD, { from: PERIOD.from }, 'period'],
      [
        'a service without a zone',
        { from: '2024-01-05T00:00:00', to: PERIOD.to },
        PERIOD,
        'service',
      ],
    ] as const
  ).map(([says, service, period, name]) =>
    kind(
      `a proration over ${says}`,
      { kind: 'proration', amount: '1', currency: 'USD', basis: 'second', service, period },
      name,
    ),
  ),
  kind(
    'a proration by an unknown basis',
    {
      kind: 'proration',
      amount: '1',
      currency: 'USD',
      basis: 'week',
      service: PERIOD,
      period: PERIOD,
    },
    'basis',
  ),
  kind(
    'a proration in an unknown zone',
    {
      kind: 'proration',
      amount: '1',
      currency: 'USD',
      basis: 'day',
      service: PERIOD,
      period: PERIOD,
      timeZone: 'Mars/Olympus',
    },
    'timeZone',
  ),
  kind(
    'a change at no instant',
    { kind: 'change', before: '1', after: '2', currency: 'USD', basis: 'second', period: PERIOD },
    'at',
  ),
  kind('an invoice without lines', { kind: 'invoice', currency: 'USD' }, 'lines'),
  kind(
    'a line without an amount',
    { kind: 'invoice', currency: 'USD', lines: [{ key: 'a' }] },
    'lines',
    '0',
  ),
  kind(
    'a line of another currency',
    {
      kind: 'invoice',
      currency: 'USD',
      lines: [{ key: 'a', charge: { price: { model: 'flat', currency: 'EUR', amount: '1' } } }],
    },
    'lines',
    '0',
  ),
  kind(
    'a coupon of nothing',
    { kind: 'invoice', currency: 'USD', lines: [{ key: 'a', amount: '1' }], coupons: [{}] },
    'coupons',
    '0',
  ),
  kind(
    'a negative credit',
    {
      kind: 'invoice',
      currency: 'USD',
      lines: [{ key: 'a', amount: '1' }],
      credits: [{ id: 'x', amount: '-1' }],
    },
    'credits',
    '0',
  ),
  kind(
    'a negative tax',
    {
      kind: 'invoice',
      currency: 'USD',
      lines: [{ key: 'a', amount: '1' }],
      tax: [{ percent: '-1' }],
    },
    'tax',
    '0',
  ),
  ...(
    [
      ['a grant without an amount', { id: 'g' }, 'amount'],
      ['a negative grant', { id: 'g', amount: '-1' }, 'amount'],
      ['a priority in parts', { id: 'g', amount: '1', priority: 0.5 }, 'priority'],
      [
        'a refill every fortnight',
        { id: 'g', amount: '1', refill: { every: 'fortnight' } },
        'refill',
      ],
      [
        'a refill every zero days',
        { id: 'g', amount: '1', refill: { every: { every: 0, unit: 'day' } } },
        'refill',
      ],
      ['a grant in increments of zero', { id: 'g', amount: '1', increment: '0' }, 'increment'],
      ['an unknown field of a grant', { id: 'g', amount: '1', colour: 'red' }, 'colour'],
    ] as const
  ).map(([says, grant, name]) =>
    kind(says, { kind: 'credits', grants: [grant], usage: [], period: PERIOD }, 'grants', name),
  ),
  kind(
    'two grants of one id',
    {
      kind: 'credits',
      grants: [
        { id: 'g', amount: '1' },
        { id: 'g', amount: '2' },
      ],
      usage: [],
      period: PERIOD,
    },
    'grants',
  ),
  kind(
    'a refill a second for a century',
    {
      kind: 'credits',
      grants: [
        {
          id: 'g',
          amount: '1',
          startsAt: '1924-01-01T00:00:00Z',
          refill: { every: { every: 1, unit: 'second' } },
        },
      ],
      usage: [],
      period: PERIOD,
    },
    'grants',
  ),
  kind(
    'a credit note without what was paid',
    { kind: 'credit_note', credited: '0', amount: '1', currency: 'USD' },
    'paid',
  ),
];

export const notCases: InvalidCase[] = [
  invalid('nothing', null),
  invalid('a list', []),
  invalid('a text', 'price'),
  invalid('a number', 5),
  invalid('an empty object', {}),
];
