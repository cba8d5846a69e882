/**
 * Waits until the raters have passed the cut. Bounded by movement, not by time: a long backlog is worked off, while a
 * partition whose progress stands still is taken as halted, so that one sick partition does not hold up the others.
 */
import type { Progress } from '@tidemark/rater/ports';
import type { Cut } from '../ports.ts';

export interface WaitOptions {
  readonly readProgress: () => Promise<readonly Progress[]>;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly nowMs: () => number;
  /** A partition below the cut that has not moved for this long is halted. */
  readonly stallMs: number;
  readonly pollMs: number;
  readonly onWait?: (behind: readonly PartitionBehind[]) => void;
}

export interface PartitionBehind {
  readonly partition: number;
  /** Its next offset. */
  readonly next: number;
  readonly cut: number;
}

/** The partitions (of those given) that did not reach the cut; empty when all did. */
export async function waitForCut(
  cut: Cut,
  partitions: readonly number[],
  options: WaitOptions,
): Promise<PartitionBehind[]> {
  const moved = new Map<number, { next: number; atMs: number }>();
  for (;;) {
    const behind = partitionsBehind(cut, partitions, await options.readProgress());
    const now = options.nowMs();
    const moving = behind.filter(({ partition, next }) => {
      const last = moved.get(partition);
      if (last?.next !== next) moved.set(partition, { next, atMs: now });
      return last?.next !== next || now - last.atMs < options.stallMs;
    });
    if (moving.length === 0) return behind;
    options.onWait?.(behind);
    await options.sleep(options.pollMs);
  }
}

/** Which of the partitions have not processed all records below the cut. */
function partitionsBehind(
  cut: Cut,
  partitions: readonly number[],
  progress: readonly Progress[],
): PartitionBehind[] {
  const behind: PartitionBehind[] = [];
  for (const partition of partitions) {
    const offset = cut.offsets[partition] ?? 0;
    const row = progress.find(
      (candidate) => candidate.incarnation === cut.incarnation && candidate.partition === partition,
    );
    const next = row?.next ?? 0;
    if (next < offset) behind.push({ partition, next, cut: offset });
  }
  return behind;
}
