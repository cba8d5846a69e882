import { formatFixed } from './decimal-text.ts';
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
