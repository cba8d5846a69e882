// The pricing core against the oracle over random cases. TIDEMARK_ORACLE_CASES sets how many in all (default 30,000; a long
// run takes 250,000 and more), TIDEMARK_ORACLE_SEED repeats a run. A difference prints the seed and the smallest case.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { previewCase } from '@tidemark/rater/pricing';
import { caseFamilies } from '../oracle/case-families.ts';
import { differences } from '../oracle/compare-results.ts';
import { oracleCase } from '../oracle/oracle-case.ts';

const casesWanted = Number(process.env['TIDEMARK_ORACLE_CASES'] ?? '30000');
const seed = Number(process.env['TIDEMARK_ORACLE_SEED'] ?? Date.now() % 2 ** 31);
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
