/** Takes a customer's coupons and credits off an invoice that the close has priced, by the pure rules of invoices. */
import type { InvoiceLine } from '@tidemark/aggregator/close';
import type { InvoiceDraft } from '@tidemark/aggregator/ports';
import { assert } from '@tidemark/platform/errors';
import { moneyOf, parseFraction } from '@tidemark/rater/money';
import type { Money } from '@tidemark/rater/money';
import { createInvoice } from '@tidemark/rater/pricing';
import type { InvoiceCoupon } from '@tidemark/rater/pricing';
import type { CouponTerms } from '../coupons/coupon.ts';
import { parseMoney, textOfMoney } from '../values/money.ts';

/** A coupon of the customer that may still be used. */
export interface LiveCoupon {
  readonly id: string;
  readonly terms: CouponTerms;
}

/** A grant of the customer that is alive, with what is left of it. */
export interface LiveCredit {
  readonly id: string;
  readonly name: string;
  readonly currency: string;
  readonly balance: string;
}

/** What one coupon or grant took off. */
export interface Use {
  readonly id: string;
  readonly amount: string;
}

export interface Adjusted {
  readonly document: InvoiceDraft['document'];
  readonly couponUses: readonly Use[];
  readonly creditUses: readonly Use[];
}

interface Taken {
  readonly kind: 'discount' | 'credit';
  readonly id: string;
  readonly name: string;
  readonly amount: Money;
}

/**
 * Coupons first, in the order in which the customer was given them, then credits in the order in which they burn. Those of
 * another currency take nothing.
 */
export function adjustInvoice(
  document: InvoiceDraft['document'],
  given: { readonly coupons: readonly LiveCoupon[]; readonly credits: readonly LiveCredit[] },
): Adjusted {
  const { currency } = document;
  const coupons = given.coupons.filter(({ terms }) => (terms.currency ?? currency) === currency);
  const credits = given.credits.filter((credit) => credit.currency === currency);
  if (coupons.length + credits.length === 0) return { document, couponUses: [], creditUses: [] };
  const lines = document.lines.map(({ amount, charge, kind }) => ({
    key: charge ?? kind,
    kind,
    amount: moneyOfText(amount, currency),
  }));
  const rules = coupons.map(({ terms }) => ruleOf(terms, currency));
  const invoice = createInvoice({
    lines,
    coupons: rules,
    credits: credits.map(({ balance, id }) => ({ id, amount: moneyOfText(balance, currency) })),
  });
  // What the first k coupons take less what the first k - 1 take is what the k-th takes.
  const discounts = [0, ...rules.map((_, index) => index + 1)].map(
    (count) => createInvoice({ lines, coupons: rules.slice(0, count) }).discountTotal,
  );
  const discounted = coupons.map(({ id, terms }, index): Taken => {
    const amount = moneyOf((discounts[index + 1] ?? 0n) - (discounts[index] ?? 0n));
    return { kind: 'discount', id, name: terms.name, amount };
  });
  const credited = credits.map(({ id, name }): Taken => {
    const used = invoice.usedCredits.find((credit) => credit.id === id);
    return { kind: 'credit', id, name, amount: used?.amount ?? moneyOf(0n) };
  });
  const taken = [...discounted, ...credited].filter(({ amount }) => amount > 0n);
  const usesOf = (kind: Taken['kind']): Use[] =>
    taken
      .filter((part) => part.kind === kind)
      .map(({ amount, id }) => ({ id, amount: textOfMoney(amount, currency) }));
  return {
    document: {
      ...document,
      lines: [
        ...document.lines,
        ...taken.map((part, index) => takenLine(document, document.lines.length + index + 1, part)),
      ],
      discountTotal: textOfMoney(invoice.discountTotal, currency),
      creditTotal: textOfMoney(invoice.creditTotal, currency),
      total: textOfMoney(invoice.total, currency),
      amountDue: textOfMoney(invoice.amountDue, currency),
    },
    couponUses: usesOf('discount'),
    creditUses: usesOf('credit'),
  };
}

function ruleOf({ amount, charges, percent }: CouponTerms, currency: string): InvoiceCoupon {
  const lines = charges === null ? {} : { lines: charges };
  if (percent === null) return { amount: moneyOfText(amount ?? '0', currency), ...lines };
  const rate = parseFraction(percent);
  assert(rate !== undefined, 'A percentage that was checked is a number.');
  return { percent: rate, ...lines };
}

function takenLine(
  { currency, period }: InvoiceDraft['document'],
  position: number,
  { amount: positive, kind, name }: Taken,
): InvoiceLine {
  const amount = textOfMoney(moneyOf(0n - positive), currency);
  return {
    id: String(position),
    kind,
    charge: null,
    meter: null,
    description: name,
    from: period.from,
    to: period.to,
    quantity: null,
    billableQuantity: null,
    unitAmount: null,
    exactAmount: amount.includes('.') ? amount.replace(/\.?0+$/, '') : amount,
    amount,
    tiers: [],
  };
}

function moneyOfText(text: string, currency: string): Money {
  const money = parseMoney(text, currency);
  assert(money !== undefined, 'The amount of an invoice line is rounded to its currency.');
  return money;
}
