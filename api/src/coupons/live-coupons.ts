/** The coupons that a batch of invoices may use, with what is used up already. */
import type { InvoiceDraft } from '@tidemark/aggregator/ports';
import type { SqlConnection } from '@tidemark/platform/postgres';
import { termsOfRow } from './coupon-store.ts';
import type { CouponTermsRow } from './coupon-store.ts';
import { discountInvoice } from './discount-invoice.ts';
import type { CouponUse, LiveCoupon } from './discount-invoice.ts';

export interface DiscountedDraft {
  readonly draft: InvoiceDraft;
  readonly uses: readonly CouponUse[];
}

type LiveRow = CouponTermsRow & { customer_coupon: string; customer: string };
type UseRow = { customer_coupon: string; subscription: string; uses: number };

/**
 * Takes coupons off the drafts, one after the other in their order: a coupon that an earlier draft used up is gone for a
 * later one. Whoever keeps the invoices also keeps the uses, in the same transaction.
 */
export async function discountDrafts(
  connection: SqlConnection,
  tenant: string,
  drafts: readonly InvoiceDraft[],
): Promise<DiscountedDraft[]> {
  const customers = [...new Set(drafts.map(({ due }) => due.customer))];
  const rows = await connection.query<LiveRow>(
    `select a.customer_coupon, a.customer, c.coupon, c.name, c.percent, c.amount, c.currency, c.duration, c.periods,
       c.charges
     from customer_coupons a join coupons c on c.tenant = a.tenant and c.coupon = a.coupon
     where a.tenant = $1 and a.customer = any($2::text[]) order by a.customer_coupon`,
    [tenant, customers],
  );
  if (rows.length === 0) return drafts.map((draft) => ({ draft, uses: [] }));
  const uses = new CouponUses(await readUses(connection, tenant, rows));
  const byCustomer = Map.groupBy(rows, ({ customer }) => customer);
  return drafts.map((draft) => {
    const { customer, subscription } = draft.due;
    const live = (byCustomer.get(customer) ?? [])
      .map((row): LiveCoupon => ({ id: row.customer_coupon, terms: termsOfRow(row) }))
      .filter((coupon) => uses.isLive(coupon, subscription));
    const discounted = discountInvoice(draft.document, live);
    for (const { id } of discounted.uses) uses.add(id, subscription);
    return { draft: { ...draft, document: discounted.document }, uses: discounted.uses };
  });
}

async function readUses(
  connection: SqlConnection,
  tenant: string,
  rows: readonly LiveRow[],
): Promise<UseRow[]> {
  return connection.query<UseRow>(
    `select u.customer_coupon, u.subscription, count(*) as uses from coupon_uses u
     join invoices i on i.tenant = u.tenant and i.invoice = u.invoice and i.status <> 'void'
     where u.tenant = $1 and u.customer_coupon = any($2::text[]) group by u.customer_coupon, u.subscription`,
    [tenant, rows.map(({ customer_coupon }) => customer_coupon)],
  );
}

/** Counts uses by coupon and subscription. */
class CouponUses {
  readonly #counts = new Map<string, Map<string, number>>();

  constructor(rows: readonly UseRow[]) {
    for (const row of rows) this.#of(row.customer_coupon).set(row.subscription, row.uses);
  }

  add(id: string, subscription: string): void {
    const counts = this.#of(id);
    counts.set(subscription, (counts.get(subscription) ?? 0) + 1);
  }

  isLive({ id, terms }: LiveCoupon, subscription: string): boolean {
    const { duration } = terms;
    if (duration === 'forever') return true;
    const counts = this.#of(id);
    if (duration === 'once') return counts.size === 0;
    return (counts.get(subscription) ?? 0) < duration.periods;
  }

  #of(id: string): Map<string, number> {
    let counts = this.#counts.get(id);
    if (counts === undefined) this.#counts.set(id, (counts = new Map<string, number>()));
    return counts;
  }
}

export async function insertUses(
  connection: SqlConnection,
  tenant: string,
  issued: readonly {
    readonly invoice: string;
    readonly subscription: string;
    readonly uses: readonly CouponUse[];
  }[],
): Promise<void> {
  const rows = issued.flatMap(({ uses, ...of }) => uses.map((use) => ({ ...use, ...of })));
  if (rows.length === 0) return;
  await connection.query(
    `insert into coupon_uses (tenant, customer_coupon, invoice, subscription, amount)
     select $1, customer_coupon, invoice, subscription, amount::numeric
     from unnest($2::text[], $3::text[], $4::text[], $5::text[])
       as given (customer_coupon, invoice, subscription, amount)`,
    [
      tenant,
      rows.map(({ id }) => id),
      rows.map(({ invoice }) => invoice),
      rows.map(({ subscription }) => subscription),
      rows.map(({ amount }) => amount),
    ],
  );
}
