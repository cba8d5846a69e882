import type { StateFigures } from '../pool/protocol.ts';

/** Of a partition whose state is not built yet. */
export function emptyFigures(next: number): StateFigures {
  return {
    next,
    epoch: 0,
    rows: 0,
    dedupIds: 0,
    dedupBytes: 0,
    dedupCompleteFrom: 0,
    totals: 0,
    lost: 0,
    counts: { logged: 0, stored: 0, duplicate: 0, conflict: 0, dead: 0, control: 0 },
  };
}
