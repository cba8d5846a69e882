/** Whether the outcomes themselves are complete: they must sum to the cumulative counts of the progress. Pure. */
import type { Progress, ProgressCounts } from '@tidemark/rater/ports';

/** Sums of the outcomes of one partition below its progress. */
export interface OutcomeSums extends Pick<
  ProgressCounts,
  'logged' | 'stored' | 'duplicate' | 'dead'
> {
  readonly incarnation: number;
  readonly partition: number;
}

export interface CountMismatch {
  readonly incarnation: number;
  readonly partition: number;
  readonly detail: string;
}

export function compareCounts(
  progress: readonly Progress[],
  outcomes: readonly OutcomeSums[],
): CountMismatch[] {
  return progress.flatMap(({ incarnation, partition, next, counts }) => {
    const sums = outcomes.find(
      (row) => row.incarnation === incarnation && row.partition === partition,
    ) ?? { logged: 0, stored: 0, duplicate: 0, dead: 0 };
    const names = (['logged', 'stored', 'duplicate', 'dead'] as const).filter(
      (name) => counts[name] !== sums[name],
    );
    if (names.length === 0) return [];
    const differences = names.map((name) => `${name} ${sums[name]} instead of ${counts[name]}`);
    return [{ incarnation, partition, detail: `below offset ${next}: ${differences.join(', ')}` }];
  });
}
