/**
 * The bound of every read: which coordinates of the log count. A row above it may have landed (a write of which only a
 * part is there, a zombie that is ahead), but nobody has promised yet that its neighbours are complete.
 */
import type { ClickHouseParameter } from '@tidemark/platform/clickhouse';
import { assert } from '@tidemark/platform/errors';
import type { Progress } from '@tidemark/rater/ports';
import type { Cut } from '../ports.ts';

/**
 * Exclusive upper offsets as a dense table: `below[(incarnation - firstIncarnation) * partitions + partition]`; what has
 * no entry is not read at all.
 */
export interface LogBound {
  readonly firstIncarnation: number;
  readonly partitions: number;
  readonly below: readonly number[];
}

/** Lives of one log; each is an accident that an operator has dealt with. */
const incarnationsMax = 256;

/**
 * SQL that holds for rows below the bound; needs `boundParameters`. A coordinate outside of the table reads an element
 * past its end, which ClickHouse takes as 0, and no offset is below that.
 */
export const belowBound = `partition < {boundPartitions:UInt32}
  AND incarnation >= {boundIncarnation:UInt32}
  AND offset < {boundBelow:Array(UInt64)}[(incarnation - {boundIncarnation:UInt32}) * {boundPartitions:UInt32} + partition + 1]`;

export function boundParameters(bound: LogBound): Record<string, ClickHouseParameter> {
  return {
    boundIncarnation: bound.firstIncarnation,
    boundPartitions: bound.partitions,
    boundBelow: bound.below,
  };
}

/** The same for one partition in one life of the log: 0 where nothing of it is read. */
export function offsetBelow(bound: LogBound, incarnation: number, partition: number): number {
  const life = incarnation - bound.firstIncarnation;
  if (life < 0 || partition >= bound.partitions) return 0;
  return bound.below[life * bound.partitions + partition] ?? 0;
}

/** Everything that is promised to be complete: all records below the greatest progress of each partition. */
export function boundOfProgress(progress: readonly Progress[]): LogBound {
  return boundOf(progress.map((row) => [row.incarnation, row.partition, row.next]));
}

/**
 * The log prefix of a close: below the cut in its incarnation, all that earlier incarnations got to (their logs are gone,
 * so their progress is final), nothing of later ones.
 */
export function boundOfCut(cut: Cut, progress: readonly Progress[]): LogBound {
  const earlier = progress
    .filter((row) => row.incarnation < cut.incarnation)
    .map((row) => [row.incarnation, row.partition, row.next] as const);
  const own = cut.offsets.map((offset, partition) => [cut.incarnation, partition, offset] as const);
  return boundOf([...earlier, ...own]);
}

function boundOf(entries: readonly (readonly [number, number, number])[]): LogBound {
  const incarnations = entries.map(([incarnation]) => incarnation);
  const firstIncarnation = entries.length === 0 ? 0 : Math.min(...incarnations);
  const span = entries.length === 0 ? 0 : Math.max(...incarnations) - firstIncarnation + 1;
  assert(span <= incarnationsMax, `The log has more than ${incarnationsMax} incarnations.`);
  const partitions = Math.max(1, ...entries.map(([, partition]) => partition + 1));
  const below = new Array<number>(Math.max(1, span * partitions)).fill(0);
  for (const [incarnation, partition, offset] of entries) {
    below[(incarnation - firstIncarnation) * partitions + partition] = offset;
  }
  return { firstIncarnation, partitions, below };
}
