/** A line of an invoice while it is built, and how a sum is taken off several lines. */
import { allocate, moneyOf, Rational, type Money } from '../../money/index.ts';

export interface InvoiceLine {
  readonly key: string;
  readonly kind: string;
  /** Before discount, credit and tax; negative for a credit line. */
  readonly amount: Money;
  /** Taken off, as positive numbers. */
  readonly discount: Money;
  readonly credit: Money;
  /** Added where the tax is exclusive, contained where it is inclusive. */
  readonly tax: Money;
}

/** What was used of a credit. */
export interface UsedCredit {
  readonly id: string;
  readonly amount: Money;
}

export interface InvoiceDraft {
  readonly lines: readonly InvoiceLine[];
  /** The part of the taxes that comes on top. */
  readonly exclusiveTax: Money;
  readonly usedCredits: readonly UsedCredit[];
}

/** What is left of a line after discounts and credits. */
export function leftOf({ amount, discount, credit }: InvoiceLine): bigint {
  return amount - discount - credit;
}

/** What is left of several lines together, not below zero: the most that can be taken off them. */
export function leftOfAll(lines: readonly InvoiceLine[]): bigint {
  const left = lines.reduce((sum, line) => sum + leftOf(line), 0n);
  return left < 0n ? 0n : left;
}

/**
 * Spreads `total` over the lines that `takes` names, by largest remainder in proportion to what is left of them; a line
 * below zero bears nothing, and none bears more than is left of it.
 */
export function spread(
  lines: readonly InvoiceLine[],
  total: bigint,
  takes: (line: InvoiceLine) => boolean,
): Money[] {
  const limits = lines.map((line) => (takes(line) && leftOf(line) > 0n ? leftOf(line) : 0n));
  return allocate(
    moneyOf(total),
    limits.map((limit) => Rational.of(limit)),
    { limits },
  );
}
