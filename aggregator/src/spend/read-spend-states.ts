/**
 * States for live spend: the stream's running totals where they say all that is below the bound, the stored events for
 * everything else. An answer then costs a few rows, however many events the customer has.
 *
 * A total is absolute and its version ends behind its last event, so its newest row says everything below the bound if its
 * version is not above it. What is needed besides: the row was read after the bound, so that every flush that the bound
 * promises is in it, and the stream has applied the very terms that the question is about.
 */
import type { Progress } from '@tidemark/rater/ports';
import { readEndingStates } from '../close/bill-batch.ts';
import type { BillingContext, DueItem } from '../close/billing-context.ts';
import type { ChargePiece, PeriodPieces, UsagePiece } from '../close/pricing/period-pieces.ts';
import { usagePieces } from '../close/states/read-period-states.ts';
import type { PieceStates } from '../close/states/read-period-states.ts';
import { isTotalOf, mergeTotals, StreamTotals } from '../close/states/stream-totals.ts';
import type { StreamTotal } from '../close/states/read-stream-totals.ts';
import { offsetBelow } from '../store/log-bound.ts';
import type { LogBound } from '../store/log-bound.ts';

type SpendContext = Pick<BillingContext, 'clickHouse' | 'tenant' | 'bound'>;

/** `context.bound` must have been read before. */
export async function readSpendStates(
  context: SpendContext,
  items: readonly DueItem[],
): Promise<PieceStates> {
  const periods = items.flatMap(({ due: { customer, subscription }, ending }) =>
    ending === null ? [] : [{ customer, subscription, pieces: ending }],
  );
  const totals = await StreamTotals.read(context.clickHouse, context.tenant, periods);
  const known = new Map<ChargePiece, unknown>();
  for (const period of periods) {
    const own = totals.ofPeriod(period);
    for (const piece of usagePieces(period.pieces)) {
      const state = streamedState(context.bound, piece, period.pieces, own);
      if (state !== undefined) known.set(piece, state);
    }
  }
  return readEndingStates(context, items, known);
}

/** `undefined`: the stream does not rate the piece, or has gone on behind the bound. */
function streamedState(
  bound: LogBound,
  piece: UsagePiece,
  { streamed }: PeriodPieces,
  totals: readonly StreamTotal[],
): unknown {
  if (piece.metered === null) return undefined;
  const { carries, rater } = piece.metered;
  if (rater.mode !== 'stream' || carries) return undefined;
  const own = totals.filter((total) => isTotalOf(total, piece));
  const isBehind = ({ incarnation, partition, version }: StreamTotal): boolean =>
    version > offsetBelow(bound, incarnation, partition);
  return own.some(isBehind) ? undefined : mergeTotals(rater, rater.empty(streamed), own);
}

/**
 * Whether the totals below the progress are by the terms of an epoch. Earlier lives of the log are not asked: their totals stay as
 * they were, whatever terms came since.
 */
export function isStreamAtEpoch(progress: readonly Progress[], epoch: number): boolean {
  const [first] = progress;
  return (
    first !== undefined &&
    progress.every((row) => row.incarnation === first.incarnation && row.epoch === epoch)
  );
}
