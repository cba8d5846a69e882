/** The coupons that the invoices of some customers may use, with what is used up already. */
import type { SqlConnection } from '@tidemark/platform/postgres';
import type { LiveCoupon, Use } from '../invoices/adjust-invoice.ts';
import { termsOfRow } from './coupon-store.ts';
import type { CouponTermsRow } from './coupon-store.ts';

type LiveRow = CouponTermsRow & { customer_coupon: string; customer: string };
type UseRow = { customer_coupon: string; subscription: string; uses: number };

export async function readLiveCoupons(
  connection: SqlConnection,
  tenant: string,
  customers: readonly string[],
): Promise<LiveCoupons> {
  const rows = await connection.query<LiveRow>(
    `select a.customer_coupon, a.customer, c.coupon, c.name, c.percent, c.amount, c.currency, c.duration, c.periods,
       c.charges
     from customer_coupons a join coupons c on c.tenant = a.tenant and c.coupon = a.coupon
     where a.tenant = $1 and a.customer = any($2::text[]) order by a.customer_coupon`,
    [tenant, customers],
  );
  // A void invoice gives its coupons back.
  const uses =
    rows.length === 0
      ? []
      : await connection.query<UseRow>(
          `select u.customer_coupon, u.subscription, count(*) as uses from coupon_uses u
           join invoices i on i.tenant = u.tenant and i.invoice = u.invoice and i.status <> 'void'
           where u.tenant = $1 and u.customer_coupon = any($2::text[]) group by u.customer_coupon, u.subscription`,
          [tenant, rows.map(({ customer_coupon }) => customer_coupon)],
        );
  return new LiveCoupons(rows, uses);
}

class LiveCoupons {
  readonly #coupons: ReadonlyMap<string, readonly LiveRow[]>;
  /** Uses by coupon and subscription. */
  readonly #uses = new Map<string, Map<string, number>>();

  constructor(rows: readonly LiveRow[], uses: readonly UseRow[]) {
    this.#coupons = Map.groupBy(rows, ({ customer }) => customer);
    for (const row of uses) this.#usesOf(row.customer_coupon).set(row.subscription, row.uses);
  }

  /** In the order in which the customer was given them. */
  of(customer: string, subscription: string): LiveCoupon[] {
    return (this.#coupons.get(customer) ?? [])
      .map((row): LiveCoupon => ({ id: row.customer_coupon, terms: termsOfRow(row) }))
      .filter((coupon) => this.#isLive(coupon, subscription));
  }

  use(id: string, subscription: string): void {
    const uses = this.#usesOf(id);
    uses.set(subscription, (uses.get(subscription) ?? 0) + 1);
  }

  #isLive({ id, terms }: LiveCoupon, subscription: string): boolean {
    const { duration } = terms;
    if (duration === 'forever') return true;
    const uses = this.#usesOf(id);
    if (duration === 'once') return uses.size === 0;
    return (uses.get(subscription) ?? 0) < duration.periods;
  }

  #usesOf(id: string): Map<string, number> {
    let uses = this.#uses.get(id);
    if (uses === undefined) this.#uses.set(id, (uses = new Map<string, number>()));
    return uses;
  }
}

export type { LiveCoupons };

export interface InvoiceUses {
  readonly invoice: string;
  readonly subscription: string;
  readonly uses: readonly Use[];
}

export async function insertUses(
  connection: SqlConnection,
  tenant: string,
  issued: readonly InvoiceUses[],
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
