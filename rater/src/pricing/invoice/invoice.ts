/**
 * From rated lines to what is due. The list `order` is the definition: each step takes what the one before it made. All
 * amounts are minor units of one currency; nothing here depends on where lines, coupons or credits come from.
 */
import { moneyOf, type Money } from '../../money/index.ts';
import { applyCoupons, type Coupon } from './coupons.ts';
import { applyCredits, type Credit } from './credits.ts';
import type { InvoiceDraft, InvoiceLine, UsedCredit } from './invoice-line.ts';
import { capAtPlanMaximum, raiseToPlanMinimum } from './plan-commitments.ts';
import { addTaxes, type Tax } from './taxes.ts';

export interface InvoiceInput {
  /** Rounded lines of the period's charges; a charge's true-up is a line of its own with the charge's key. */
  readonly lines: readonly ChargeLine[];
  /** Of the whole plan, prorated and rounded. */
  readonly minimum?: Money;
  readonly maximum?: Money;
  /** In the order applied. */
  readonly coupons?: readonly Coupon[];
  /** In the order used. */
  readonly credits?: readonly Credit[];
  readonly taxes?: readonly Tax[];
}

export interface ChargeLine {
  readonly key: string;
  readonly kind: string;
  readonly amount: Money;
}

export interface Invoice {
  readonly lines: readonly InvoiceLine[];
  readonly subtotal: Money;
  readonly discountTotal: Money;
  readonly creditTotal: Money;
  /** Exclusive and inclusive taxes together. */
  readonly taxTotal: Money;
  /** `subtotal - discountTotal - creditTotal` and the exclusive taxes. */
  readonly total: Money;
  /** `total`, but never below zero. */
  readonly amountDue: Money;
  /** What was used of each credit. */
  readonly usedCredits: readonly UsedCredit[];
}

type Step = (draft: InvoiceDraft, input: InvoiceInput) => InvoiceDraft;

const order: readonly Step[] = [
  raiseToMinimum,
  capAtMaximum,
  discountCoupons,
  useCredits,
  chargeTaxes,
];

/**
 * Example: lines 60.00 and 30.00 with a minimum of 100.00, a coupon of 10 percent, a credit of 20.00 and 19 percent tax:
 * subtotal 100.00, discount 10.00, credit 20.00, tax 13.30, total 83.30.
 */
export function createInvoice(input: InvoiceInput): Invoice {
  const nothing = moneyOf(0n);
  const draft: InvoiceDraft = {
    lines: input.lines.map((line) => ({
      ...line,
      discount: nothing,
      credit: nothing,
      tax: nothing,
    })),
    exclusiveTax: nothing,
    usedCredits: [],
  };
  return summarize(order.reduce((before, step) => step(before, input), draft));
}

function raiseToMinimum(draft: InvoiceDraft, { minimum }: InvoiceInput): InvoiceDraft {
  return minimum === undefined ? draft : raiseToPlanMinimum(draft, minimum);
}

function capAtMaximum(draft: InvoiceDraft, { maximum }: InvoiceInput): InvoiceDraft {
  return maximum === undefined ? draft : capAtPlanMaximum(draft, maximum);
}

function discountCoupons(draft: InvoiceDraft, { coupons = [] }: InvoiceInput): InvoiceDraft {
  return applyCoupons(draft, coupons);
}

function useCredits(draft: InvoiceDraft, { credits = [] }: InvoiceInput): InvoiceDraft {
  return applyCredits(draft, credits);
}

function chargeTaxes(draft: InvoiceDraft, { taxes = [] }: InvoiceInput): InvoiceDraft {
  return addTaxes(draft, taxes);
}

function summarize({ lines, exclusiveTax, usedCredits }: InvoiceDraft): Invoice {
  const sum = (part: (line: InvoiceLine) => Money): Money =>
    moneyOf(lines.reduce((total, line) => total + part(line), 0n));
  const subtotal = sum(({ amount }) => amount);
  const discountTotal = sum(({ discount }) => discount);
  const creditTotal = sum(({ credit }) => credit);
  const total = moneyOf(subtotal - discountTotal - creditTotal + exclusiveTax);
  return {
    lines,
    subtotal,
    discountTotal,
    creditTotal,
    taxTotal: sum(({ tax }) => tax),
    total,
    amountDue: moneyOf(total < 0n ? 0n : total),
    usedCredits,
  };
}
