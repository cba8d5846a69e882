import { moneyOf, type Money } from '../../money/index.ts';
import type { InvoiceDraft } from './invoice-line.ts';

/** The plan's true-up: its minimum less the sum of the rounded lines, as a line with the key `minimum`. */
export function raiseToPlanMinimum(draft: InvoiceDraft, minimum: Money): InvoiceDraft {
  const missing = minimum - sumOfLines(draft);
  return missing > 0n
    ? withLine(draft, { key: 'minimum', kind: 'minimum_true_up', amount: missing })
    : draft;
}

/** What lies above the plan's maximum comes off as a negative line with the key `maximum`. */
export function capAtPlanMaximum(draft: InvoiceDraft, maximum: Money): InvoiceDraft {
  const above = sumOfLines(draft) - maximum;
  return above > 0n ? withLine(draft, { key: 'maximum', kind: 'maximum', amount: -above }) : draft;
}

function sumOfLines({ lines }: InvoiceDraft): bigint {
  return lines.reduce((sum, { amount }) => sum + amount, 0n);
}

function withLine(
  draft: InvoiceDraft,
  { key, kind, amount }: { readonly key: string; readonly kind: string; readonly amount: bigint },
): InvoiceDraft {
  const nothing = moneyOf(0n);
  const line = {
    key,
    kind,
    amount: moneyOf(amount),
    discount: nothing,
    credit: nothing,
    tax: nothing,
  };
  return { ...draft, lines: [...draft.lines, line] };
}
