import { describe, expect, it } from 'vitest';
import type { Progress } from '@tidemark/rater/ports';
import { auditBlockOffsets, compareBlocks } from './compare-blocks.ts';
import type { PromisedBlock } from './compare-blocks.ts';
import { compareCounts } from './compare-counts.ts';

const promised: PromisedBlock = {
  incarnation: 1,
  partition: 2,
  from: auditBlockOffsets,
  logged: 10,
  stored: 7,
  duplicate: 2,
  dead: 1,
  xor: '18446744073709551615',
};
const present = {
  incarnation: 1,
  partition: 2,
  from: auditBlockOffsets,
  stored: 7,
  xor: promised.xor,
};

describe('the audit of a block', () => {
  it('finds nothing where counts and hashes agree', () => {
    expect(compareBlocks([promised], [present])).toEqual([]);
    expect(compareBlocks([], [])).toEqual([]);
  });

  it.each([
    ['a row is missing', [promised], [{ ...present, stored: 6 }], '6 rows instead of 7'],
    ['all rows are missing', [promised], [], '0 rows instead of 7'],
    ['a row is another one', [promised], [{ ...present, xor: '1' }], 'hash differs'],
    ['a record is unaccounted for', [{ ...promised, logged: 11 }], [present], 'logged 11 is not'],
    ['rows stand where no envelope was', [], [present], 'no envelope tells'],
  ])('tells that %s', (_what, left, right, detail) => {
    const found = compareBlocks(left, right);
    expect(found).toMatchObject([{ partition: 2, from: 65_536, to: 131_072 }]);
    expect(found[0]?.detail).toContain(detail);
  });

  it('reports in the order of the log', () => {
    const blocks = [3, 1, 2].map((partition) => ({ ...promised, partition }));
    expect(compareBlocks(blocks, []).map(({ partition }) => partition)).toEqual([1, 2, 3]);
  });
});

describe('the audit of outcomes', () => {
  const counts = { logged: 10, stored: 7, duplicate: 2, conflict: 1, dead: 1, control: 4 };
  const progress = { incarnation: 1, partition: 0, next: 9, counts } as Progress;
  const sums = { incarnation: 1, partition: 0, logged: 10, stored: 7, duplicate: 2, dead: 1 };

  it('holds where they sum to the counts of the progress', () => {
    expect(compareCounts([progress], [sums])).toEqual([]);
  });

  it('tells which counts differ, also where there is no outcome at all', () => {
    expect(compareCounts([progress], [{ ...sums, stored: 6, logged: 9 }])).toMatchObject([
      { detail: 'below offset 9: logged 9 instead of 10, stored 6 instead of 7' },
    ]);
    expect(compareCounts([progress], [])).toHaveLength(1);
  });
});
