/** The one result of a run, as it is kept in `results/`. */
import type { Spread } from './statistics.ts';

export interface RunResult {
  readonly schema: 1;
  readonly takenAt: string;
  readonly commit: string;
  readonly quick: boolean;
  readonly machine: {
    readonly processor: string;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly node: string;
    readonly loadBefore: number;
    readonly loadAfter: number;
  };
  /** Milliseconds of the fixed work, before each round of all comparisons. */
  readonly calibrationsMs: readonly number[];
  /** Share by which the slowest calibration was slower than the fastest. */
  readonly drift: number;
  readonly comparisons: readonly ComparisonResult[];
}

export interface ComparisonResult {
  readonly name: string;
  /** Taken with small sizes. */
  readonly quick: boolean;
  readonly question: string;
  readonly cases: readonly CaseResult[];
  readonly ratios: readonly RatioResult[];
}

export interface CaseResult {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  /** Why there is no figure: a wrong sum, or a fault. */
  readonly failure: string | null;
  readonly rounds: number;
  readonly units: number;
  readonly unitsPerSecond: Spread;
  /** Microseconds of CPU a unit, over all processes and by process. */
  readonly cpuPerUnit: Spread;
  readonly cpuByProcess: Readonly<Record<string, number>>;
  readonly figures: Readonly<Record<string, number>>;
}

export interface RatioResult extends Spread {
  readonly name: string;
  readonly of: string;
  readonly to: string;
  readonly by: 'rate' | 'cpu';
}
