/** Exact numbers. Only this folder may cast to the branded types. */
export { allocate, roundToTotal } from './allocate.ts';
export type { AllocateOptions } from './allocate.ts';
export { currencies, minorUnitsOf } from './currencies.ts';
export {
  decimalsMax,
  formatExactAmount,
  formatQuantity,
  formatRational,
  formatRounded,
  formatShortest,
  integerDigitsMax,
  parseDecimal,
  parseExactAmount,
  parseQuantity,
  parseUnitPrice,
  previewDecimalsMax,
} from './decimal-text.ts';
export type { ParsedDecimal } from './decimal-text.ts';
export { formatFraction, parseFraction } from './fraction-text.ts';
export { formatMoney, formatRoundedTo, fromMoney, roundTo, scaleTo, toMoney } from './money.ts';
export { tenToThe } from './powers-of-ten.ts';
export { greaterOf, Rational, smallerOf, sumOf } from './rational.ts';
export { roundingModes } from './rounding.ts';
export type { RoundingMode } from './rounding.ts';
export {
  exactAmountOf,
  exactAmountScale,
  moneyOf,
  multiply,
  quantityOf,
  quantityOfInteger,
  quantityScale,
  unitPriceOf,
} from './scaled.ts';
export type { ExactAmount, Money, Quantity, UnitPrice } from './scaled.ts';
