/** Amounts of a currency: decimal strings in commands and documents, whole minor units inside. */
import { assert } from '@tidemark/platform/errors';
import {
  exactAmountScale,
  formatMoney,
  minorUnitsOf,
  moneyOf,
  parseExactAmount,
} from '@tidemark/rater/money';
import type { Money } from '@tidemark/rater/money';

/** `undefined` where the text is no amount, or finer than the currency's minor unit. */
export function parseMoney(text: string, currency: string): Money | undefined {
  const exact = parseExactAmount(text);
  const unit = 10n ** BigInt(exactAmountScale - minorUnits(currency));
  return exact === undefined || exact % unit !== 0n ? undefined : moneyOf(exact / unit);
}

/** With all decimals of the currency. */
export function textOfMoney(money: Money, currency: string): string {
  return formatMoney(money, minorUnits(currency));
}

function minorUnits(currency: string): number {
  const units = minorUnitsOf(currency);
  assert(units !== undefined, 'A currency that was checked has minor units.');
  return units;
}
