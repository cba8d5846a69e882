/**
 * Why an invoice line has its amount: the events below the invoice's own cut, metered and priced again by the path that the
 * close took, with every intermediate. What comes out is what was billed, since nothing below a cut ever changes.
 */
import { formatInstant } from '@tidemark/platform/clock';
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import type { MeterChange } from '@tidemark/rater/catalog';
import { formatQuantity } from '@tidemark/rater/money';
import type { RatedLine, RatingStep } from '@tidemark/rater/pricing';
import { createPlanCompiler, meterCatalog } from '../close/pricing/compiled-plan.ts';
import type { MeteredVersion } from '../close/pricing/compiled-plan.ts';
import { cutPeriod } from '../close/pricing/period-pieces.ts';
import type { ChargePiece, PeriodPieces } from '../close/pricing/period-pieces.ts';
import { explainPiece } from '../close/pricing/price-period.ts';
import { readChargeStates } from '../close/states/read-charge-states.ts';
import { readPeriodStates } from '../close/states/read-period-states.ts';
import type { StoredEvent } from '../events/stored-event.ts';
import { StoredSample } from '../events/stored-sample.ts';
import type { Cut, DueInstant } from '../ports.ts';
import { boundOfCut } from '../store/log-bound.ts';
import type { LogBound } from '../store/log-bound.ts';
import { readProgress } from '../store/read-progress.ts';
import { windowBoundaries } from '../usage/windows.ts';
import { readLineEvents } from './read-line-events.ts';

export interface ExplainedLine {
  readonly charge: string;
  /** Integer microseconds, half-open: the part of the period that the line bills. */
  readonly from: number;
  readonly to: number;
}

export interface LineQuestion {
  readonly line: ExplainedLine;
  /** The instant whose ending period the line bills. */
  readonly due: DueInstant;
  /** What the invoice includes. */
  readonly cut: Cut;
  /** Versions of the tenant's meters at the invoice's catalog epoch. */
  readonly meters: readonly MeterChange[];
}

export interface LineExplanation {
  readonly plan: { readonly key: string; readonly version: number };
  /** Public JSON of the charge. */
  readonly charge: unknown;
  readonly steps: readonly RatingStep[];
  /** How the amount is put together: tiers, discounts, bounds. */
  readonly parts: readonly RatedLine[];
  /** Quantity by day of the customer's time zone; empty for a meter whose days do not stand by themselves. */
  readonly windows: readonly {
    readonly from: string;
    readonly to: string;
    readonly quantity: string;
  }[];
  /** The first events that were measured, oldest first. */
  readonly events: readonly StoredEvent[];
  readonly hasMoreEvents: boolean;
}

const eventsShown = 100;
/** Events looked at for those that the charge measures. */
const eventsRead = 10_000;

/** `null` where the plan has no such charge at that time. */
export async function explainLine(
  clickHouse: ClickHouse,
  question: LineQuestion,
): Promise<LineExplanation | null> {
  const { due, line } = question;
  if (due.ending === null) return null;
  const compile = createPlanCompiler(meterCatalog(question.meters));
  const pieces = cutPeriod(due.ending, compile);
  const found = findPiece(pieces, line);
  if (found === null) return null;
  const { piece, terms } = found;
  const bound = boundOfCut(question.cut, await readProgress(clickHouse));
  const { customer, tenant, timeZone } = due;
  const earlier = due.closed.map(({ period }) => cutPeriod(period, compile));
  const item = { customer, pieces, earlier };
  const states = await readPeriodStates(clickHouse, [item], { tenant, bound });
  const { lines, steps } = explainPiece(pieces, piece, (of) => states.get(of), { timeZone });
  const usage = await explainUsage(clickHouse, question, { piece, bound });
  const position = terms.charges.findIndex((json) => keyOf(json) === line.charge);
  return {
    plan: { key: terms.plan, version: terms.version },
    charge: terms.charges[position],
    steps,
    parts: lines,
    ...usage,
  };
}

function findPiece(
  { segments }: PeriodPieces,
  line: ExplainedLine,
): {
  piece: ChargePiece;
  terms: PeriodPieces['segments'][number]['plan']['terms'];
} | null {
  for (const { pieces, plan } of segments) {
    for (const piece of pieces) {
      const isSame = piece.charge.charge.key === line.charge;
      if (isSame && piece.from < line.to && piece.to > line.from) {
        return { piece, terms: plan.terms };
      }
    }
  }
  return null;
}

function keyOf(json: unknown): unknown {
  return typeof json === 'object' && json !== null && 'key' in json ? json.key : undefined;
}

async function explainUsage(
  clickHouse: ClickHouse,
  { due }: LineQuestion,
  { bound, piece }: { readonly piece: ChargePiece; readonly bound: LogBound },
): Promise<Pick<LineExplanation, 'windows' | 'events' | 'hasMoreEvents'>> {
  if (piece.kind === 'flat' || piece.metered === null) {
    return { windows: [], events: [], hasMoreEvents: false };
  }
  const { metered } = piece;
  const { customer, tenant } = due;
  const span = { from: piece.from, to: piece.to };
  const read = await readLineEvents(clickHouse, {
    tenant,
    customer,
    type: metered.eventType,
    span,
    bound,
    count: eventsRead,
  });
  const measured = read.filter((event) => isMeasured(metered, event));
  return {
    windows: await readWindows(clickHouse, { due, metered, span, bound }),
    events: measured.slice(0, eventsShown),
    hasMoreEvents: measured.length > eventsShown || read.length === eventsRead,
  };
}

function isMeasured({ rater }: MeteredVersion, event: StoredEvent): boolean {
  const { data, position, time } = event;
  const sample = new StoredSample().moveTo({ ...position, time, data });
  return rater.add(rater.empty({ from: time, to: time + 1 }), sample) === 'measured';
}

/** A level over time and a meter that carries have no quantity of one day by itself. */
async function readWindows(
  clickHouse: ClickHouse,
  of: {
    readonly due: DueInstant;
    readonly metered: MeteredVersion;
    readonly span: { readonly from: number; readonly to: number };
    readonly bound: LogBound;
  },
): Promise<LineExplanation['windows']> {
  const { bound, due, metered, span } = of;
  if (metered.carries || metered.timeWeighted !== null) return [];
  const { customer, tenant, timeZone } = due;
  const boundaries = windowBoundaries({ ...span, window: 'day', timeZone });
  const charges = [metered];
  const requests = boundaries.slice(1).map((to, position) => {
    const window = { from: boundaries[position] ?? span.from, to };
    return { customer, span: window, period: window, charges };
  });
  const states = await readChargeStates(clickHouse, requests, { tenant, bound });
  return requests.flatMap((request, position) => {
    const quantity = metered.rater.quantity(states[position]?.[0]);
    if (quantity === null || quantity === 0n) return [];
    const { from, to } = request.span;
    return [
      { from: formatInstant(from), to: formatInstant(to), quantity: formatQuantity(quantity) },
    ];
  });
}
