/** The test of the tests: a run without one of its guards must not pass. */
import { readFileSync } from 'node:fs';
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

  it('misses every guard that the documentation names, and no other', () => {
    const page = readFileSync(new URL('../../../../docs/reliability.md', import.meta.url), 'utf8');
    const section = page.slice(page.indexOf('### Ablations')).split(/^## /m, 1)[0] ?? '';
    const named = [...section.matchAll(/^\| `([\w-]+)`/gm)].map(([, guard]) => guard);
    expect(named.toSorted()).toEqual(ablations.map(({ guard }) => guard).toSorted());
  });

  it('knows every guard by a name of its own', () => {
    const guards = ablations.map(({ guard }) => guard);
    expect(new Set(guards).size).toBe(guards.length);
  });
});
