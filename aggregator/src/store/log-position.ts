import type { Progress } from '@tidemark/rater/ports';

/** How far a read looks into a partition of the log: all records below `offset`. */
export interface LogPosition {
  readonly partition: number;
  /** Decimal string, as on every wire. */
  readonly offset: string;
}

/** The newest life of each partition, by partition. */
export function logPositions(progress: readonly Progress[]): LogPosition[] {
  const newest = new Map<number, Progress>();
  for (const row of progress) {
    const known = newest.get(row.partition);
    if (known === undefined || known.incarnation < row.incarnation) newest.set(row.partition, row);
  }
  return [...newest.values()]
    .sort((left, right) => left.partition - right.partition)
    .map(({ partition, next }) => ({ partition, offset: String(next) }));
}
