import { describe, expect, it } from 'vitest';
import { findFallenRatios } from './gate.ts';
import type { RunResult } from './result.ts';

function runWith(ratios: Readonly<Record<string, number>>): RunResult {
  const spread = { low: 0, high: 0, of: 'a', to: 'b', by: 'cpu' as const };
  return {
    schema: 1,
    takenAt: '',
    commit: '',
    quick: true,
    machine: {
      processor: '',
      cores: 2,
      memoryBytes: 0,
      node: '',
      loadBefore: 0,
      loadAfter: 0,
    },
    calibrationsMs: [],
    drift: 0,
    comparisons: [
      {
        name: 'store',
        quick: true,
        question: '',
        cases: [],
        ratios: Object.entries(ratios).map(([name, median]) => ({ ...spread, name, median })),
      },
    ],
  };
}

describe('findFallenRatios', () => {
  it('lets a ratio fall by a fifth and not by more', () => {
    const reference = runWith({ speed: 10 });
    expect(findFallenRatios(runWith({ speed: 8 }), reference)).toEqual([]);
    expect(findFallenRatios(runWith({ speed: 7.9 }), reference)).toEqual([
      { comparison: 'store', ratio: 'speed', reference: 10, found: 7.9 },
    ]);
  });

  it('misses a ratio whose case had no result', () => {
    const findings = findFallenRatios(runWith({}), runWith({ speed: 10 }));
    expect(findings).toEqual([{ comparison: 'store', ratio: 'speed', reference: 10, found: null }]);
  });

  it('does not ask for comparisons that were not run', () => {
    expect(findFallenRatios({ ...runWith({}), comparisons: [] }, runWith({ speed: 10 }))).toEqual(
      [],
    );
  });
});
