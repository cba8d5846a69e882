// Cases that have to be refused with an error, and the place in the case that the error has to name.

export interface InvalidCase {
  readonly says: string;
  readonly input: unknown;
  /** What the error's path has to contain, in any notation of paths: `charge.price.tiers[1]`, `/charge/price/tiers/1`. */
  readonly names: readonly string[];
}

type Json = Record<string, unknown>;

const PERIOD = { from: '2024-01-01T00:00:00Z', to: '2024-02-01T00:00:00Z' };
const OPEN = { upTo: null, unitAmount: '1' };

function invalid(says: string, input: unknown, ...names: string[]): InvalidCase {
  return { says, input, names };
}

function price(says: string, held: Json, ...names: string[]): InvalidCase {
  return invalid(
    says,
    { charge: { price: { currency: 'USD', ...held } }, quantity: '5' },
    ...names,
  );
}

function charge(says: string, held: Json, ...names: string[]): InvalidCase {
  const plain = { price: { model: 'per_unit', currency: 'USD', unitAmount: '1' } };
  return invalid(says, { charge: { ...plain, ...held }, quantity: '5' }, ...names);
}

function quantity(says: string, value: unknown): InvalidCase {
  return invalid(
    says,
    { charge: { price: { model: 'per_unit', currency: 'USD', unitAmount: '1' } }, quantity: value },
    'quantity',
  );
}

function meter(says: string, held: Json, ...names: string[]): InvalidCase {
  const plain = { key: 'm', eventType: 'use', aggregation: 'sum', property: 'v' };
  return invalid(
    says,
    { kind: 'meter', meter: { ...plain, ...held }, events: [], period: PERIOD },
    ...names,
  );
}

function kind(says: string, input: Json, ...names: string[]): InvalidCase {
  return invalid(says, input, ...names);
}

const graduated = (tiers: unknown): Json => ({ model: 'graduated', tiers });

const tierCases: InvalidCase[] = [
  price(
    'bounds that fall',
    graduated([{ upTo: '10', unitAmount: '1' }, { upTo: '5', unitAmount: '1' }, OPEN]),
    'tiers',
  ),
  price(
    'bounds that stand still',
    graduated([{ upTo: '10', unitAmount: '1' }, { upTo: '10', unitAmount: '1' }, OPEN]),
    'tiers',
  ),
  price(
    'bounds equal in another writing',
    graduated([{ upTo: '10', unitAmount: '1' }, { upTo: '10.0', unitAmount: '1' }, OPEN]),
    'tiers',
  ),
  price('a bounded last tier', graduated([{ upTo: '10', unitAmount: '1' }]), 'tiers'),
  price(
    'an open tier before the last',
    graduated([OPEN, { upTo: null, unitAmount: '2' }]),
    'tiers',
  ),
  price('a tier without a price', graduated([{ upTo: '10' }, OPEN]), 'tiers', '0'),
  price('no tiers', graduated([]), 'tiers'),
  price('tiers that are missing', { model: 'volume' }, 'tiers'),
  price('tiers that are no list', graduated({ upTo: null }), 'tiers'),
  price('a tier that is no object', graduated(['10', OPEN]), 'tiers', '0'),
  price('a negative bound', graduated([{ upTo: '-5', unitAmount: '1' }, OPEN]), 'tiers', '0'),
  price('a bound as a number', graduated([{ upTo: 10, unitAmount: '1' }, OPEN]), 'upTo'),
  price('a bound left out', graduated([{ unitAmount: '1' }, OPEN]), 'tiers', '0'),
  price('an unknown field of a tier', graduated([{ ...OPEN, unitPrice: '1' }]), 'unitPrice'),
  price(
    'ten thousand tiers',
    graduated([
      ...Array.from({ length: 9999 }, (_, index) => ({ upTo: String(index + 1), unitAmount: '1' })),
      OPEN,
    ]),
    'tiers',
  ),
  price('a stairstep with a unit price alone', { model: 'stairstep', tiers: [OPEN] }, 'tiers'),
  price(
    'a stairstep with an unknown mode',
    { model: 'stairstep', mode: 'highest', tiers: [{ upTo: null, flatAmount: '1' }] },
    'mode',
  ),
];

