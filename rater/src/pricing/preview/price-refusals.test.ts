// What is not valid in a price: its amounts, its tiers and the cells of a matrix.
import { describe, expect, it } from 'vitest';
import { aPrice, many, one, refusalOf } from '../../../test/fakes/refused-case.ts';

const cell = { when: { a: 'x' }, price: { model: 'per_unit', unitAmount: '1' } };
const matrix = { model: 'matrix', dimensions: ['a'], cells: [cell] };

describe('a case', () => {
  it.each<[string, string, unknown]>([
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
      'a negative unit amount',
      'rater/negative-value at charge.price.unitAmount',
      aPrice({ model: 'per_unit', unitAmount: '-1' }),
    ],
    [
      'a negative rate of a tier',
      'rater/negative-value at charge.price.tiers[0].rate',
      aPrice({ model: 'graduated_percentage', tiers: [{ upTo: null, rate: '-1' }] }),
    ],
    [
      'a negative flat amount beside a rate',
      'rater/negative-value at charge.price.tiers[0].flatAmount',
      aPrice({
        model: 'graduated_percentage',
        tiers: [{ upTo: null, rate: '1', flatAmount: '-1' }],
      }),
    ],
    [
      'a package of nothing in a tier',
      'rater/not-positive at charge.price.tiers[0].packageSize',
      aPrice({
        model: 'tiered_package',
        tiers: [{ upTo: null, packageSize: '0', packageAmount: '1' }],
      }),
    ],
    [
      'a negative package amount of a tier',
      'rater/negative-value at charge.price.tiers[0].packageAmount',
      aPrice({
        model: 'tiered_package',
        tiers: [{ upTo: null, packageSize: '1', packageAmount: '-1' }],
      }),
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
  ])('is refused: %s', (_says, refusal, input) => {
    expect(refusalOf(input)).toBe(refusal);
  });
});
