// The pricing core against the oracle over random cases. TIDEMARK_ORACLE_CASES sets how many in all (default 60,000; a long
// run takes 250,000 and more), TIDEMARK_ORACLE_SEED repeats a run. A difference prints the seed and the smallest case.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { previewCase } from '@tidemark/rater/pricing';
import { caseFamilies } from '../oracle/case-families.ts';
import type { OracleCase } from '../oracle/case-types.ts';
import { differences } from '../oracle/compare-results.ts';
import { oracleCase } from '../oracle/oracle-case.ts';

const casesWanted = Number(process.env['TIDEMARK_ORACLE_CASES'] ?? '60000');
// A fixed default: the same commit gives the same verdict; long runs take seeds of their own.
const seed = Number(process.env['TIDEMARK_ORACLE_SEED'] ?? '777');
const weightOfAll = caseFamilies.reduce((total, { weight }) => total + weight, 0);

describe(`the core agrees with the oracle (TIDEMARK_ORACLE_SEED=${seed})`, () => {
  it.each(caseFamilies)('on $name', { timeout: 3_600_000 }, ({ cases, weight }) => {
    const numRuns = Math.ceil((casesWanted * weight) / weightOfAll);
    fc.assert(
      fc.property(cases, (input) => {
        expect(differences(oracleCase(input), previewCase(input)), JSON.stringify(input)).toEqual(
          [],
        );
      }),
      { numRuns, seed },
    );
  });
});

describe('the comparison itself', () => {
  const input: OracleCase = {
    charge: {
      price: {
        model: 'graduated',
        currency: 'USD',
        tiers: [
          { upTo: '10', unitAmount: '1' },
          { upTo: null, unitAmount: '0.5' },
        ],
      },
      discounts: [{ percent: '10' }],
    },
    quantity: '12',
  };

  it.each([
    ['a minor unit of the amount', { amount: '9.91' }],
    ['the last digit of the exact amount', { exactAmount: '9.900000000000000001' }],
    ['another currency', { currency: 'EUR' }],
    ['a line that is missing', { lines: [{ tier: 1, amount: '9.90' }] }],
    ['an error instead of an amount', { amount: undefined, error: { code: 'rater/x' } }],
  ])('sees %s', (_says, change) => {
    const right = oracleCase(input);
    expect(right['amount']).toBe('9.90');
    expect(differences(right, right)).toEqual([]);
    expect(differences(right, { ...right, ...change })).not.toEqual([]);
  });

  it('wants an error where a negative total is to be rejected', () => {
    const rejected: OracleCase = {
      charge: {
        price: { model: 'per_unit', currency: 'USD', unitAmount: '1', negative: 'reject' },
      },
      quantity: '-1',
    };
    expect(differences(oracleCase(rejected), { amount: '0.00' })).not.toEqual([]);
  });
});