const modelCases: InvalidCase[] = [
  price('an unknown model', { model: 'surge', unitAmount: '1' }, 'model'),
  price('a model named after a property of every object', { model: 'constructor' }, 'model'),
  price('a model that is missing', { unitAmount: '1' }, 'model'),
  price('a price without its amount', { model: 'per_unit' }, 'unitAmount'),
  price('a flat price without its amount', { model: 'flat' }, 'amount'),
  price('an unknown field', { model: 'per_unit', unitAmount: '1', discount: '5' }, 'discount'),
  price('an unknown currency', { model: 'flat', amount: '1', currency: 'XQZ' }, 'currency'),
  price('a currency in small letters', { model: 'flat', amount: '1', currency: 'usd' }, 'currency'),
  invalid(
    'no currency',
    { charge: { price: { model: 'flat', amount: '1' } }, quantity: '1' },
    'currency',
  ),
  price('an amount as a number', { model: 'per_unit', unitAmount: 0.1 }, 'unitAmount'),
  price('an amount with an exponent', { model: 'per_unit', unitAmount: '1e-3' }, 'unitAmount'),
  price('an amount with a plus sign', { model: 'per_unit', unitAmount: '+1' }, 'unitAmount'),
  price('an amount with spaces', { model: 'per_unit', unitAmount: ' 1' }, 'unitAmount'),
  price('an amount with a comma', { model: 'per_unit', unitAmount: '1,5' }, 'unitAmount'),
  price(
    'an amount without digits after the point',
    { model: 'per_unit', unitAmount: '1.' },
    'unitAmount',
  ),
  price('an empty amount', { model: 'per_unit', unitAmount: '' }, 'unitAmount'),
  price('an amount in hexadecimal', { model: 'per_unit', unitAmount: '0x10' }, 'unitAmount'),
  price(
    'an amount that is not finite',
    { model: 'per_unit', unitAmount: 'Infinity' },
    'unitAmount',
  ),
  price('an amount in other digits', { model: 'per_unit', unitAmount: '١٢' }, 'unitAmount'),
  price(
    'an amount of 37 decimals',
    { model: 'per_unit', unitAmount: `0.${'0'.repeat(36)}1` },
    'unitAmount',
  ),
  price(
    'an amount of a million digits',
    { model: 'per_unit', unitAmount: '9'.repeat(1_000_000) },
    'unitAmount',
  ),
  price('an unknown rounding', { model: 'flat', amount: '1', roundMode: 'ceiling' }, 'roundMode'),
  price('an unknown place to round', { model: 'flat', amount: '1', roundAt: 'invoice' }, 'roundAt'),
  price(
    'an unknown policy for negatives',
    { model: 'per_unit', unitAmount: '1', negative: 'allow' },
    'negative',
  ),
  price(
    'a package of no units',
    { model: 'package', packageSize: '0', packageAmount: '1' },
    'packageSize',
  ),
  price(
    'a package of negative units',
    { model: 'package', packageSize: '-10', packageAmount: '1' },
    'packageSize',
  ),
  price('a package without a price', { model: 'package', packageSize: '10' }, 'packageAmount'),
  price(
    'a package rounded half up',
    { model: 'package', packageSize: '10', packageAmount: '1', rounding: 'half_even' },
    'rounding',
  ),
  price(
    'a tiered package without a mode',
    {
      model: 'tiered_package',
      mode: 'stair',
      tiers: [{ upTo: null, packageSize: '1', packageAmount: '1' }],
    },
    'mode',
  ),
  price(
    'a tiered package without a size',
    { model: 'tiered_package', mode: 'volume', tiers: [{ upTo: null, packageAmount: '1' }] },
    'tiers',
    '0',
  ),
  price('a negative rate', { model: 'percentage', rate: '-1' }, 'rate'),
  price('a rate that is missing', { model: 'percentage', fixedAmount: '1' }, 'rate'),
  price(
    'free transactions in parts',
    { model: 'percentage', rate: '1', freeTransactions: '1.5' },
    'freeTransactions',
  ),
  price(
    'negative free transactions',
    { model: 'percentage', rate: '1', freeTransactions: '-1' },
    'freeTransactions',
  ),
  price(
    'a negative free amount',
    { model: 'percentage', rate: '1', freeAmount: '-1' },
    'freeAmount',
  ),
  price(
    'a least fee above the greatest',
    { model: 'percentage', rate: '1', minPerTransaction: '5', maxPerTransaction: '4' },
    'PerTransaction',
  ),
  price(
    'a dynamic price without its property',
    { model: 'dynamic', multiplier: '1' },
    'amountProperty',
  ),
  price('a matrix without cells', { model: 'matrix', dimensions: ['region'] }, 'cells'),
  price(
    'a matrix cell of an unknown dimension',
    {
      model: 'matrix',
      dimensions: ['region'],
      cells: [{ when: { zone: 'a' }, price: { model: 'per_unit', unitAmount: '1' } }],
    },
    'cells',
    '0',
  ),
  price(
    'a matrix cell with a broken price',
    {
      model: 'matrix',
      dimensions: ['region'],
      cells: [{ when: { region: 'a' }, price: graduated([{ upTo: '5', unitAmount: '1' }]) }],
    },
    'cells',
    '0',
  ),
  price(
    'a matrix inside a matrix',
    {
      model: 'matrix',
      dimensions: ['region'],
      cells: [
        {
          when: { region: 'a' },
          price: { model: 'matrix', dimensions: ['region'], cells: [] },
        },
      ],
    },
    'cells',
    '0',
  ),
];

