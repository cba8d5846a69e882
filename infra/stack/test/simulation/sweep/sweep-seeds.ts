/** Runs many seeds on all cores, in child processes that ask for work a few seeds at a time. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

export interface SweepOptions {
  readonly from: number;
  readonly count: number;
  /** Called now and then with the seeds that are done. */
  readonly onProgress?: (done: number) => void;
}

export interface FailedSeed {
  readonly seed: number;
  readonly violations: readonly string[];
}

/** Of a run of seeds; all but `failed` are sums. */
export interface SweepFigures {
  readonly seeds: number;
  readonly events: number;
  readonly invoices: number;
  /** Processes killed, paused or stopped, rating threads ended, and outages of the store. */
  readonly faults: number;
  readonly accidents: number;
  /** Events of the virtual loop. */
  readonly steps: number;
  readonly cpuMs: number;
  readonly failed: readonly FailedSeed[];
}

export interface SeedRange {
  readonly from: number;
  readonly to: number;
}

const rangeSize = 20;
const worker = fileURLToPath(new URL('./sweep-worker.ts', import.meta.url));
const execArgv = ['--conditions=tidemark-source', '--disable-warning=ExperimentalWarning'];

export async function sweepSeeds({ from, count, onProgress }: SweepOptions): Promise<SweepFigures> {
  const end = from + count;
  let next = from;
  let total = noSeeds;
  const take = (): SeedRange | null => {
    if (next >= end) return null;
    const range = { from: next, to: Math.min(next + rangeSize, end) };
    next = range.to;
    return range;
  };
  const done = (figures: SweepFigures): void => {
    total = addFigures(total, figures);
    onProgress?.(total.seeds);
  };
  const processes = Math.min(availableParallelism(), Math.ceil(count / rangeSize));
  await Promise.all(Array.from({ length: processes }, () => work(take, done)));
  return { ...total, failed: total.failed.toSorted((left, right) => left.seed - right.seed) };
}

function work(take: () => SeedRange | null, done: (figures: SweepFigures) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child: ChildProcess = fork(worker, [], { execArgv });
    const give = (): void => {
      const range = take();
      if (range === null) child.disconnect();
      else child.send(range);
    };
    child.on('message', (message) => {
      done(message as SweepFigures);
      give();
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`A process of the sweep ended with code ${code}.`));
    });
    give();
  });
}

export const noSeeds: SweepFigures = {
  seeds: 0,
  events: 0,
  invoices: 0,
  faults: 0,
  accidents: 0,
  steps: 0,
  cpuMs: 0,
  failed: [],
};

export function addFigures(left: SweepFigures, right: SweepFigures): SweepFigures {
  return {
    seeds: left.seeds + right.seeds,
    events: left.events + right.events,
    invoices: left.invoices + right.invoices,
    faults: left.faults + right.faults,
    accidents: left.accidents + right.accidents,
    steps: left.steps + right.steps,
    cpuMs: left.cpuMs + right.cpuMs,
    failed: [...left.failed, ...right.failed],
  };
}
