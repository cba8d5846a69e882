// What is not valid is refused with a code and the path of what is wrong, exactly these.
import { describe, expect, it } from 'vitest';
import { invalidCases } from '../../../test/examples/invalid-cases.ts';
import { previewCase } from './preview-case.ts';

function refusalOf(input: unknown): string {
  const { error } = previewCase(input) as {
    readonly error?: { readonly code: string; readonly path: string };
  };
  return error === undefined ? 'not refused' : `${error.code} at ${error.path}`;
}

describe('an invalid example', () => {
  const refusals: Readonly<Record<string, string>> = {
    'bounds that fall': 'rater/tiers-not-ascending at charge.price.tiers[1].upTo',
    'bounds that stand still': 'rater/tiers-not-ascending at charge.price.tiers[1].upTo',
    'bounds equal in another writing': 'rater/tiers-not-ascending at charge.price.tiers[1].upTo',
    'a bounded last tier': 'rater/no-open-ended-tier at charge.price.tiers[0].upTo',
    'an open tier before the last': 'rater/open-tier-not-last at charge.price.tiers[0].upTo',
    'a tier without a price': 'rater/tier-without-price at charge.price.tiers[0]',
    'no tiers': 'rater/empty-list at charge.price.tiers',
    'tiers that are missing': 'rater/missing-field at charge.price.tiers',
    'tiers that are no list': 'rater/not-a-list at charge.price.tiers',
    'a tier that is no object': 'rater/not-an-object at charge.price.tiers[0]',
    'a negative bound': 'rater/negative-value at charge.price.tiers[0].upTo',
    'a bound as a number': 'rater/not-a-decimal at charge.price.tiers[0].upTo',
    'a bound left out': 'rater/missing-field at charge.price.tiers[0].upTo',
    'an unknown field of a tier': 'rater/unknown-field at charge.price.tiers[0].unitPrice',
    'ten thousand tiers': 'rater/too-many-items at charge.price.tiers',
    'a stairstep with a unit price alone':
      'rater/missing-field at charge.price.tiers[0].flatAmount',
    'a stairstep with an unknown mode': 'rater/value-not-allowed at charge.price.mode',
    'an unknown model': 'rater/unknown-price-model at charge.price.model',
    'a model named after a property of every object':
      'rater/unknown-price-model at charge.price.model',
    'a model that is missing': 'rater/missing-field at charge.price.model',
    'a price without its amount': 'rater/missing-field at charge.price.unitAmount',
    'a flat price without its amount': 'rater/missing-field at charge.price.amount',
    'an unknown field': 'rater/unknown-field at charge.price.discount',
    'an unknown currency': 'rater/unknown-currency at charge.price.currency',
    'a currency in small letters': 'rater/unknown-currency at charge.price.currency',
    'no currency': 'rater/missing-field at charge.price.currency',
    'an amount as a number': 'rater/not-a-decimal at charge.price.unitAmount',
    'an amount with an exponent': 'rater/not-a-decimal at charge.price.unitAmount',
    'an amount with a plus sign': 'rater/not-a-decimal at charge.price.unitAmount',
    'an amount with spaces': 'rater/not-a-decimal at charge.price.unitAmount',
    'an amount with a comma': 'rater/not-a-decimal at charge.price.unitAmount',
    'an amount without digits after the point': 'rater/not-a-decimal at charge.price.unitAmount',
    'an empty amount': 'rater/not-a-decimal at charge.price.unitAmount',
    'an amount in hexadecimal': 'rater/not-a-decimal at charge.price.unitAmount',
    'an amount that is not finite': 'rater/not-a-decimal at charge.price.unitAmount',
    'an amount in other digits': 'rater/not-a-decimal at charge.price.unitAmount',
    'an amount of 37 decimals': 'rater/too-many-decimals at charge.price.unitAmount',
    'an amount of a million digits': 'rater/too-many-digits at charge.price.unitAmount',
    'an unknown rounding': 'rater/value-not-allowed at charge.price.roundMode',
    'an unknown place to round': 'rater/value-not-allowed at charge.price.roundAt',
    'an unknown policy for negatives': 'rater/value-not-allowed at charge.price.negative',
    'a package of no units': 'rater/not-positive at charge.price.packageSize',
    'a package of negative units': 'rater/not-positive at charge.price.packageSize',
    'a package without a price': 'rater/missing-field at charge.price.packageAmount',
    'a package rounded half up': 'rater/value-not-allowed at charge.price.rounding',
    'a tiered package without a mode': 'rater/value-not-allowed at charge.price.mode',
    'a tiered package without a size': 'rater/missing-field at charge.price.tiers[0].packageSize',
    'a negative rate': 'rater/negative-value at charge.price.rate',
    'free transactions in parts': 'rater/not-an-integer at charge.price.freeTransactions',
    'negative free transactions': 'rater/negative-value at charge.price.freeTransactions',
    'a negative free amount': 'rater/negative-value at charge.price.freeAmount',
    'a least fee above the greatest':
      'rater/minimum-above-maximum at charge.price.minPerTransaction',
    'a matrix without cells': 'rater/missing-field at charge.price.cells',
    'a matrix cell of an unknown dimension':
      'rater/unknown-dimension at charge.price.cells[0].when.zone',
    'a matrix cell with a broken price':
      'rater/no-open-ended-tier at charge.price.cells[0].price.tiers[0].upTo',
    'a matrix inside a matrix': 'rater/empty-list at charge.price.cells[0].price.cells',
    'an unknown field of a charge': 'rater/unknown-field at charge.discount',
    'a discount of nothing': 'rater/missing-field at charge.discounts[0].percent',
    'a discount in percent and amount': 'rater/conflicting-fields at charge.discounts[0]',
    'a negative discount': 'rater/negative-value at charge.discounts[0].percent',
    'a negative fixed discount': 'rater/negative-value at charge.discounts[0].amount',
    'discounts that are no list': 'rater/not-a-list at charge.discounts',
    'a negative allowance': 'rater/negative-value at charge.allowance',
    'a negative maximum': 'rater/negative-value at charge.maximum',
    'a negative minimum': 'rater/negative-value at charge.minimum',
    'a conversion by zero': 'rater/not-positive at charge.conversion.factor',
    'a conversion by a negative factor': 'rater/not-positive at charge.conversion.factor',
    'an unknown operation': 'rater/value-not-allowed at charge.conversion.operation',
    'an unknown rounding of a conversion': 'rater/value-not-allowed at charge.conversion.rounding',
    'a precision in parts': 'rater/not-an-integer at charge.conversion.precision',
    'a precision beyond all need': 'rater/not-an-integer at charge.conversion.precision',
    'an increment of zero': 'rater/not-positive at charge.conversion.increment',
    'a grant in increments of zero': 'rater/not-positive at grants[0].increment',
    'an unknown basis of proration': 'rater/value-not-allowed at charge.proration.basis',
    'an unknown timing': 'rater/value-not-allowed at charge.timing',
    'a case without a charge': 'rater/not-an-object at charge',
    'a charge that is no object': 'rater/not-an-object at charge',
    'a charge without a price': 'rater/missing-field at charge.price',
    'two kinds of usage at once': 'rater/conflicting-fields at quantities',
    'an unknown field of a case': 'rater/unknown-field at charge.colour',
    'a quantity as a number': 'rater/not-a-decimal at quantity',
    'a quantity that is null': 'rater/usage-required at quantity',
    'a quantity that is no number': 'rater/not-a-decimal at quantity',
    'a quantity with an exponent': 'rater/not-a-decimal at quantity',
    'a quantity of 22 digits': 'rater/too-many-digits at quantity',
    'a quantity of 37 decimals': 'rater/too-many-decimals at quantity',
    'an empty quantity': 'rater/not-a-decimal at quantity',
    'two points in a quantity': 'rater/not-a-decimal at quantity',
    'two signs of a quantity': 'rater/not-a-decimal at quantity',
    'a usage price without usage': 'rater/usage-required at quantity',
    'snapshots that are empty': 'rater/empty-list at snapshots',
    'one broken quantity among several': 'rater/not-a-decimal at quantities[1]',
    'a broken transaction': 'rater/not-a-decimal at transactions[1].value',
    'events without a meter': 'rater/not-an-object at meter',
    'events without a period': 'rater/period-required at period',
    'an unknown aggregation': 'rater/unknown-aggregation at meter.aggregation',
    'an aggregation named after a property of every object':
      'rater/unknown-aggregation at meter.aggregation',
    'an unknown field of a meter': 'rater/unknown-field at meter.window',
    'a bucketed sum without a bucket': 'rater/missing-field at meter.bucket',
    'a bucket of a fortnight': 'rater/value-not-allowed at meter.bucket',
    'an expression that reads __proto__': 'rater/forbidden-property at meter.expression',
    'an expression that reads the constructor': 'rater/expression-not-valid at meter.expression',
    'an expression that calls': 'rater/expression-not-valid at meter.expression',
    'an expression that indexes': 'rater/expression-not-valid at meter.expression',
    'an expression that assigns': 'rater/expression-not-valid at meter.expression',
    'an expression that ends early': 'rater/expression-not-valid at meter.expression',
    'an expression with an open parenthesis': 'rater/expression-not-valid at meter.expression',
    'an expression of a stray sign': 'rater/expression-not-valid at meter.expression',
    'an expression with a string': 'rater/expression-not-valid at meter.expression',
    'an expression with a template': 'rater/expression-not-valid at meter.expression',
    'an empty expression': 'rater/not-a-text at meter.expression',
    'an expression with an exponent': 'rater/expression-not-valid at meter.expression',
    'an expression of a megabyte': 'rater/not-a-text at meter.expression',
    'an expression nested ten thousand deep': 'rater/not-a-text at meter.expression',
    'an expression of ten thousand signs': 'rater/not-a-text at meter.expression',
    'a property and an expression': 'rater/conflicting-fields at meter.expression',
    'a period turned around': 'rater/period-reversed at period',
    'an event at a day': 'rater/not-an-instant at events[1].time',
    'an event at no zone': 'rater/not-an-instant at events[1].time',
    'an event at a second of 60': 'rater/not-an-instant at events[1].time',
    'an event at a 30th of February': 'rater/not-an-instant at events[1].time',
    'an event at a 29th of February in a common year': 'rater/not-an-instant at events[1].time',
    'an event at seven decimals of a second': 'rater/not-an-instant at events[1].time',
    'an event at an hour of 24': 'rater/not-an-instant at events[1].time',
    'an event at words': 'rater/not-an-instant at events[1].time',
    'an event at a number': 'rater/not-a-text at events[1].time',
    'an unknown kind': 'rater/unknown-kind at kind',
    'a kind named after a property of every object': 'rater/unknown-kind at kind',
    'an unknown field of a rounding': 'rater/unknown-field at to',
    'a rounding without an amount': 'rater/missing-field at amount',
    'a rounding to nowhere': 'rater/missing-field at currency',
    'a rounding in an unknown mode': 'rater/value-not-allowed at mode',
    'a rounding to a precision in parts': 'rater/not-an-integer at precision',
    'a rounding to a precision as text': 'rater/not-an-integer at precision',
    'an allocation to nobody': 'rater/weights-all-zero at weights',
    'an allocation by a negative weight': 'rater/negative-value at weights[1]',
    'an allocation by a number': 'rater/not-a-decimal at weights[0]',
    'a conversion without a quantity': 'rater/missing-field at quantity',
    'a proration over a period of no length': 'rater/empty-period at period',
    'a proration over a period turned around': 'rater/period-reversed at period',
    'a proration over a service turned around': 'rater/period-reversed at service',
    'a proration over a period without an end': 'rater/missing-field at period.to',
    'a proration over a service without a zone': 'rater/not-an-instant at service.from',
    'a proration by an unknown basis': 'rater/value-not-allowed at basis',
    'a proration in an unknown zone': 'rater/unknown-time-zone at timeZone',
    'a change at no instant': 'rater/missing-field at at',
    'an invoice without lines': 'rater/missing-field at lines',
    'a line without an amount': 'rater/missing-field at lines[0].amount',
    'a line of another currency': 'rater/currency-mismatch at lines[0].charge.price.currency',
    'a coupon of nothing': 'rater/missing-field at coupons[0].percent',
    'a negative credit': 'rater/negative-value at credits[0].amount',
    'a negative tax': 'rater/negative-value at tax[0].percent',
    'a grant without an amount': 'rater/missing-field at grants[0].amount',
    'a negative grant': 'rater/negative-value at grants[0].amount',
    'a priority in parts': 'rater/not-an-integer at grants[0].priority',
    'a refill every fortnight': 'rater/value-not-allowed at grants[0].refill.every',
    'a refill every zero days': 'rater/not-an-integer at grants[0].refill.every.every',
    'an unknown field of a grant': 'rater/unknown-field at grants[0].colour',
    'two grants of one id': 'rater/duplicate-key at grants[1].id',
    'a refill a second for a century': 'rater/value-not-allowed at grants[0].refill.every.unit',
    'a credit note without what was paid': 'rater/missing-field at paid',
    nothing: 'rater/not-an-object at ',
    'a list': 'rater/not-an-object at ',
    'a text': 'rater/not-an-object at ',
    'a number': 'rater/not-an-object at ',
    'an empty object': 'rater/not-an-object at charge',
  };

  it.each(Object.entries(refusals))('is refused at its place: %s', (name, refusal) => {
    const example = invalidCases.find(({ says }) => says === name);
    expect(refusalOf(example?.input)).toBe(refusal);
  });
});