const chargeCases: InvalidCase[] = [
  charge('an unknown field of a charge', { discount: [] }, 'discount'),
  charge('a discount of nothing', { discounts: [{}] }, 'discounts', '0'),
  charge(
    'a discount in percent and amount',
    { discounts: [{ percent: '1', amount: '1' }] },
    'discounts',
    '0',
  ),
  charge('a negative discount', { discounts: [{ percent: '-10' }] }, 'discounts', '0'),
  charge('a negative fixed discount', { discounts: [{ amount: '-10' }] }, 'discounts', '0'),
  charge('discounts that are no list', { discounts: { percent: '10' } }, 'discounts'),
  charge('a negative allowance', { allowance: '-1' }, 'allowance'),
  charge('a negative maximum', { maximum: '-1' }, 'maximum'),
  charge('a negative minimum', { minimum: '-1' }, 'minimum'),
  charge('a conversion by zero', { conversion: { operation: 'divide', factor: '0' } }, 'factor'),
  charge(
    'a conversion by a negative factor',
    { conversion: { operation: 'divide', factor: '-5' } },
    'factor',
  ),
  charge('an unknown operation', { conversion: { operation: 'modulo', factor: '5' } }, 'operation'),
  charge(
    'an unknown rounding of a conversion',
    { conversion: { operation: 'divide', factor: '5', rounding: 'ceil' } },
    'rounding',
  ),
  charge(
    'a precision in parts',
    { conversion: { operation: 'divide', factor: '5', rounding: 'up', precision: 1.5 } },
    'precision',
  ),
  charge(
    'a precision beyond all need',
    { conversion: { operation: 'divide', factor: '5', rounding: 'up', precision: 1_000_000 } },
    'precision',
  ),
  charge(
    'an increment of zero',
    { conversion: { operation: 'divide', factor: '5', rounding: 'up', increment: '0' } },
    'increment',
  ),
  charge('an unknown basis of proration', { proration: { basis: 'hour' } }, 'basis'),
  charge('an unknown timing', { timing: 'sometimes' }, 'timing'),
  invalid('a case without a charge', { quantity: '5' }, 'charge'),
  invalid('a charge that is no object', { charge: 'free', quantity: '5' }, 'charge'),
  invalid('a charge without a price', { charge: { key: 'a' }, quantity: '5' }, 'price'),
  invalid('two kinds of usage at once', {
    charge: { price: { model: 'per_unit', currency: 'USD', unitAmount: '1' } },
    quantity: '5',
    quantities: ['5'],
  }),
  charge(
    'an unknown field of a case',
    { price: { model: 'flat', currency: 'USD', amount: '1' }, colour: 'red' },
    'colour',
  ),
];

