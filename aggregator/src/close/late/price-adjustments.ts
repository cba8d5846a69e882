/** Finds the closed periods of a batch that have gained events and prices them again. */
import { partitionOf } from '@tidemark/ingest/contract';
import type { ClosedPeriod, Cut, DueInstant } from '../../ports.ts';
import type { BillingContext, DueItem } from '../billing-context.ts';
import type { PeriodPieces } from '../pricing/period-pieces.ts';
import { pricePeriod } from '../pricing/price-period.ts';
import { readPeriodStates, usagePieces } from '../states/read-period-states.ts';
import type { PeriodItem, PieceStates } from '../states/read-period-states.ts';
import { adjustPeriod } from './late-lines.ts';
import type { PeriodAdjustment } from './late-lines.ts';
import { readLatePeriods } from './read-late-periods.ts';
import type { BilledSpan } from './read-late-periods.ts';

type AdjustContext = Pick<BillingContext, 'clickHouse' | 'tenant' | 'cut' | 'bound' | 'boundOf'>;

interface LatePeriod {
  readonly item: DueItem;
  readonly closed: ClosedPeriod;
  readonly pieces: PeriodPieces;
  readonly earlier: readonly PeriodPieces[];
}

/** Adjustments by due instant, in the order of the periods; dues without late events have none. */
export async function priceAdjustments(
  context: AdjustContext,
  items: readonly DueItem[],
): Promise<Map<DueInstant, PeriodAdjustment[]>> {
  const adjustments = new Map<DueInstant, PeriodAdjustment[]>();
  const late = await findLate(context, items);
  if (late.length === 0) return adjustments;
  const { clickHouse, tenant, bound } = context;
  const now = await readPeriodStates(clickHouse, late.map(toPeriodItem), { tenant, bound });
  const before = await readStatesBefore(context, late);
  for (const { item, closed, pieces } of late) {
    const options = { timeZone: item.due.timeZone };
    const adjustment = adjustPeriod(
      closed,
      pricePeriod(pieces, (piece) => now.get(piece), options),
      pricePeriod(pieces, (piece) => before.get(piece), options),
    );
    adjustments.set(item.due, [...(adjustments.get(item.due) ?? []), adjustment]);
  }
  return adjustments;
}

async function findLate(context: AdjustContext, items: readonly DueItem[]): Promise<LatePeriod[]> {
  const candidates: LatePeriod[] = [];
  const spans: BilledSpan[] = [];
  for (const item of items) {
    item.due.closed.forEach((closed, position) => {
      const pieces = item.closed[position];
      if (pieces === undefined) return;
      candidates.push({ item, closed, pieces, earlier: item.closed.slice(0, position) });
      spans.push(billedSpan(item.due, closed));
    });
  }
  const gained = await readLatePeriods(context.clickHouse, spans, context);
  return candidates.filter(
    (candidate, position) =>
      gained.has(position) || isMovedByEarlier(candidates, gained, candidate, position),
  );
}

/** A meter that carries hands what came late on to every later period. */
function isMovedByEarlier(
  candidates: readonly LatePeriod[],
  gained: ReadonlySet<number>,
  candidate: LatePeriod,
  position: number,
): boolean {
  const carries = usagePieces(candidate.pieces).some(({ metered }) => metered?.carries === true);
  if (!carries) return false;
  const first = position - candidate.earlier.length;
  for (let at = first; at < position; at++) {
    if (gained.has(at) && candidates[at]?.item === candidate.item) return true;
  }
  return false;
}

function billedSpan({ tenant, customer }: DueInstant, closed: ClosedPeriod): BilledSpan {
  const { billedCut, period } = closed;
  const partition = partitionOf(tenant, customer, Math.max(1, billedCut.offsets.length));
  return {
    customer,
    span: { from: period.from, to: period.to },
    billedIncarnation: billedCut.incarnation,
    billedOffset: billedCut.offsets[partition] ?? 0,
  };
}

/** States at the cuts that the periods are billed up to; usually all the same. */
async function readStatesBefore(
  { clickHouse, tenant, boundOf }: AdjustContext,
  late: readonly LatePeriod[],
): Promise<PieceStates> {
  const byCut = new Map<string, { cut: Cut; periods: LatePeriod[] }>();
  for (const period of late) {
    const cut = period.closed.billedCut;
    const key = JSON.stringify([cut.incarnation, cut.offsets]);
    const group = byCut.get(key);
    if (group === undefined) byCut.set(key, { cut, periods: [period] });
    else group.periods.push(period);
  }
  const states: [Parameters<PieceStates['get']>[0], unknown][] = [];
  for (const { cut, periods } of byCut.values()) {
    const options = { tenant, bound: boundOf(cut) };
    states.push(...(await readPeriodStates(clickHouse, periods.map(toPeriodItem), options)));
  }
  return new Map(states);
}

function toPeriodItem({ item, pieces, earlier }: LatePeriod): PeriodItem {
  return { customer: item.due.customer, pieces, earlier };
}
