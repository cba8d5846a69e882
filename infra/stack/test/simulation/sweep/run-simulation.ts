/** `npm run chaos -- --sim`: many seeds, one seed with its trace, or the search for a seed that misses a guard. */
import { ablations } from '../ablation/ablations.ts';
import type { Ablation } from '../ablation/ablation.ts';
import { runSeed } from '../world/run-seed.ts';
import type { SeedOptions, SeedRun } from '../world/run-seed.ts';
import { sweepSeeds } from './sweep-seeds.ts';
import type { FailedSeed, SweepFigures } from './sweep-seeds.ts';

export interface SimulationOptions {
  /** The first one. */
  readonly seed: number;
  /** How many; a single one is told step by step. */
  readonly seeds: number;
  /** A guard to take away. */
  readonly without?: string;
}

/** Prints as it goes; false when a promise was broken. */
export async function runSimulation({ seed, seeds, without }: SimulationOptions): Promise<boolean> {
  const ablation = without === undefined ? null : ablationOf(without);
  if (seeds === 1) return await replay(seed, ablation);
  if (ablation !== null) return await search(ablation, seed, seeds);
  const startedAt = performance.now();
  const figures = await sweepSeeds({
    from: seed,
    count: seeds,
    onProgress: (done) => {
      if (done % 1000 === 0) process.stderr.write(`${done} of ${seeds} seeds\n`);
    },
  });
  const seconds = (performance.now() - startedAt) / 1000;
  print(formatFigures(figures, seconds));
  return figures.failed.length === 0;
}

export function formatFigures(figures: SweepFigures, seconds: number): string {
  const { accidents, cpuMs, events, failed, faults, invoices, seeds, steps } = figures;
  return [
    ...failed.map(formatFailure),
    `${seeds} seeds in ${seconds.toFixed(1)} s (${(cpuMs / seeds).toFixed(1)} ms of CPU a seed): ` +
      `${events} events, ${faults} faults of processes and store, ${accidents} accidents, ` +
      `${invoices} invoices, ${steps} steps; ${failed.length} seeds broke a promise`,
  ].join('\n');
}

/** What went wrong, and the command that shows how. */
export function formatFailure({ seed, violations }: FailedSeed): string {
  return `seed ${seed}: ${violations.join('\n  ')}\n  replay: npm run chaos -- --sim --seed ${seed} --seeds 1`;
}

async function replay(seed: number, ablation: Ablation | null): Promise<boolean> {
  const { accident, violations } = await runSeed(seed, {
    ...(ablation !== null && optionsOf(ablation)),
    trace: (atMs, text) => print(`${new Date(atMs).toISOString()} ${text}`),
  });
  print(`seed ${seed}, accident: ${accident ?? 'none'}`);
  for (const violation of violations) print(`violation: ${violation}`);
  if (violations.length === 0) print('every promise was kept');
  return violations.length === 0;
}

/** The first seed whose run shows that the guard is missing, and that passes with it. */
async function search(ablation: Ablation, from: number, count: number): Promise<boolean> {
  const { accident, guard } = ablation;
  for (let seed = from; seed < from + count; seed++) {
    const { violations } = await runOrFault(seed, optionsOf(ablation));
    if (violations.length === 0) continue;
    const guarded = await runSeed(seed, { accident });
    if (guarded.violations.length > 0) continue;
    print(`without ${guard}, seed ${seed} fails:`);
    for (const violation of violations) print(`  ${violation}`);
    return true;
  }
  print(`without ${guard}, ${count} seeds from ${from} on show nothing`);
  return false;
}

export function optionsOf({ accident, distortions }: Ablation): SeedOptions {
  return { accident, distortions };
}

async function runOrFault(
  seed: number,
  options: SeedOptions,
): Promise<Pick<SeedRun, 'violations'>> {
  try {
    return await runSeed(seed, options);
  } catch (error) {
    return { violations: [`fault: ${String(error)}`] };
  }
}

function ablationOf(guard: string): Ablation {
  const found = ablations.find((ablation) => ablation.guard === guard);
  if (found !== undefined) return found;
  const known = ablations.map((ablation) => ablation.guard).join(', ');
  throw new Error(`There is no guard ${guard}, but ${known}.`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
