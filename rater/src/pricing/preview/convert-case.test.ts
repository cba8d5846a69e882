// Expected results were checked by hand against PRICING.md.
import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../../test/fakes/refused-case.ts';
import { previewCase } from './preview-case.ts';

describe('a conversion', () => {
  it.each<[object, object]>([
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

describe('a case', () => {
  it.each<[string, string, unknown]>([
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
  ])('is refused: %s', (_says, refusal, input) => {
    expect(refusalOf(input)).toBe(refusal);
  });
});
