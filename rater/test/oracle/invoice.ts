// The invoice by PRICING.md section 5: rounded lines, plan minimum and maximum, coupons in order, credits in order, tax a
// line, total. Also the small kinds that are one step of it: round, allocate, credit note.
import type { AllocateCase, CreditNoteCase, InvoiceCase, RoundCase } from './case-types.ts';
import { chargeAndTrueUp, termsOf } from './charge.ts';
import { currencyDecimals } from './currencies.ts';
import type { Fraction } from './fraction.ts';
import {
  add,
  compare,
  divide,
  fraction,
  isZero,
  larger,
  multiply,
  negate,
  roundToDecimals,
  smaller,
  subtract,
  sum,
  toFixed,
  ZERO,
} from './fraction.ts';
import { serviceFraction } from './proration.ts';
import { splitByWeight } from './split.ts';

interface Line {
  key: string;
  kind: string;
  amount: Fraction;
  discount: Fraction;
  credit: Fraction;
  tax: Fraction;
}

function line(key: string, kind: string, amount: Fraction): Line {
  return { key, kind, amount, discount: ZERO, credit: ZERO, tax: ZERO };
}

const HALF_AWAY = 'half_away_from_zero';

function chargeLines(input: InvoiceCase, decimals: number): Line[] {
  return input.lines.flatMap((entry) => {
    const { key, amount, charge, quantity, service, period } = entry;
    if (charge === undefined) {
      return [line(key, 'amount', roundToDecimals(fraction(amount!), decimals, HALF_AWAY))];
    }
    const { own, trueUp } = chargeAndTrueUp(
      termsOf({ charge, service, period }),
      fraction(quantity ?? '0'),
    );
    const lines = [line(key, 'charge', own)];
    return isZero(trueUp) ? lines : [...lines, line(key, 'minimum_true_up', trueUp)];
  });
}

const amounts = (lines: readonly Line[]): Fraction => sum(lines.map(({ amount }) => amount));
/** What is left of a line after the discounts and credits so far. */
const open = (entry: Line): Fraction =>
  subtract(subtract(entry.amount, entry.discount), entry.credit);

function applyPlanBounds(input: InvoiceCase, lines: Line[], decimals: number): void {
  const { service, period, proration } = input;
  const part =
    service !== undefined && period !== undefined && proration !== undefined
      ? serviceFraction(proration.basis, service, period, 'UTC')
      : fraction(1);
  const bound = (amount: string): Fraction =>
    roundToDecimals(multiply(fraction(amount), part), decimals, HALF_AWAY);
  if (input.minimum !== undefined) {
    const missing = subtract(bound(input.minimum), amounts(lines));
    if (compare(missing, ZERO) > 0) lines.push(line('minimum', 'minimum_true_up', missing));
  }
  if (input.maximum !== undefined) {
    const over = subtract(amounts(lines), bound(input.maximum));
    if (compare(over, ZERO) > 0) lines.push(line('maximum', 'maximum', negate(over)));
  }
}

/**
 * Takes at most what is left of the lines and of the whole invoice, and spreads it by what is left of each line that is
 * above zero: a negative line (a credit for unused time) lowers what can be taken and takes no part itself.
 */
function spread(
  asked: Fraction,
  named: readonly Line[],
  input: { all: readonly Line[]; field: 'discount' | 'credit'; decimals: number },
): void {
  const left = smaller(sum(named.map(open)), sum(input.all.map(open)));
  const taken = smaller(asked, larger(left, ZERO));
  if (isZero(taken)) return;
  const weights = named.map((entry) => larger(open(entry), ZERO));
  const shares = splitByWeight(taken, weights, input.decimals);
  named.forEach((entry, index) => {
    entry[input.field] = add(entry[input.field], shares[index]!);
  });
}

function applyCoupons(input: InvoiceCase, all: readonly Line[], decimals: number): void {
  for (const coupon of input.coupons ?? []) {
    const named = all.filter(({ key }) => coupon.lines === undefined || coupon.lines.includes(key));
    const left = larger(sum(named.map(open)), ZERO);
    const asked =
      coupon.percent === undefined
        ? fraction(coupon.amount!)
        : divide(multiply(left, fraction(coupon.percent)), fraction(100));
    const rounded = roundToDecimals(asked, decimals, HALF_AWAY);
    spread(rounded, named, { all, field: 'discount', decimals });
  }
}

