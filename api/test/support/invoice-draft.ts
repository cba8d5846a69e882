/** The draft that a close would make for a due instant, with one line of the given amount. */
import { formatInstant } from '@tidemark/platform/clock';
import type { DueInstant, InvoiceDraft, PeriodClose } from '@tidemark/aggregator/ports';

export function draftOf(due: DueInstant, close: PeriodClose, amount = '7.00'): InvoiceDraft {
  const period = due.ending ?? due.starting ?? due.closed.at(-1)!.period;
  const from = formatInstant(period.from);
  const to = formatInstant(period.to);
  return {
    due,
    document: {
      customer: due.customer,
      subscription: due.subscription,
      period: { from, to },
      currency: 'USD',
      lines: [
        {
          id: '1',
          kind: 'usage',
          charge: 'calls',
          meter: 'api-calls',
          description: 'API calls',
          from,
          to,
          quantity: '700',
          billableQuantity: '700',
          unitAmount: null,
          exactAmount: amount.replace(/\.?0+$/, ''),
          amount,
          tiers: [{ tier: 1, quantity: '700', amount }],
        },
      ],
      subtotal: amount,
      discountTotal: '0.00',
      creditTotal: '0.00',
      taxTotal: '0.00',
      total: amount,
      amountDue: amount,
      proof: { cut: [], catalogEpoch: close.catalogEpoch, hash: 'sha256:00' },
      revision: due.revision,
    },
    billed: [{ periodFrom: period.from, amounts: { calls: amount } }],
  };
}
