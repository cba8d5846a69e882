// Prices that have to be refused: tiers, models, their fields and numbers.
import type { InvalidCase, Json } from './invalid-case.ts';
import { invalid, OPEN, price } from './invalid-case.ts';

const graduated = (tiers: unknown): Json => ({ model: 'graduated', tiers });

export const tierCases: InvalidCase[] = [
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

export const modelCases: InvalidCase[] = [
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