const price = { model: 'per_unit', currency: 'USD', unitAmount: '1' };
const one = { quantity: '5' };
const period = { from: '2024-01-01T00:00:00Z', to: '2024-02-01T00:00:00Z' };
const aCharge = (change: object, usage: object = one): object => ({
  charge: { price, ...change },
  ...usage,
});
const aPrice = (change: object, usage: object = one): object => ({
  charge: { price: { currency: 'USD', ...change } },
  ...usage,
});
const aMeter = (change: object, more: object = {}): object => ({
  kind: 'meter',
  meter: { aggregation: 'sum', property: 'v', ...change },
  events: [],
  period,
  ...more,
});
const cell = { when: { a: 'x' }, price: { model: 'per_unit', unitAmount: '1' } };
const matrix = { model: 'matrix', dimensions: ['a'], cells: [cell] };
const many = (count: number, of: unknown = 'x'): unknown[] =>
  Array.from({ length: count }, () => of);

describe('a case', () => {
  it.each<[string, string, unknown]>([
    [
      'a filter of 33 dimensions',
      'rater/too-many-items at charge.filter',
      aCharge({ filter: Object.fromEntries(many(33).map((_, index) => [`d${index}`, 'x'])) }),
    ],
    ['a filter of no value', 'rater/empty-list at charge.filter.a', aCharge({ filter: { a: [] } })],
    [
      'a filter of an object',
      'rater/not-a-text at charge.filter.a',
      aCharge({ filter: { a: { b: 1 } } }),
    ],
    [
      'a filter of 1,001 values',
      'rater/too-many-items at charge.filter.a',
      aCharge({ filter: { a: many(1001) } }),
    ],
    [
      'a filter that reads the prototype',
      'rater/forbidden-property at charge.filter.prototype',
      aCharge({ filter: { prototype: 'x' } }),
    ],
    [
      'a precision beside an increment',
      'rater/conflicting-fields at charge.conversion.increment',
      aCharge({ conversion: { rounding: 'up', precision: 1, increment: '2' } }),
    ],
    [
      'an increment without a rounding',
      'rater/missing-field at charge.conversion.rounding',
      aCharge({ conversion: { operation: 'divide', factor: '2', increment: '2' } }),
    ],
    [
      'a conversion of nothing',
      'rater/missing-field at charge.conversion.operation',
      aCharge({ conversion: {} }),
    ],
    [
      'a conversion without its factor',
      'rater/missing-field at charge.conversion.factor',
      aCharge({ conversion: { operation: 'divide' } }),
    ],
    [
      'a conversion without its operation',
      'rater/missing-field at charge.conversion.operation',
      aCharge({ conversion: { factor: '2', rounding: 'up' } }),
    ],
    [
      'an unknown field of a conversion',
      'rater/unknown-field at charge.conversion.by',
      aCharge({ conversion: { operation: 'divide', factor: '2', by: '1' } }),
    ],
    [
      'usage in advance',
      'rater/option-not-supported at charge.timing',
      aCharge({ timing: 'in_advance' }),
    ],
    [
      'a least amount above the greatest',
      'rater/minimum-above-maximum at charge.minimum',
      aCharge({ minimum: '2', maximum: '1' }),
    ],
    [
      'an unknown field of a discount',
      'rater/unknown-field at charge.discounts[0].of',
      aCharge({ discounts: [{ percent: '1', of: 'all' }] }),
    ],
    [
      '51 discounts',
      'rater/too-many-items at charge.discounts',
      aCharge({ discounts: many(51, { percent: '1' }) }),
    ],
    [
      'an unknown field of a proration',
      'rater/unknown-field at charge.proration.by',
      aCharge({ proration: { by: 'day' } }),
    ],
    [
      'prorated tier bounds in words',
      'rater/not-a-boolean at charge.proration.tierBounds',
      aCharge({ proration: { tierBounds: 'yes' } }),
    ],
    [
      'an allowance of single transactions',
      'rater/option-not-supported at charge.allowance',
      {
        charge: {
          price: { model: 'percentage', currency: 'USD', rate: '1', freeAmount: '1' },
          allowance: '1',
        },
        ...one,
      },
    ],
    [
      'a rounding of single transactions',
      'rater/option-not-supported at charge.conversion',
      {
        charge: {
          price: { model: 'percentage', currency: 'USD', rate: '1', maxPerTransaction: '1' },
          conversion: { rounding: 'up' },
        },
        ...one,
      },
    ],
    ['a key with a space', 'rater/not-a-key at charge.key', aCharge({ key: 'a b' })],
    ['a key of 129 characters', 'rater/not-a-key at charge.key', aCharge({ key: 'a'.repeat(129) })],
    [
      'a name of 257 characters',
      'rater/not-a-text at charge.name',
      aCharge({ name: 'a'.repeat(257) }),
    ],
    ['a name that is no text', 'rater/not-a-text at charge.name', aCharge({ name: 1 })],
    [
      'a cadence in words',
      'rater/value-not-allowed at charge.cadence',
      aCharge({ cadence: 'fortnight' }),
    ],
    [
      'a tier of percentages without a price',
      'rater/tier-without-price at charge.price.tiers[0]',
      aPrice({ model: 'graduated_percentage', tiers: [{ upTo: null }] }),
    ],
    [
      'a negative multiplier',
      'rater/negative-value at charge.price.multiplier',
      aPrice({ model: 'dynamic', multiplier: '-1' }),
    ],
    [
      'a negative flat amount',
      'rater/negative-value at charge.price.amount',
      aPrice({ model: 'flat', amount: '-1' }),
    ],
    [
      'a negative package amount',
      'rater/negative-value at charge.price.packageAmount',
      aPrice({ model: 'package', packageSize: '1', packageAmount: '-1' }),
    ],
    [
      'a negative unit amount of a tier',
      'rater/negative-value at charge.price.tiers[0].unitAmount',
      aPrice({ model: 'volume', tiers: [{ upTo: null, unitAmount: '-1' }] }),
    ],
    [
      'a negative flat amount of a tier',
      'rater/negative-value at charge.price.tiers[0].flatAmount',
      aPrice({ model: 'volume', tiers: [{ upTo: null, flatAmount: '-1' }] }),
    ],
    [
      'a negative step',
      'rater/negative-value at charge.price.tiers[0].flatAmount',
      aPrice({ model: 'stairstep', tiers: [{ upTo: null, flatAmount: '-1' }] }),
    ],
    [
      'a first tier of zero usage in words',
      'rater/value-not-allowed at charge.price.zeroUsageFirstTierFlat',
      aPrice({
        model: 'volume',
        zeroUsageFirstTierFlat: 'yes',
        tiers: [{ upTo: null, flatAmount: '1' }],
      }),
    ],
    [
      'a matrix of no dimensions',
      'rater/empty-list at charge.price.dimensions',
      aPrice({ ...matrix, dimensions: [] }),
    ],
    [
      'a matrix of nine dimensions',
      'rater/too-many-items at charge.price.dimensions',
      aPrice({ ...matrix, dimensions: many(9) }),
    ],
    [
      'a matrix of no cells',
      'rater/empty-list at charge.price.cells',
      aPrice({ ...matrix, cells: [] }),
    ],
    [
      'a cell of nothing',
      'rater/missing-field at charge.price.cells[0].when',
      aPrice({ ...matrix, cells: [{ ...cell, when: {} }] }),
    ],
    [
      'a cell without a price',
      'rater/missing-field at charge.price.cells[0].price',
      aPrice({ ...matrix, cells: [{ when: { a: 'x' } }] }),
    ],
    [
      'an unknown field of a cell',
      'rater/unknown-field at charge.price.cells[0].of',
      aPrice({ ...matrix, cells: [{ ...cell, of: 1 }] }),
    ],
    [
      'a cell in another currency',
      'rater/currency-mismatch at charge.price.cells[0].price.currency',
      aPrice({ ...matrix, cells: [{ ...cell, price: { ...cell.price, currency: 'EUR' } }] }),
    ],
    [
      'an unknown field of a price in a cell',
      'rater/unknown-field at charge.price.cells[0].price.of',
      aPrice({ ...matrix, cells: [{ ...cell, price: { ...cell.price, of: '1' } }] }),
    ],
    [
      'a whole matrix in a cell',
      'rater/model-not-allowed-here at charge.price.cells[0].price.model',
      aPrice({ ...matrix, cells: [{ ...cell, price: matrix }] }),
    ],
    [
      'two cells of the same values',
      'rater/duplicate-key at charge.price.cells[1].when',
      aPrice({ ...matrix, cells: [cell, cell] }),
    ],
    [
      'two cells of the same values in another order',
      'rater/duplicate-key at charge.price.cells[1].when',
      aPrice({
        ...matrix,
        dimensions: ['a', 'b'],
        cells: [
          { ...cell, when: { a: 'x', b: 'y' } },
          { ...cell, when: { b: 'y', a: 'x' } },
        ],
      }),
    ],
    [
      'usage that no cell takes',
      'rater/no-matching-cell at charge.price.cells',
      aPrice(matrix, { ...one, dimensions: { a: 'z' } }),
    ],
    [
      'a rejected total',
      'rater/negative-total at quantity',
      aPrice({ model: 'per_unit', unitAmount: '1', negative: 'reject' }, { quantity: '-1' }),
    ],
    [
      'a rejected total among several',
      'rater/negative-total at quantities[1]',
      aPrice(
        { model: 'per_unit', unitAmount: '1', negative: 'reject' },
        { quantities: ['1', '-1'] },
      ),
    ],
    [
      'a rejected total of the last run',
      'rater/negative-total at snapshots[1]',
      aPrice(
        { model: 'per_unit', unitAmount: '1', negative: 'reject' },
        { snapshots: ['-1', '-1'] },
      ),
    ],
    [
      'a rejected total of transactions',
      'rater/negative-total at transactions',
      aPrice({ model: 'dynamic', negative: 'reject' }, { transactions: [{ value: '-1' }] }),
    ],
    [
      'an unknown field of a transaction',
      'rater/unknown-field at transactions[0].of',
      aPrice({ model: 'dynamic' }, { transactions: [{ value: '1', of: 1 }] }),
    ],
    [
      'a service without its period',
      'rater/period-required at period',
      aCharge({}, { ...one, service: period }),
    ],
    [
      'a threshold below zero',
      'rater/negative-value at thresholds[0]',
      aCharge({}, { snapshots: ['1'], thresholds: ['-1'] }),
    ],
    [
      '1,001 snapshots',
      'rater/too-many-items at snapshots',
      aCharge({}, { snapshots: many(1001, '1') }),
    ],
    [
      'an unknown field beside a quantity',
      'rater/unknown-field at of',
      aCharge({}, { ...one, of: 1 }),
    ],
    [
      'an unknown field beside quantities',
      'rater/unknown-field at of',
      aCharge({}, { quantities: ['1'], of: 1 }),
    ],
    [
      'an unknown field beside snapshots',
      'rater/unknown-field at of',
      aCharge({}, { snapshots: ['1'], of: 1 }),
    ],
    [
      'an unknown field beside transactions',
      'rater/unknown-field at of',
      aCharge({}, { transactions: [], of: 1 }),
    ],
    [
      'an unknown field beside a flat price',
      'rater/unknown-field at of',
      aPrice({ model: 'flat', amount: '1' }, { of: 1 }),
    ],
    [
      'an unknown field beside events',
      'rater/unknown-field at of',
      aCharge({}, { events: [], meter: { aggregation: 'count' }, period, of: 1 }),
    ],
    [
      'an open that is no truth',
      'rater/not-a-boolean at open',
      aCharge({}, { snapshots: ['1'], open: 'yes' }),
    ],
    [
      'dimensions that are numbers',
      'rater/not-a-text at dimensions.a',
      aCharge({}, { ...one, dimensions: { a: 1 } }),
    ],
    [
      'a meter that carries but cannot',
      'rater/option-not-supported at meter.carry',
      aMeter({ aggregation: 'max', carry: true }),
    ],
    [
      'a meter of changes that has none',
      'rater/option-not-supported at meter.values',
      aMeter({ values: 'change' }),
    ],
    ['a bucket of a sum', 'rater/option-not-supported at meter.bucket', aMeter({ bucket: 'hour' })],
    [
      'distinct values of an expression',
      'rater/expression-not-valid at meter.property',
      aMeter({ aggregation: 'unique_count', property: 'a + b' }),
    ],
    [
      'a meter of no property',
      'rater/missing-field at meter.property',
      aMeter({ property: null }, { events: [{ time: period.from }] }),
    ],
    [
      'a dimension listed twice',
      'rater/duplicate-key at meter.dimensions[1]',
      aMeter({ dimensions: ['a', 'a'] }),
    ],
    [
      'a dimension that reads the constructor',
      'rater/forbidden-property at meter.dimensions[0]',
      aMeter({ dimensions: ['constructor'] }),
    ],
    [
      '33 dimensions',
      'rater/too-many-items at meter.dimensions',
      aMeter({ dimensions: many(33).map((_, index) => `d${index}`) }),
    ],
    [
      'a dimension that is no text',
      'rater/not-a-text at meter.dimensions[0]',
      aMeter({ dimensions: [1] }),
    ],
    [
      'a property that reads the prototype',
      'rater/forbidden-property at meter.property',
      aMeter({ property: 'prototype' }),
    ],
    [
      'a meter that rounds',
      'rater/unknown-field at meter.conversion.rounding',
      aMeter({ conversion: { operation: 'divide', factor: '2', rounding: 'up' } }),
    ],
    [
      'an unknown field of an event',
      'rater/unknown-field at events[0].of',
      aMeter({}, { events: [{ time: period.from, of: 1 }] }),
    ],
    [
      'data that is a list',
      'rater/not-an-object at events[0].data',
      aMeter({}, { events: [{ time: period.from, data: [] }] }),
    ],
    [
      'a value for an expression',
      'rater/usage-does-not-fit at events[0].value',
      aMeter({ property: 'a + b' }, { events: [{ time: period.from, value: '1' }] }),
    ],
    [
      'a meter without an aggregation',
      'rater/missing-field at meter.aggregation',
      { kind: 'meter', meter: {}, events: [], period },
    ],
    [
      'a weighted time of no length',
      'rater/empty-period at period',
      aMeter({ aggregation: 'time_weighted' }, { period: { from: period.from, to: period.from } }),
    ],
    [
      'an unknown field of a period',
      'rater/unknown-field at period.of',
      aMeter({}, { period: { ...period, of: 1 } }),
    ],
    ['an unknown field of a meter case', 'rater/unknown-field at of', aMeter({}, { of: 1 })],
    [
      'a level that is no decimal',
      'rater/not-a-decimal at initialLevel',
      aMeter({ carry: true }, { initialLevel: '1e3' }),
    ],
    [
      'values that are no texts',
      'rater/not-a-text at initialValues[0]',
      aMeter({ aggregation: 'unique_count', carry: true }, { initialValues: [1] }),
    ],
    [
      'a percentage of a maximum',
      'rater/meter-does-not-fit at meter.aggregation',
      {
        charge: { price: { model: 'percentage', currency: 'USD', rate: '1' } },
        events: [],
        meter: { aggregation: 'max', property: 'v' },
        period,
      },
    ],
    [
      'transactions of a sum that carries',
      'rater/meter-does-not-fit at meter.aggregation',
      {
        charge: { price: { model: 'percentage', currency: 'USD', rate: '1', freeAmount: '1' } },
        events: [],
        meter: { aggregation: 'sum', property: 'v', carry: true },
        period,
      },
    ],
    [
      'amounts of no property',
      'rater/missing-field at charge.price.amountProperty',
      {
        charge: { price: { model: 'dynamic', currency: 'USD' } },
        events: [],
        meter: { aggregation: 'count' },
        period,
      },
    ],
    [
      'a currency beside a precision',
      'rater/conflicting-fields at precision',
      { kind: 'round', amount: '1', currency: 'USD', precision: 1 },
    ],
    [
      'a precision of 37',
      'rater/not-an-integer at precision',
      { kind: 'round', amount: '1', precision: 37 },
    ],
    [
      'an unknown field of an allocation',
      'rater/unknown-field at of',
      { kind: 'allocate', total: '1', weights: ['1'], currency: 'USD', of: 1 },
    ],
    [
      'weights that are all zero',
      'rater/weights-all-zero at weights',
      { kind: 'allocate', total: '1', weights: ['0', '0'], currency: 'USD' },
    ],
    [
      'limits that are no truth',
      'rater/not-a-boolean at limitToWeights',
      { kind: 'allocate', total: '1', weights: ['1'], currency: 'USD', limitToWeights: 1 },
    ],
    [
      'a conversion case of nothing',
      'rater/missing-field at conversion',
      { kind: 'convert', quantity: '1' },
    ],
    [
      'an unknown field of a conversion case',
      'rater/unknown-field at of',
      { kind: 'convert', conversion: { operation: 'multiply', factor: '1' }, quantity: '1', of: 1 },
    ],
    [
      'an allowance below zero',
      'rater/negative-value at allowance',
      {
        kind: 'convert',
        conversion: { operation: 'multiply', factor: '1' },
        quantity: '1',
        allowance: '-1',
      },
    ],
    [
      'an unknown field of a proration case',
      'rater/unknown-field at of',
      {
        kind: 'proration',
        amount: '1',
        currency: 'USD',
        basis: 'day',
        service: period,
        period,
        of: 1,
      },
    ],
    [
      'an unknown field of a change',
      'rater/unknown-field at of',
      {
        kind: 'change',
        before: '1',
        after: '2',
        currency: 'USD',
        basis: 'day',
        at: period.from,
        period,
        of: 1,
      },
    ],
    [
      'a negative price before a change',
      'rater/negative-value at before',
      {
        kind: 'change',
        before: '-1',
        after: '2',
        currency: 'USD',
        basis: 'day',
        at: period.from,
        period,
      },
    ],
    [
      'a negative price after a change',
      'rater/negative-value at after',
      {
        kind: 'change',
        before: '1',
        after: '-2',
        currency: 'USD',
        basis: 'day',
        at: period.from,
        period,
      },
    ],
    [
      'a coupon in percent and amount',
      'rater/conflicting-fields at coupons[0]',
      { kind: 'invoice', currency: 'USD', lines: [], coupons: [{ percent: '1', amount: '1' }] },
    ],
    [
      'an unknown field of a coupon',
      'rater/unknown-field at coupons[0].of',
      { kind: 'invoice', currency: 'USD', lines: [], coupons: [{ percent: '1', of: 1 }] },
    ],
    [
      'a negative coupon',
      'rater/negative-value at coupons[0].amount',
      { kind: 'invoice', currency: 'USD', lines: [], coupons: [{ amount: '-1' }] },
    ],
    [
      'an unknown field of a credit',
      'rater/unknown-field at credits[0].of',
      { kind: 'invoice', currency: 'USD', lines: [], credits: [{ id: 'a', amount: '1', of: 1 }] },
    ],
    [
      'an unknown field of a tax',
      'rater/unknown-field at tax[0].of',
      { kind: 'invoice', currency: 'USD', lines: [], tax: [{ percent: '1', of: 1 }] },
    ],
    [
      'an invoice minimum above its maximum',
      'rater/minimum-above-maximum at minimum',
      { kind: 'invoice', currency: 'USD', lines: [], minimum: '2', maximum: '1' },
    ],
    [
      'an invoice service without a period',
      'rater/period-required at period',
      { kind: 'invoice', currency: 'USD', lines: [], service: period },
    ],
    [
      'a line service without a period',
      'rater/period-required at lines[0].period',
      { kind: 'invoice', currency: 'USD', lines: [{ key: 'a', amount: '1', service: period }] },
    ],
    [
      'a line of an amount and a charge',
      'rater/conflicting-fields at lines[0].amount',
      { kind: 'invoice', currency: 'USD', lines: [{ key: 'a', amount: '1', charge: {} }] },
    ],
    [
      'a line without a key',
      'rater/missing-field at lines[0].key',
      { kind: 'invoice', currency: 'USD', lines: [{ amount: '1' }] },
    ],
    [
      'an unknown field of a line',
      'rater/unknown-field at lines[0].of',
      { kind: 'invoice', currency: 'USD', lines: [{ key: 'a', amount: '1', of: 1 }] },
    ],
    [
      'an unknown field of a line with a charge',
      'rater/unknown-field at lines[0].of',
      {
        kind: 'invoice',
        currency: 'USD',
        lines: [{ key: 'a', charge: { price }, quantity: '1', of: 1 }],
      },
    ],
    [
      'a line of usage without a quantity',
      'rater/missing-field at lines[0].quantity',
      { kind: 'invoice', currency: 'USD', lines: [{ key: 'a', charge: { price } }] },
    ],
    [
      'an unknown field of an invoice',
      'rater/unknown-field at of',
      { kind: 'invoice', currency: 'USD', lines: [], of: 1 },
    ],
    [
      'a rollover turned around',
      'rater/minimum-above-maximum at grants[0].rollover.min',
      {
        kind: 'credits',
        grants: [{ id: 'a', amount: '1', rollover: { min: '2', max: '1' } }],
        usage: [],
        period,
      },
    ],
    [
      'a rollover without a maximum',
      'rater/missing-field at grants[0].rollover.max',
      {
        kind: 'credits',
        grants: [{ id: 'a', amount: '1', rollover: { min: '2' } }],
        usage: [],
        period,
      },
    ],
    [
      'an unknown field of a rollover',
      'rater/unknown-field at grants[0].rollover.of',
      {
        kind: 'credits',
        grants: [{ id: 'a', amount: '1', rollover: { max: '2', of: 1 } }],
        usage: [],
        period,
      },
    ],
    [
      'a refill without its cadence',
      'rater/missing-field at grants[0].refill.every',
      { kind: 'credits', grants: [{ id: 'a', amount: '1', refill: {} }], usage: [], period },
    ],
    [
      'an unknown field of a refill',
      'rater/unknown-field at grants[0].refill.of',
      {
        kind: 'credits',
        grants: [{ id: 'a', amount: '1', refill: { every: 'day', of: 1 } }],
        usage: [],
        period,
      },
    ],
    [
      'a negative refill',
      'rater/negative-value at grants[0].refill.amount',
      {
        kind: 'credits',
        grants: [{ id: 'a', amount: '1', refill: { every: 'day', amount: '-1' } }],
        usage: [],
        period,
      },
    ],
    [
      'an unknown field of a use',
      'rater/unknown-field at usage[0].of',
      { kind: 'credits', grants: [], usage: [{ time: period.from, amount: '1', of: 1 }], period },
    ],
    [
      'a negative use',
      'rater/negative-value at usage[0].amount',
      { kind: 'credits', grants: [], usage: [{ time: period.from, amount: '-1' }], period },
    ],
    [
      'a reset at no instant',
      'rater/not-an-instant at resets[0]',
      { kind: 'credits', grants: [], usage: [], period, resets: ['now'] },
    ],
    [
      'a negative opening overage',
      'rater/negative-value at openingOverage',
      { kind: 'credits', grants: [], usage: [], period, openingOverage: '-1' },
    ],
    [
      'a priority out of bounds',
      'rater/not-an-integer at grants[0].priority',
      {
        kind: 'credits',
        grants: [{ id: 'a', amount: '1', priority: 1_000_000_001 }],
        usage: [],
        period,
      },
    ],
    [
      'an unknown way of too little',
      'rater/value-not-allowed at insufficient',
      { kind: 'credits', grants: [], usage: [], period, insufficient: 'wait' },
    ],
    [
      'an unknown field of a credits case',
      'rater/unknown-field at of',
      { kind: 'credits', grants: [], usage: [], period, of: 1 },
    ],
    [
      '1,001 grants',
      'rater/too-many-items at grants',
      { kind: 'credits', grants: many(1001, {}), usage: [], period },
    ],
    [
      'a negative payment',
      'rater/negative-value at paid',
      { kind: 'credit_note', paid: '-1', credited: '0', amount: '1', currency: 'USD' },
    ],
    [
      'an unknown field of a credit note',
      'rater/unknown-field at of',
      { kind: 'credit_note', paid: '1', credited: '0', amount: '1', currency: 'USD', of: 1 },
    ],
  ])('is refused: %s', (_says, refusal, input) => {
    expect(refusalOf(input)).toBe(refusal);
  });
});
