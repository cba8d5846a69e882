/**
 * Compares what the close computed for a batch with the stream's charge totals. Where the stream says nothing about the cut
 * (its row has moved on, or the charge is not rated in the stream), SQL's aggregate is compared with a fold instead.
 */
import type { HaltedPart } from '../../ports.ts';
import type { BillingContext, DueItem } from '../billing-context.ts';
import type { PeriodPieces, UsagePiece } from '../pricing/period-pieces.ts';
import { readPeriodStates, usagePieces } from '../states/read-period-states.ts';
import type { PieceStates } from '../states/read-period-states.ts';
import { compareTotal } from './compare-total.ts';
import type { StreamTotal } from '../states/read-stream-totals.ts';
import { isTotalOf, StreamTotals } from '../states/stream-totals.ts';

type CompareContext = Pick<BillingContext, 'clickHouse' | 'tenant' | 'bound' | 'cut'>;

/** Subscriptions whose two computations differ, with what to tell an operator; empty when all agree. */
export async function compareWithStream(
  context: CompareContext,
  items: readonly DueItem[],
  states: PieceStates,
): Promise<Map<string, HaltedPart>> {
  const different = new Map<string, HaltedPart>();
  const halt = (item: DueItem, charge: string, detail: string): void => {
    const { subscription } = item.due;
    const part = { reason: 'totals-differ', subscription, detail: `charge ${charge}: ${detail}` };
    if (!different.has(subscription)) different.set(subscription, part);
  };
  const periods = items.flatMap(({ due: { customer, subscription }, ending }) =>
    ending === null ? [] : [{ customer, subscription, pieces: ending }],
  );
  const totals = await StreamTotals.read(context.clickHouse, context.tenant, periods);
  const again: DueItem[] = [];
  for (const item of items) {
    if (item.ending === null) continue;
    const { subscription } = item.due;
    const own = totals.ofPeriod({ subscription, pieces: item.ending });
    let secondComputation = false;
    for (const piece of usagePieces(item.ending)) {
      const result = comparePiece(context, { piece, pieces: item.ending, totals: own, states });
      if (result.kind === 'different') halt(item, piece.charge.charge.key, result.detail);
      if (result.kind === 'moved-on') secondComputation = true;
    }
    const stray = strayTotal(item.ending, own, context);
    if (stray !== undefined)
      halt(item, stray.charge, 'the stream has a total that the plan has not');
    if (secondComputation) again.push(item);
  }
  await compareWithFold(context, again, { states, halt });
  return different;
}

interface PieceComparison {
  readonly piece: UsagePiece;
  readonly pieces: PeriodPieces;
  readonly totals: readonly StreamTotal[];
  readonly states: PieceStates;
}

function comparePiece(
  { cut }: CompareContext,
  { piece, pieces, totals, states }: PieceComparison,
): ReturnType<typeof compareTotal> {
  if (piece.metered === null) return { kind: 'equal' };
  const { rater, measure } = piece.metered;
  if (rater.mode === 'deferred') return { kind: measure === null ? 'equal' : 'moved-on' };
  const computed = {
    rater,
    state: states.get(piece),
    empty: rater.empty(pieces.streamed),
    options: { period: pieces.streamed },
  };
  return compareTotal(
    computed,
    totals.filter((total) => isTotalOf(total, piece)),
    cut,
  );
}

async function compareWithFold(
  context: CompareContext,
  items: readonly DueItem[],
  {
    states,
    halt,
  }: {
    readonly states: PieceStates;
    readonly halt: (item: DueItem, charge: string, detail: string) => void;
  },
): Promise<void> {
  const periods = items.flatMap(({ due, ending, closed }) =>
    ending === null ? [] : [{ customer: due.customer, pieces: ending, earlier: closed }],
  );
  const { clickHouse, tenant, bound } = context;
  const folded = await readPeriodStates(clickHouse, periods, { tenant, bound, foldOnly: true });
  for (const item of items) {
    if (item.ending === null) continue;
    for (const piece of usagePieces(item.ending)) {
      const rater = piece.metered?.rater;
      if (rater === undefined) continue;
      const aggregated = rater.encode(states.get(piece));
      const counted = rater.encode(folded.get(piece));
      if (aggregated === counted) continue;
      halt(
        item,
        piece.charge.charge.key,
        `SQL gives ${aggregated}, a fold of the events ${counted}`,
      );
    }
  }
}

/** A total with events below the cut for which the period has no piece. */
function strayTotal(
  pieces: PeriodPieces,
  totals: readonly StreamTotal[],
  { cut }: CompareContext,
): StreamTotal | undefined {
  const known = usagePieces(pieces);
  return totals.find(
    (total) =>
      total.events > 0 &&
      total.incarnation === cut.incarnation &&
      total.version <= (cut.offsets[total.partition] ?? 0) &&
      !known.some((piece) => isTotalOf(total, piece)),
  );
}
