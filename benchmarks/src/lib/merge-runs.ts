/** One result out of pieces: each comparison was measured in one of them, with all of its cases side by side. */
import type { RunResult } from './result.ts';

/** `later` takes the place of what `earlier` says about the same comparisons; `names`: of all comparisons, in their order. */
export function mergeRuns(
  earlier: RunResult,
  later: RunResult,
  names: readonly string[],
): RunResult {
  const results = new Map(earlier.comparisons.map((result) => [result.name, result]));
  for (const result of later.comparisons) results.set(result.name, result);
  return {
    ...later,
    calibrationsMs: [...earlier.calibrationsMs, ...later.calibrationsMs],
    // Each piece was refused by itself where the machine did not keep its pace.
    drift: Math.max(earlier.drift, later.drift),
    comparisons: names.flatMap((name) => results.get(name) ?? []),
  };
}
