/** One seed is one run: these tests say so of a handful of them. */
import { describe, expect, it } from 'vitest';
import { runSeed } from './world/run-seed.ts';

describe('a simulated run', () => {
  it.each([1, 2, 3, 4, 5])('keeps every promise under the accidents of seed %i', async (seed) => {
    const { violations } = await runSeed(seed);
    expect(violations).toEqual([]);
  });

  it('is the same run whenever its seed is run', async () => {
    const traces: string[][] = [];
    for (const seed of [7, 8, 7]) {
      const trace: string[] = [];
      await runSeed(seed, { trace: (atMs, text) => trace.push(`${atMs} ${text}`) });
      traces.push(trace);
    }
    const [first, other, again] = traces;
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });
});
