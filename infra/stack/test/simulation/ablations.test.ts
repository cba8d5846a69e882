/** The test of the tests: a run without one of its guards must not pass. */
import { describe, expect, it } from 'vitest';
import { ablations } from './ablation/ablations.ts';
import { optionsOf } from './sweep/run-simulation.ts';
import { runSeed } from './world/run-seed.ts';

describe('the checker', () => {
  it.each(ablations)('misses the guard $guard', async (ablation) => {
    const { accident, seed, shows } = ablation;
    const guarded = await runSeed(seed, { accident });
    expect(guarded.violations).toEqual([]);
    const { violations } = await runSeed(seed, optionsOf(ablation));
    expect(violations).toContainEqual(expect.stringMatching(`^${shows}`));
  });

  it('knows every guard by a name of its own', () => {
    const guards = ablations.map(({ guard }) => guard);
    expect(new Set(guards).size).toBe(guards.length);
  });
});
