import type { Instant } from '@tidemark/platform/clock';
import { invalidParameter } from '../../problems.ts';

export interface TimeRange {
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
}

/** @throws AppError 400 where both ends are given and nothing lies between them. */
export function assertAscending({ from, to }: TimeRange): void {
  if (from === undefined || to === undefined || from < to) return;
  throw invalidParameter('api/range-empty', 'The range must end after it starts.', [
    { path: 'to', message: 'must be after from' },
  ]);
}
