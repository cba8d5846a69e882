/** Whether a run has lost against the reference: by ratios, which do not depend on how fast the machine is. */
import type { RunResult } from './result.ts';

/** A ratio may fall by this share of the reference before the gate closes. */
const toleratedFall = 0.2;

export interface GateFinding {
  readonly comparison: string;
  readonly ratio: string;
  readonly reference: number;
  /** `null`: the run has no such ratio, because a case of it failed. */
  readonly found: number | null;
}

/** The ratios that fell too far or are gone. Quick runs are compared with quick references only. */
export function findFallenRatios(run: RunResult, reference: RunResult): GateFinding[] {
  const measured = new Set(run.comparisons.map(({ name }) => name));
  return reference.comparisons
    .filter(({ name }) => measured.has(name))
    .flatMap(({ name: comparison, ratios }) =>
      ratios.flatMap(({ name: ratio, median: expected }): GateFinding[] => {
        const found = run.comparisons
          .find(({ name }) => name === comparison)
          ?.ratios.find(({ name }) => name === ratio);
        if (found !== undefined && found.median >= expected * (1 - toleratedFall)) return [];
        return [{ comparison, ratio, reference: expected, found: found?.median ?? null }];
      }),
    );
}
