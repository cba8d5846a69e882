// Expected results were checked by hand against PRICING.md.
import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../../test/fakes/refused-case.ts';
import { previewCase } from './preview-case.ts';

describe('a credit note', () => {
  it.each<[object, object]>([
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

describe('a case', () => {
  it.each<[string, string, unknown]>([
    [
      'a negative payment',
      'rater/negative-value at paid',
      { kind: 'credit_note', paid: '-1', credited: '0', amount: '1', currency: 'USD' },
    ],
    [
      'a negative sum of earlier credit notes',
      'rater/negative-value at credited',
      { kind: 'credit_note', paid: '1', credited: '-1', amount: '1', currency: 'USD' },
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
