import { formatFixed } from './decimal-text.ts';
import { tenToThe } from './powers-of-ten.ts';
import { Rational } from './rational.ts';
import type { RoundingMode } from './rounding.ts';
import { moneyOf, type Money } from './scaled.ts';

/** An amount of the major unit, rounded to `minorUnits` decimals. */
export function toMoney(amount: Rational, minorUnits: number, mode: RoundingMode): Money {
  return moneyOf(amount.toScaled(minorUnits, mode));
}

/** The amount in major units. */
export function fromMoney(money: Money, minorUnits: number): Rational {
  return Rational.fromScaled(money, minorUnits);
}

/** With all decimals of the currency: 14 USD is `14.00`, 14 JPY is `14`. */
export function formatMoney(money: Money, minorUnits: number): string {
  return formatFixed(money, minorUnits);
}

/** The number in units of 10^-precision; a negative precision counts tens, hundreds, ... */
export function scaleTo(amount: Rational, precision: number, mode: RoundingMode): bigint {
  if (precision >= 0) return amount.toScaled(precision, mode);
  return amount.dividedBy(Rational.of(tenToThe(-precision))).toInteger(mode);
}

/** `scaleTo` as money. */
export function roundTo(amount: Rational, precision: number, mode: RoundingMode): Money {
  return moneyOf(scaleTo(amount, precision, mode));
}

/** What `roundTo` made: all decimals of a positive precision, zeros in place of the digits a negative one rounded off. */
export function formatRoundedTo(money: Money, precision: number): string {
  return precision >= 0
    ? formatFixed(money, precision)
    : formatFixed(money * tenToThe(-precision), 0);
}
