import type { ClickHouse } from '@tidemark/platform/clickhouse';
import { compareBlocks } from './compare-blocks.ts';
import type { AuditMismatch } from './compare-blocks.ts';
import { readPresentBlocks, readPromisedBlocks } from './read-audit-blocks.ts';
import type { AuditRange } from './read-audit-blocks.ts';

/** Blocks of offsets below the bound whose stored events are not those the raters told of; empty when all are there. */
export async function auditBelowCut(
  clickHouse: ClickHouse,
  range: AuditRange,
): Promise<AuditMismatch[]> {
  const [promised, present] = await Promise.all([
    readPromisedBlocks(clickHouse, range),
    readPresentBlocks(clickHouse, range),
  ]);
  return compareBlocks(promised, present);
}
