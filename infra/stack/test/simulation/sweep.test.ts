/** The simulation of every change: as many seeds as fit into a minute and a half of two free cores. */
import { expect, it } from 'vitest';
import { formatFailure, formatFigures } from './sweep/run-simulation.ts';
import { sweepSeeds } from './sweep/sweep-seeds.ts';

const seeds = 10_000;

it(`keeps every promise in ${seeds} seeds`, async () => {
  const startedAt = performance.now();
  const figures = await sweepSeeds({ from: 1, count: seeds });
  process.stdout.write(`${formatFigures(figures, (performance.now() - startedAt) / 1000)}\n`);
  expect(figures.failed.map(formatFailure)).toEqual([]);
  expect(figures.seeds).toBe(seeds);
});
