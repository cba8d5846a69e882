// Expected results were checked by hand against PRICING.md.
import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../../test/fakes/refused-case.ts';
import { previewCase } from './preview-case.ts';

describe('an allocation', () => {
  it.each<[object, object]>([
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

describe('a case', () => {
  it.each<[string, string, unknown]>([
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
  ])('is refused: %s', (_says, refusal, input) => {
    expect(refusalOf(input)).toBe(refusal);
  });
});
