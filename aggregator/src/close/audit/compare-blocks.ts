/** The audit's comparison: what envelopes promised against what lies in `usage_events`. Pure. */

/** Offsets a block covers; an envelope is one offset. */
export const auditBlockOffsets = 65_536;

/** Stored rows of one block of offsets. */
export interface AuditBlock {
  readonly incarnation: number;
  readonly partition: number;
  /** First offset of the block. */
  readonly from: number;
  readonly stored: number;
  /** xor of the payload hashes of the stored rows, decimal text. */
  readonly xor: string;
}

export interface PromisedBlock extends AuditBlock {
  readonly logged: number;
  readonly duplicate: number;
  readonly dead: number;
}

/** A block whose counts do not add up; the range is half-open. */
export interface AuditMismatch {
  readonly incarnation: number;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
  readonly detail: string;
}

/** Mismatches in (incarnation, partition, offset) order; empty when every promised row is there and no other. */
export function compareBlocks(
  promised: readonly PromisedBlock[],
  present: readonly AuditBlock[],
): AuditMismatch[] {
  const presentByKey = new Map(present.map((block) => [keyOf(block), block]));
  const mismatches: AuditMismatch[] = [];
  for (const block of promised) {
    const rows = presentByKey.get(keyOf(block)) ?? { ...block, stored: 0, xor: '0' };
    presentByKey.delete(keyOf(block));
    const detail = differenceOf(block, rows);
    if (detail !== undefined) mismatches.push(mismatchAt(block, detail));
  }
  for (const block of presentByKey.values()) {
    mismatches.push(mismatchAt(block, `${block.stored} rows of which no envelope tells`));
  }
  return mismatches.sort(
    (left, right) =>
      left.incarnation - right.incarnation ||
      left.partition - right.partition ||
      left.from - right.from,
  );
}

function differenceOf(promised: PromisedBlock, rows: AuditBlock): string | undefined {
  if (promised.logged !== promised.stored + promised.duplicate + promised.dead) {
    return `logged ${promised.logged} is not stored ${promised.stored} + duplicate ${promised.duplicate} + dead ${promised.dead}`;
  }
  if (promised.stored !== rows.stored) {
    return `${rows.stored} rows instead of ${promised.stored}`;
  }
  if (promised.xor !== rows.xor) return 'the rows are not those that were stored (hash differs)';
  return undefined;
}

function mismatchAt(block: AuditBlock, detail: string): AuditMismatch {
  const { incarnation, partition, from } = block;
  return { incarnation, partition, from, to: from + auditBlockOffsets, detail };
}

function keyOf(block: AuditBlock): string {
  return `${block.incarnation}/${block.partition}/${block.from}`;
}
