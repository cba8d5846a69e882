/** A process of a sweep: runs ranges of seeds until it is disconnected. */
import { runSeed } from '../world/run-seed.ts';
import { addFigures, noSeeds } from './sweep-seeds.ts';
import type { SeedRange, SweepFigures } from './sweep-seeds.ts';

// Faults that are part of the run need no stack; the one seed that fails is run again with its trace.
Error.stackTraceLimit = 0;

process.on('message', (range) => {
  void runRange(range as SeedRange).then((figures) => process.send?.(figures));
});

async function runRange({ from, to }: SeedRange): Promise<SweepFigures> {
  const before = process.cpuUsage();
  let total = noSeeds;
  for (let seed = from; seed < to; seed++) total = addFigures(total, await figuresOf(seed));
  const { user, system } = process.cpuUsage(before);
  return { ...total, cpuMs: (user + system) / 1000 };
}

async function figuresOf(seed: number): Promise<SweepFigures> {
  const one = { ...noSeeds, seeds: 1 };
  try {
    const { accident, events, faults, invoices, steps, violations } = await runSeed(seed);
    const failed = violations.length > 0 ? [{ seed, violations }] : [];
    return {
      ...one,
      events,
      invoices,
      faults,
      accidents: accident === null ? 0 : 1,
      steps,
      failed,
    };
  } catch (error) {
    return { ...one, failed: [{ seed, violations: [`fault: ${String(error)}`] }] };
  }
}
