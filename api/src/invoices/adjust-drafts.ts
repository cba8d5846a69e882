/** Coupons and credits of a batch of invoices, read once and used up from one invoice to the next. */
import type { Instant } from '@tidemark/platform/clock';
import type { InvoiceDraft } from '@tidemark/aggregator/ports';
import type { SqlConnection } from '@tidemark/platform/postgres';
import { readLiveCoupons } from '../coupons/live-coupons.ts';
import { readLiveGrants } from '../credits/credit-store.ts';
import type { Grant } from '../credits/credit.ts';
import { parseMoney, textOfMoney } from '../values/money.ts';
import { moneyOf } from '@tidemark/rater/money';
import { adjustInvoice } from './adjust-invoice.ts';
import type { Use } from './adjust-invoice.ts';

export interface AdjustedDraft {
  readonly draft: InvoiceDraft;
  readonly couponUses: readonly Use[];
  readonly creditUses: readonly Use[];
}

/**
 * Takes coupons and credits off the drafts, one after the other in their order: what an earlier draft used up is gone for a
 * later one. Whoever keeps the invoices also keeps the uses, in the same transaction and under the tenant's lock.
 */
export async function adjustDrafts(
  connection: SqlConnection,
  { now, tenant }: { readonly tenant: string; readonly now: Instant },
  drafts: readonly InvoiceDraft[],
): Promise<AdjustedDraft[]> {
  const customers = [...new Set(drafts.map(({ due }) => due.customer))];
  const coupons = await readLiveCoupons(connection, tenant, customers);
  const grants = new GrantBalances(await readLiveGrants(connection, tenant, { customers, now }));
  return drafts.map((draft) => {
    const { customer, subscription } = draft.due;
    const { document, couponUses, creditUses } = adjustInvoice(draft.document, {
      coupons: coupons.of(customer, subscription),
      credits: grants.of(customer),
    });
    for (const { id } of couponUses) coupons.use(id, subscription);
    for (const use of creditUses) grants.use(customer, use);
    return { draft: { ...draft, document }, couponUses, creditUses };
  });
}

class GrantBalances {
  readonly #grants: Map<string, Grant[]>;

  constructor(grants: readonly Grant[]) {
    this.#grants = Map.groupBy(grants, ({ customer }) => customer);
  }

  of(customer: string): readonly Grant[] {
    return this.#grants.get(customer) ?? [];
  }

  use(customer: string, { amount, id }: Use): void {
    const left = this.of(customer).map((grant) =>
      grant.id === id ? { ...grant, balance: lessOf(grant, amount) } : grant,
    );
    this.#grants.set(customer, left);
  }
}

function lessOf({ balance, currency }: Grant, amount: string): string {
  const left = (parseMoney(balance, currency) ?? 0n) - (parseMoney(amount, currency) ?? 0n);
  return textOfMoney(moneyOf(left), currency);
}
