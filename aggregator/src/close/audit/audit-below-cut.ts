import type { ClickHouse } from '@tidemark/platform/clickhouse';
import type { Progress } from '@tidemark/rater/ports';
import { boundOfProgress } from '../../store/log-bound.ts';
import type { LogBound } from '../../store/log-bound.ts';
import type { HaltedPart } from '../../ports.ts';
import { compareBlocks } from './compare-blocks.ts';
import { compareCounts } from './compare-counts.ts';
import { readPresentBlocks, readPromisedBlocks } from './read-audit-blocks.ts';
import { readOutcomeSums } from './read-outcome-sums.ts';

export interface AuditQuery {
  readonly tenant: string;
  readonly bound: LogBound;
  readonly progress: readonly Progress[];
}

/** A part that is not sound, with the partition and the first offset of the range. */
export type AuditFinding = HaltedPart & { readonly partition: number };

/**
 * Whether all is there that was promised: the outcomes of the envelopes must sum to the counts of the progress, and the
 * tenant's stored events below the bound must be those of its outcomes. Empty when they are.
 */
export async function auditBelowCut(
  clickHouse: ClickHouse,
  { tenant, bound, progress }: AuditQuery,
): Promise<AuditFinding[]> {
  const [sums, promised, present] = await Promise.all([
    readOutcomeSums(clickHouse, boundOfProgress(progress)),
    readPromisedBlocks(clickHouse, { tenant, bound }),
    readPresentBlocks(clickHouse, { tenant, bound }),
  ]);
  const counts = compareCounts(progress, sums).map(({ partition, detail }) => ({
    reason: 'audit-counts',
    partition,
    offset: 0,
    detail: `envelope outcomes ${detail}`,
  }));
  const blocks = compareBlocks(promised, present).map(({ partition, from, to, detail }) => ({
    reason: 'audit-mismatch',
    partition,
    offset: from,
    detail: `offsets ${from} to ${to} (exclusive): ${detail}`,
  }));
  return [...counts, ...blocks];
}