/**
 * Every tax is rounded on every line. With several, the inclusive ones share what the line contains, and the exclusive ones
 * are taken on the line without them.
 */
function taxOf(entry: Line, taxes: InvoiceCase['tax'], decimals: number): Fraction {
  const rates = (taxes ?? []).map(({ percent, inclusive }) => ({
    rate: divide(fraction(percent), fraction(100)),
    inclusive: inclusive === true,
  }));
  const contained = sum(rates.filter(({ inclusive }) => inclusive).map(({ rate }) => rate));
  const net = divide(open(entry), add(fraction(1), contained));
  return sum(rates.map(({ rate }) => roundToDecimals(multiply(net, rate), decimals, HALF_AWAY)));
}

export function invoiceCase(input: InvoiceCase): Record<string, unknown> {
  const decimals = currencyDecimals(input.currency);
  const lines = chargeLines(input, decimals);
  applyPlanBounds(input, lines, decimals);
  applyCoupons(input, lines, decimals);
  for (const { amount } of input.credits ?? []) {
    const asked = roundToDecimals(fraction(amount), decimals, HALF_AWAY);
    spread(asked, lines, { all: lines, field: 'credit', decimals });
  }
  for (const entry of lines) entry.tax = taxOf(entry, input.tax, decimals);
  const exclusive = (input.tax ?? []).filter(({ inclusive }) => inclusive !== true);
  const added = sum(lines.map((entry) => taxAdded(entry, input, exclusive.length, decimals)));
  const total = add(sum(lines.map(open)), added);
  const text = (value: Fraction): string => toFixed(value, decimals);
  return {
    lines: lines.map(({ key, kind, amount, discount, credit, tax }) => ({
      key,
      kind,
      amount: text(amount),
      discount: text(discount),
      credit: text(credit),
      tax: text(tax),
    })),
    subtotal: text(amounts(lines)),
    discountTotal: text(sum(lines.map(({ discount }) => discount))),
    creditTotal: text(sum(lines.map(({ credit }) => credit))),
    taxTotal: text(sum(lines.map(({ tax }) => tax))),
    total: text(total),
    amountDue: text(larger(total, ZERO)),
  };
}

/** The part of a line's tax that comes on top of it. */
function taxAdded(entry: Line, input: InvoiceCase, exclusive: number, decimals: number): Fraction {
  if (exclusive === 0) return ZERO;
  const contained = (input.tax ?? []).filter(({ inclusive }) => inclusive === true);
  return subtract(entry.tax, taxOf(entry, contained, decimals));
}

export function roundCase(input: RoundCase): Record<string, unknown> {
  const decimals = input.precision ?? currencyDecimals(input.currency!);
  const rounded = roundToDecimals(fraction(input.amount), decimals, input.mode ?? HALF_AWAY);
  return { amount: toFixed(rounded, decimals) };
}

export function allocateCase(input: AllocateCase): Record<string, unknown> {
  const decimals = input.precision ?? currencyDecimals(input.currency!);
  const weights = input.weights.map((weight) => fraction(weight));
  const asked = roundToDecimals(fraction(input.total), decimals, HALF_AWAY);
  const total = input.limitToWeights === true ? smaller(asked, sum(weights)) : asked;
  const shares = splitByWeight(total, weights, decimals);
  return {
    shares: shares.map((share) => toFixed(share, decimals)),
    amount: toFixed(sum(shares), decimals),
  };
}

export function creditNoteCase(input: CreditNoteCase): Record<string, unknown> {
  const decimals = currencyDecimals(input.currency);
  const left = subtract(fraction(input.paid), fraction(input.credited));
  const amount = larger(ZERO, smaller(fraction(input.amount), left));
  return { amount: toFixed(roundToDecimals(amount, decimals, HALF_AWAY), decimals) };
}
