import { moneyOf, type Money } from '../../money/index.ts';
import { leftOfAll, spread, type InvoiceDraft } from './invoice-line.ts';

/** Money that a customer has already, such as the balance of a grant. */
export interface Credit {
  readonly id: string;
  readonly amount: Money;
}

/** Uses the credits in their order, each up to what is left of the invoice, spread over its lines. */
export function applyCredits(draft: InvoiceDraft, credits: readonly Credit[]): InvoiceDraft {
  return credits.reduce(applyCredit, draft);
}

function applyCredit(draft: InvoiceDraft, { id, amount }: Credit): InvoiceDraft {
  const most = leftOfAll(draft.lines);
  const used = amount < most ? amount : moneyOf(most);
  const parts = spread(draft.lines, used, () => true);
  const lines = draft.lines.map((line, index) => ({
    ...line,
    credit: moneyOf(line.credit + (parts[index] ?? 0n)),
  }));
  return { ...draft, lines, usedCredits: [...draft.usedCredits, { id, amount: used }] };
}
