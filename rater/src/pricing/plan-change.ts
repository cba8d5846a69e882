/** The two lines of a plan change inside a period. */
import { fallsOnOneDay, serviceFraction, type ProrationBasis } from '../calendar/proration.ts';
import { moneyOf, Rational, toMoney, type Money } from '../money/index.ts';
import type { RatingPeriod } from './charge-rater.ts';

export interface PlanChange {
  /** Price of a whole period before and after the change. */
  readonly before: Rational;
  readonly after: Rational;
  readonly basis: ProrationBasis;
  /** The instant of the change, integer microseconds; outside the period it counts as its nearer end. */
  readonly at: number;
  readonly period: RatingPeriod;
  readonly timeZone?: string | undefined;
  /** A new period starts at the change and is charged in full. */
  readonly newPeriod: boolean;
  /** Decimals of the currency. */
  readonly minorUnits: number;
}

export interface PlanChangeLine {
  readonly kind: 'proration_credit' | 'proration_charge';
  readonly amount: Money;
}

/**
 * A credit for the unused part of the old price and a charge for the same part of the new one, each rounded by itself;
 * lines of zero are left out. Example: from 30.00 to 60.00 after 10 of 30 days gives -20.00 and 40.00.
 */
export function changeLines(change: PlanChange): PlanChangeLine[] {
  const { before, after, basis, period, timeZone, newPeriod, minorUnits } = change;
  const rest = { from: Math.min(change.at, period.to), to: period.to };
  // With days that count inclusively the end names the last day of service; after it nothing is left to give back.
  const isOver = basis === 'day_inclusive' && change.at > period.to && !isSameDay(change);
  const unused = isOver
    ? Rational.zero
    : serviceFraction({ basis, service: rest, period, timeZone });
  const due = newPeriod ? Rational.one : unused;
  const money = (amount: Rational): Money => toMoney(amount, minorUnits, 'half_away_from_zero');
  const lines: PlanChangeLine[] = [
    { kind: 'proration_credit', amount: moneyOf(0n - money(before.times(unused))) },
    { kind: 'proration_charge', amount: money(after.times(due)) },
  ];
  return lines.filter(({ amount }) => amount !== 0n);
}

function isSameDay({ at, period, timeZone }: PlanChange): boolean {
  return fallsOnOneDay(at, period.to, timeZone);
}
