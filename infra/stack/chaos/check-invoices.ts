/**
 * The independent checker. It knows what was sent, that all of it was acknowledged, which prices were confirmed, and what
 * the invoices say; no code of the product stands between these.
 */
import Big from 'big.js';
import { dayOf } from './calendar.ts';
import type { RoundCalendar } from './calendar.ts';
import { expectDay } from './price-book.ts';
import type { PlanPhase } from './price-book.ts';
import type { UsageLedger } from './usage-ledger.ts';

interface InvoiceDocument {
  readonly number: string;
  readonly customer: string;
  readonly subscription: string;
  readonly period: { readonly from: string };
  readonly revision: number;
  readonly total: string;
  readonly lines: readonly {
    readonly kind: string;
    readonly charge: string | null;
    readonly from: string;
    readonly quantity: string | null;
    readonly amount: string;
  }[];
}

export interface CheckInput {
  readonly ledger: UsageLedger;
  readonly calendar: RoundCalendar;
  /** Days that are billed: 0 to this one, exclusive. */
  readonly days: number;
  readonly phases: ReadonlyMap<string, readonly PlanPhase[]>;
  readonly invoices: readonly unknown[];
}

export interface Verdict {
  readonly invoices: number;
  readonly billed: number;
  /** Events of a customer and day that are on no invoice. */
  readonly lost: number;
  /** Events of a customer and day that are on invoices once too often. */
  readonly double: number;
  /** Difference of amounts, each customer, charge and day by itself, in cents. */
  readonly centsOff: string;
  /** Everything that is wrong, capped. */
  readonly problems: readonly string[];
}

const problemsMax = 20;
const charges = ['calls', 'bytes'] as const;

export function checkInvoices(input: CheckInput): Verdict {
  const invoices = input.invoices as readonly InvoiceDocument[];
  const problems = [...checkNumbers(invoices), ...checkTotals(invoices)];
  const billed = sumLines(invoices, input.calendar);
  let lost = new Big(0);
  let double = new Big(0);
  let all = new Big(0);
  let off = new Big(0);
  for (const [customer, phases] of input.phases) {
    for (let day = 0; day < input.days; day += 1) {
      const expected = expectDay(input.ledger, customer, day, phases);
      for (const charge of charges) {
        const key = `${customer}/${charge}/${day}`;
        const found = billed.get(key) ?? nothing;
        billed.delete(key);
        const difference = found.quantity.minus(expected[charge].quantity);
        const amountOff = found.amount.minus(expected[charge].amount).abs();
        off = off.plus(amountOff);
        if (charge === 'calls') {
          all = all.plus(found.quantity);
          if (difference.gt(0)) double = double.plus(difference);
          else lost = lost.minus(difference);
        }
        // Late usage that moves no cent has no line of its own; a single call always moves one.
        if (amountOff.eq(0) && (charge === 'bytes' || difference.eq(0))) continue;
        problems.push(
          `${key}: billed ${found.quantity.toFixed()} for ${found.amount.toFixed(2)}, ` +
            `sent ${expected[charge].quantity.toFixed()} for ${expected[charge].amount.toFixed(2)}`,
        );
      }
    }
  }
  for (const [key, { amount }] of billed) {
    off = off.plus(amount.abs());
    if (!amount.eq(0)) problems.push(`${key}: billed ${amount.toFixed(2)} for nothing`);
  }
  return {
    invoices: invoices.length,
    billed: Number(all.toFixed()),
    lost: Number(lost.toFixed()),
    double: Number(double.toFixed()),
    centsOff: off.times(100).toFixed(),
    problems: problems.slice(0, problemsMax),
  };
}

interface Billed {
  readonly quantity: Big;
  readonly amount: Big;
}

const nothing: Billed = { quantity: new Big(0), amount: new Big(0) };

/** By customer, charge and the day that a line is for, whichever invoice it stands on. */
function sumLines(
  invoices: readonly InvoiceDocument[],
  calendar: RoundCalendar,
): Map<string, Billed> {
  const sums = new Map<string, Billed>();
  for (const { customer, lines } of invoices) {
    for (const line of lines) {
      const key = `${customer}/${line.charge ?? 'plan'}/${dayOf(calendar, line.from)}`;
      const sum = sums.get(key) ?? nothing;
      sums.set(key, {
        quantity: sum.quantity.plus(line.quantity ?? '0'),
        amount: sum.amount.plus(line.amount),
      });
    }
  }
  return sums;
}

/** No number twice, none left out; one invoice per subscription, period and revision. */
function checkNumbers(invoices: readonly InvoiceDocument[]): string[] {
  const problems: string[] = [];
  const numbers = invoices.map(({ number }) => Number(number.split('-').at(-1))).sort(ascending);
  numbers.forEach((number, index) => {
    if (number !== index + 1 && problems.length === 0) {
      problems.push(`invoice ${index + 1} has number ${number}`);
    }
  });
  const keys = new Set(
    invoices.map(
      ({ subscription, period, revision }) => `${subscription}/${period.from}/${revision}`,
    ),
  );
  if (keys.size !== invoices.length) problems.push('two invoices for one period');
  return problems;
}

function checkTotals(invoices: readonly InvoiceDocument[]): string[] {
  return invoices.flatMap(({ lines, number, total }) => {
    const sum = lines.reduce((amount, line) => amount.plus(line.amount), new Big(0));
    return sum.eq(total) ? [] : [`${number}: total ${total}, lines ${sum.toFixed(2)}`];
  });
}

function ascending(left: number, right: number): number {
  return left - right;
}