const quantityCases: InvalidCase[] = [
  quantity('a quantity as a number', 5),
  quantity('a quantity that is null', null),
  quantity('a quantity that is no number', 'NaN'),
  quantity('a quantity with an exponent', '1e5'),
  quantity('a quantity of 22 digits', '9999999999999999999999'),
  quantity('a quantity of 37 decimals', `0.${'1'.repeat(37)}`),
  quantity('an empty quantity', ''),
  quantity('two points in a quantity', '1.2.3'),
  quantity('two signs of a quantity', '--1'),
  invalid('a usage price without usage', {
    charge: { price: { model: 'per_unit', currency: 'USD', unitAmount: '1' } },
  }),
  invalid(
    'snapshots that are empty',
    { charge: { price: { model: 'per_unit', currency: 'USD', unitAmount: '1' } }, snapshots: [] },
    'snapshots',
  ),
  invalid(
    'one broken quantity among several',
    {
      charge: { price: { model: 'per_unit', currency: 'USD', unitAmount: '1' } },
      quantities: ['1', 'x'],
    },
    'quantities',
    '1',
  ),
  invalid(
    'a broken transaction',
    {
      charge: { price: { model: 'percentage', currency: 'USD', rate: '1' } },
      transactions: [{ value: '1' }, { value: 2 }],
    },
    'transactions',
    '1',
  ),
  invalid(
    'events without a meter',
    {
      charge: { price: { model: 'per_unit', currency: 'USD', unitAmount: '1' } },
      events: [],
      period: PERIOD,
    },
    'meter',
  ),
  invalid(
    'events without a period',
    {
      charge: { price: { model: 'per_unit', currency: 'USD', unitAmount: '1' } },
      events: [],
      meter: { key: 'm', eventType: 'use', aggregation: 'count' },
    },
    'period',
  ),
];

const meterCases: InvalidCase[] = [
  meter('an unknown aggregation', { aggregation: 'median' }, 'aggregation'),
  meter(
    'an aggregation named after a property of every object',
    { aggregation: 'toString' },
    'aggregation',
  ),
  meter('a sum of nothing', { property: undefined }, 'property'),
  meter('an unknown field of a meter', { window: 'day' }, 'window'),
  meter('a bucketed sum without a bucket', { aggregation: 'bucketed_sum' }, 'bucket'),
  meter('a bucket of a fortnight', { aggregation: 'bucketed_max', bucket: 'fortnight' }, 'bucket'),
  ...[
    ['an expression that reads __proto__', '__proto__ + 1'],
    ['an expression that reads the constructor', 'v.constructor'],
    ['an expression that calls', 'v(1)'],
    ['an expression that indexes', "v['constructor']"],
    ['an expression that assigns', 'v = 2'],
    ['an expression that ends early', 'v +'],
    ['an expression with an open parenthesis', '(v + 1'],
    ['an expression of a stray sign', 'v + * 2'],
    ['an expression with a string', '"a" + v'],
    ['an expression with a template', '`${v}`'],
    ['an empty expression', ''],
    ['an expression with an exponent', 'v * 1e400'],
    ['an expression of a megabyte', `v${' + v'.repeat(250_000)}`],
    ['an expression nested ten thousand deep', `${'('.repeat(10_000)}v${')'.repeat(10_000)}`],
    ['an expression of ten thousand signs', `${'-'.repeat(10_000)}v`],
  ].map(([says, expression]) => meter(says!, { property: undefined, expression }, 'expression')),
  meter('a property and an expression', { expression: 'v' }),
  kind(
    'a period turned around',
    {
      kind: 'meter',
      meter: { key: 'm', eventType: 'use', aggregation: 'count' },
      events: [],
      period: { from: PERIOD.to, to: PERIOD.from },
    },
    'period',
  ),
  ...[
    ['a day', '2024-01-15'],
    ['no zone', '2024-01-15T00:00:00'],
    ['a second of 60', '2024-01-15T00:00:60Z'],
    ['a 30th of February', '2024-02-30T00:00:00Z'],
    ['a 29th of February in a common year', '2023-02-29T00:00:00Z'],
    ['seven decimals of a second', '2024-01-15T00:00:00.1234567Z'],
    ['an hour of 24', '2024-01-15T24:00:00Z'],
    ['words', 'yesterday'],
    ['a number', 1705276800],
  ].map(([says, time]) =>
    kind(
      `an event at ${String(says)}`,
      {
        kind: 'meter',
        meter: { key: 'm', eventType: 'use', aggregation: 'count' },
        events: [{ time: '2024-01-15T00:00:00Z' }, { time }],
        period: PERIOD,
      },
      'events',
      '1',
    ),
  ),
];

const otherKinds: InvalidCase[] = [
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
  kind('a conversion without a conversion', { kind: 'convert', quantity: '1' }, 'conversion'),
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
      ['an increment of zero', { id: 'g', amount: '1', increment: '0' }, 'increment'],
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

const notCases: InvalidCase[] = [
  invalid('nothing', null),
  invalid('a list', []),
  invalid('a text', 'price'),
  invalid('a number', 5),
  invalid('an empty object', {}),
];

export const invalidCases: readonly InvalidCase[] = [
  ...tierCases,
  ...modelCases,
  ...chargeCases,
  ...quantityCases,
  ...meterCases,
  ...otherKinds,
  ...notCases,
];
