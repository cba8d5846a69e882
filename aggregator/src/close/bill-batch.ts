/**
 * From billing instants to invoice drafts, for a batch of subscriptions of one tenant. The steps in `billBatch` are the order
 * of the close's money path; spend reads take the same path without the comparison.
 */
import { isAppError } from '@tidemark/platform/errors';
import { isPricingError } from '@tidemark/rater/pricing';
import type { DueInstant, HaltedPart, InvoiceDraft } from '../ports.ts';
import type { BillingContext, DueItem } from './billing-context.ts';
import { compareWithStream } from './compare/compare-with-stream.ts';
import { draftInvoice } from './draft-invoice.ts';
import { priceAdjustments } from './late/price-adjustments.ts';
import type { PeriodAdjustment } from './late/late-lines.ts';
import { cutPeriod } from './pricing/period-pieces.ts';
import { pricePeriod } from './pricing/price-period.ts';
import type { PricedPeriod } from './pricing/price-period.ts';
import { readPeriodStates } from './states/read-period-states.ts';
import type { PieceStates } from './states/read-period-states.ts';

export interface BilledBatch {
  readonly drafts: readonly InvoiceDraft[];
  /** Subscriptions that must not be billed, with the reason. */
  readonly halted: readonly HaltedPart[];
}

/** What the close bills, compared with the stream first. */
export async function billBatch(
  context: BillingContext,
  dues: readonly DueInstant[],
): Promise<BilledBatch> {
  const items = dues.map((due) => cutDue(context, due));
  const states = await readEndingStates(context, items);
  const different = await compareWithStream(context, items, states);
  const sound = items.filter(({ due }) => !different.has(due.subscription));
  const adjustments = await priceAdjustments(context, sound);
  const { drafts, halted } = draftItems(context, sound, { states, adjustments });
  return { drafts, halted: [...different.values(), ...halted] };
}

/** The same without the comparison: what would be billed now, for people to look at. */
export async function previewBatch(
  context: BillingContext,
  dues: readonly DueInstant[],
  readStates: typeof readEndingStates = readEndingStates,
): Promise<BilledBatch> {
  const items = dues.map((due) => cutDue(context, due));
  const [states, adjustments] = await Promise.all([
    readStates(context, items),
    priceAdjustments(context, items),
  ]);
  return draftItems(context, items, { states, adjustments });
}

interface ItemFacts {
  readonly states: PieceStates;
  readonly adjustments: ReadonlyMap<DueInstant, readonly PeriodAdjustment[]>;
}

function draftItems(
  context: BillingContext,
  items: readonly DueItem[],
  { states, adjustments }: ItemFacts,
): BilledBatch {
  const drafts: InvoiceDraft[] = [];
  const halted: HaltedPart[] = [];
  for (const item of items) {
    const result = draftItem(context, item, states, adjustments.get(item.due) ?? []);
    if (result.kind === 'draft') drafts.push(result.draft);
    if (result.kind === 'halted') halted.push(result.part);
  }
  return { drafts, halted };
}

function cutDue(context: Pick<BillingContext, 'compile'>, due: DueInstant): DueItem {
  return {
    due,
    ending: due.ending === null ? null : cutPeriod(due.ending, context.compile),
    closed: due.closed.map(({ period }) => cutPeriod(period, context.compile)),
  };
}

/** States of the ending periods from the stored events; pieces whose states are `known` are not read. */
export function readEndingStates(
  context: Pick<BillingContext, 'clickHouse' | 'tenant' | 'bound'>,
  items: readonly DueItem[],
  known?: PieceStates,
): Promise<PieceStates> {
  const { clickHouse, tenant, bound } = context;
  const periods = items.flatMap(({ due, ending, closed }) =>
    ending === null ? [] : [{ customer: due.customer, pieces: ending, earlier: closed }],
  );
  return readPeriodStates(clickHouse, periods, { tenant, bound }, known);
}

function priceEnding(item: DueItem, states: PieceStates): PricedPeriod | null {
  if (item.ending === null) return null;
  return pricePeriod(item.ending, (piece) => states.get(piece), { timeZone: item.due.timeZone });
}

type ItemResult =
  | { readonly kind: 'draft'; readonly draft: InvoiceDraft }
  | { readonly kind: 'nothing-due' }
  | { readonly kind: 'halted'; readonly part: HaltedPart };

function draftItem(
  context: BillingContext,
  item: DueItem,
  states: PieceStates,
  adjustments: readonly PeriodAdjustment[],
): ItemResult {
  const { due } = item;
  try {
    const { compile, proof } = context;
    const ending = priceEnding(item, states);
    const draft = draftInvoice({ due, ending, adjustments, compile, proof });
    return draft === null ? { kind: 'nothing-due' } : { kind: 'draft', draft };
  } catch (error) {
    // A price may refuse its usage (a negative total under `reject`); that concerns this subscription alone.
    if (!isPricingError(error) && !isAppError(error)) throw error;
    const part = { reason: error.code, subscription: due.subscription, detail: error.message };
    return { kind: 'halted', part };
  }
}
