/** Takes a customer's coupons off an invoice that the close has priced, by the pure rules of invoices. */
import type { InvoiceLine } from '@tidemark/aggregator/close';
import type { InvoiceDraft } from '@tidemark/aggregator/ports';
import { assert } from '@tidemark/platform/errors';
import { moneyOf, parseFraction } from '@tidemark/rater/money';
import type { Money } from '@tidemark/rater/money';
import { createInvoice } from '@tidemark/rater/pricing';
import type { InvoiceCoupon } from '@tidemark/rater/pricing';
import { parseMoney, textOfMoney } from '../values/money.ts';
import type { CouponTerms } from './coupon.ts';

/** A coupon of the customer that may still be used. */
export interface LiveCoupon {
  readonly id: string;
  readonly terms: CouponTerms;
}

export interface CouponUse {
  readonly id: string;
  readonly amount: string;
}

export interface Discounted {
  readonly document: InvoiceDraft['document'];
  /** Of the coupons that took something off. */
  readonly uses: readonly CouponUse[];
}

/** @param coupons in the order in which the customer was given them; those of another currency take nothing. */
export function discountInvoice(
  document: InvoiceDraft['document'],
  coupons: readonly LiveCoupon[],
): Discounted {
  const { currency } = document;
  const usable = coupons.filter(
    ({ terms }) => terms.currency === null || terms.currency === currency,
  );
  if (usable.length === 0) return { document, uses: [] };
  const charged = document.lines.map(({ amount, charge, kind }) => ({
    key: charge ?? kind,
    kind,
    amount: moneyOfText(amount, currency),
  }));
  const rules = usable.map(({ terms }) => ruleOf(terms, currency));
  // What the first k coupons take less what the first k - 1 take is what the k-th takes.
  const totals = [0, ...usable.map((_, index) => index + 1)].map(
    (count) => createInvoice({ lines: charged, coupons: rules.slice(0, count) }).discountTotal,
  );
  const taken = usable.flatMap((coupon, index) => {
    const amount = moneyOf((totals[index + 1] ?? 0n) - (totals[index] ?? 0n));
    return amount === 0n ? [] : [{ coupon, amount }];
  });
  const invoice = createInvoice({ lines: charged, coupons: rules });
  const lines = taken.map(({ amount, coupon }, index) =>
    discountLine(document, { position: document.lines.length + index + 1, coupon, amount }),
  );
  return {
    document: {
      ...document,
      lines: [...document.lines, ...lines],
      discountTotal: textOfMoney(invoice.discountTotal, currency),
      total: textOfMoney(invoice.total, currency),
      amountDue: textOfMoney(invoice.amountDue, currency),
    },
    uses: taken.map(({ amount, coupon }) => ({
      id: coupon.id,
      amount: textOfMoney(amount, currency),
    })),
  };
}

function ruleOf({ amount, charges, percent }: CouponTerms, currency: string): InvoiceCoupon {
  const lines = charges === null ? {} : { lines: charges };
  if (percent === null) return { amount: moneyOfText(amount ?? '0', currency), ...lines };
  const rate = parseFraction(percent);
  assert(rate !== undefined, 'A percentage that was checked is a number.');
  return { percent: rate, ...lines };
}

function discountLine(
  { currency, period }: InvoiceDraft['document'],
  of: { readonly position: number; readonly coupon: LiveCoupon; readonly amount: Money },
): InvoiceLine {
  const amount = textOfMoney(moneyOf(0n - of.amount), currency);
  return {
    id: String(of.position),
    kind: 'discount',
    charge: null,
    meter: null,
    description: of.coupon.terms.name,
    from: period.from,
    to: period.to,
    quantity: null,
    billableQuantity: null,
    unitAmount: null,
    exactAmount: amount.replace(/\.?0+$/, ''),
    amount,
    tiers: [],
  };
}

function moneyOfText(text: string, currency: string): Money {
  const money = parseMoney(text, currency);
  assert(money !== undefined, 'The amount of an invoice line is rounded to its currency.');
  return money;
}
