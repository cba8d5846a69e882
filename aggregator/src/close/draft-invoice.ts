/** Puts the invoice of one subscription at one billing instant together. Pure: same facts, same document. */
import { formatInstant } from '@tidemark/platform/clock';
import type { DueInstant, InvoiceDraft, PeriodBilled } from '../ports.ts';
import { hashInvoice } from './invoice-hash.ts';
import type { InvoiceLine, InvoiceProof } from './invoice.ts';
import type { PeriodAdjustment } from './late/late-lines.ts';
import { formatMinor, minorOf } from './pricing/amounts.ts';
import type { PlanCompiler } from './pricing/compiled-plan.ts';
import type { DraftLine } from './pricing/draft-line.ts';
import { cutPeriod } from './pricing/period-pieces.ts';
import { priceAdvance } from './pricing/price-period.ts';
import type { PricedPeriod } from './pricing/price-period.ts';

export interface DraftFacts {
  readonly due: DueInstant;
  /** Priced `due.ending`; `null` where no period ends. */
  readonly ending: PricedPeriod | null;
  /** Earlier periods that gained events, in their order. */
  readonly adjustments: readonly PeriodAdjustment[];
  readonly compile: PlanCompiler;
  readonly proof: Omit<InvoiceProof, 'hash'>;
}

/**
 * Lines in their order: what is due in arrears for the period that ends, its minimum or maximum, what is due in advance for
 * the period that starts, late usage of earlier periods. `null` where there is nothing to bill: no period ends and nothing
 * is in advance or late.
 */
export function draftInvoice(facts: DraftFacts): InvoiceDraft | null {
  const { due, ending, adjustments } = facts;
  const period = due.ending ?? due.starting;
  const advance =
    due.starting === null
      ? []
      : priceAdvance(cutPeriod(due.starting, facts.compile), { timeZone: due.timeZone });
  const late = adjustments.flatMap(({ lines }) => lines);
  if (ending === null && advance.length === 0 && late.length === 0) return null;
  const last = due.closed.at(-1)?.period;
  const plan = period?.plan ?? last?.plan;
  const shown = period ?? last;
  if (plan === undefined || shown === undefined) return null;
  const { currency } = plan;
  const lines = numbered([...(ending?.lines ?? []), ...advance, ...late]);
  const total = lines.reduce((sum, { amount }) => sum + minorOf(amount, currency), 0n);
  const zero = formatMinor(0n, currency);
  const { tenant, subscription, customer, instant } = due;
  return {
    due: { tenant, subscription, customer, instant },
    document: {
      customer,
      subscription,
      period: { from: formatInstant(shown.from), to: formatInstant(shown.to) },
      currency,
      lines,
      subtotal: formatMinor(total, currency),
      discountTotal: zero,
      creditTotal: zero,
      taxTotal: zero,
      total: formatMinor(total, currency),
      amountDue: formatMinor(total > 0n ? total : 0n, currency),
      proof: { ...facts.proof, hash: hashOf(facts, lines) },
      revision: due.revision,
    },
    billed: billedOf(facts),
  };
}

function numbered(lines: readonly DraftLine[]): InvoiceLine[] {
  return lines.map((line, position) => ({ id: String(position + 1), ...line }));
}

function billedOf({ due, ending, adjustments }: DraftFacts): PeriodBilled[] {
  const billed = adjustments.map(({ billed: amounts, periodFrom }) => ({ periodFrom, amounts }));
  if (due.ending === null || ending === null) return billed;
  const amounts = Object.fromEntries(
    [...ending.amounts].map(([key, minor]) => [key, formatMinor(minor, ending.currency)]),
  );
  return [...billed, { periodFrom: due.ending.from, amounts }];
}

function hashOf(facts: DraftFacts, lines: readonly InvoiceLine[]): string {
  const { due, adjustments, compile } = facts;
  const periods = [
    ...adjustments.map(({ period }) => period),
    ...(due.ending === null ? [] : [due.ending]),
    ...(due.starting === null ? [] : [due.starting]),
  ];
  const terms = periods.flatMap(({ plan, changes }) => [
    plan,
    ...(changes ?? []).map((change) => change.plan),
  ]);
  return hashInvoice({
    currency: periods[0]?.plan.currency ?? '',
    customer: due.customer,
    lines,
    periods: periods.map(({ from, to }) => ({ from: formatInstant(from), to: formatInstant(to) })),
    plans: [...new Set(terms.map((plan) => compile(plan).canonical))],
    timeZone: due.timeZone,
  });
}
