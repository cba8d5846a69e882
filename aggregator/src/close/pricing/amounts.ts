/** Sums of rounded amounts, as whole minor units of their currency; the decimal strings of a document in and out. */
import { AppError } from '@tidemark/platform/errors';
import {
  exactAmountScale,
  formatExactAmount,
  formatMoney,
  minorUnitsOf,
  moneyOf,
  parseExactAmount,
  Rational,
} from '@tidemark/rater/money';
import type { ExactAmount } from '@tidemark/rater/money';

/** An amount that is rounded already, in minor units. */
export function minorOf(text: string, currency: string): bigint {
  const exact = exactOf(text);
  const unit = 10n ** BigInt(exactAmountScale - minorUnits(currency));
  if (exact % unit !== 0n) throw notRounded(text, currency);
  return exact / unit;
}

/** A part of a plan's amount (a minimum), rounded half away from zero to the currency. */
export function partMinorOf(text: string, share: Rational, currency: string): bigint {
  const exact = Rational.fromScaled(exactOf(text), exactAmountScale);
  return exact.times(share).toScaled(minorUnits(currency), 'half_away_from_zero');
}

/** With all decimals of the currency. */
export function formatMinor(minor: bigint, currency: string): string {
  return formatMoney(moneyOf(minor), minorUnits(currency));
}

/** Without trailing zeros: how exact amounts are written. */
export function formatMinorExactly(minor: bigint, currency: string): string {
  return formatExactAmount(exactOf(formatMinor(minor, currency)));
}

export function exactOf(text: string): ExactAmount {
  const exact = parseExactAmount(text);
  if (exact === undefined) {
    throw new AppError('invariant', 'aggregator/not-an-amount', `"${text}" is no amount.`);
  }
  return exact;
}

function minorUnits(currency: string): number {
  const units = minorUnitsOf(currency);
  if (units === undefined) {
    throw new AppError(
      'invariant',
      'aggregator/unknown-currency',
      `${currency} has no minor unit.`,
    );
  }
  return units;
}

function notRounded(text: string, currency: string): AppError {
  return new AppError('invariant', 'aggregator/not-rounded', `${text} ${currency} is not rounded.`);
}
