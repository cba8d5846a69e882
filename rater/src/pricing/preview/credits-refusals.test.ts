// What is not valid in credits: their grants, refills, uses and resets.
import { describe, expect, it } from 'vitest';
import { many, period, refusalOf } from '../../../test/fakes/refused-case.ts';

describe('a case', () => {
  it.each<[string, string, unknown]>([
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
      'a rollover below zero',
      'rater/negative-value at grants[0].rollover.max',
      {
        kind: 'credits',
        grants: [{ id: 'a', amount: '1', rollover: { max: '-1' } }],
        usage: [],
        period,
      },
    ],
    [
      'a least rollover below zero',
      'rater/negative-value at grants[0].rollover.min',
      {
        kind: 'credits',
        grants: [{ id: 'a', amount: '1', rollover: { min: '-1', max: '1' } }],
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
  ])('is refused: %s', (_says, refusal, input) => {
    expect(refusalOf(input)).toBe(refusal);
  });
});
