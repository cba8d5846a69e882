/**
 * Rows that the store has lost are written again from the log before anything is billed: first the blocks in which events or
 * their outcomes are gone, in the order of the log. Where the outcomes still do not sum to the counts of the progress, no
 * block tells what is missing (envelopes without a stored event, or gone together with their events), so the whole
 * partition is written again.
 */
import { isAppError } from '@tidemark/platform/errors';
import type { AuditFinding } from '../audit/audit-below-cut.ts';
import { auditBlockOffsets } from '../audit/compare-blocks.ts';
import type { ReEmit } from './create-re-emitter.ts';

export interface RepairTools {
  readonly reEmit: ReEmit;
  /** The audit again. */
  readonly audit: () => Promise<AuditFinding[]>;
  readonly onRepair?: (finding: AuditFinding) => void;
}

const order = ['audit-mismatch', 'audit-counts'] as const;

/** Answers what is still wrong afterwards; a store that is away rejects with its retryable fault. */
export async function repairLosses(
  found: readonly AuditFinding[],
  { audit, onRepair, reEmit }: RepairTools,
): Promise<readonly AuditFinding[]> {
  let findings = found;
  for (const reason of order) {
    const lost = findings.filter((finding) => finding.reason === reason);
    if (lost.length === 0) continue;
    for (const finding of lost) {
      onRepair?.(finding);
      await tryToRepair(finding, reEmit);
    }
    findings = await audit();
  }
  return findings;
}

/** What cannot be written again stays a finding. */
async function tryToRepair(finding: AuditFinding, reEmit: ReEmit): Promise<void> {
  const { offset: from = 0, partition, reason } = finding;
  const to = reason === 'audit-counts' ? Infinity : from + auditBlockOffsets;
  try {
    await reEmit({ partition, from, to });
  } catch (error) {
    if (isAppError(error) && error.retryable) throw error;
  }
}
