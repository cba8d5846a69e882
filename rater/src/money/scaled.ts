/**
 * The branded integers behind every number that is stored or summed. A brand says what the integer counts and at which
 * scale, so a price cannot be added to a quantity by accident. Only this folder casts to them.
 */

/** A quantity: integer x 10^-18. */
export type Quantity = bigint & { readonly __quantity: unique symbol };
/** A price of one unit: integer x 10^-18 of the currency's major unit. */
export type UnitPrice = bigint & { readonly __unitPrice: unique symbol };
/** A price times a quantity: integer x 10^-36 of the currency's major unit. */
export type ExactAmount = bigint & { readonly __exactAmount: unique symbol };
/** Rounded money: an integer count of the currency's minor units (cents, fils; whole yen). */
export type Money = bigint & { readonly __money: unique symbol };

/** Decimals of a `Quantity` and of a `UnitPrice`. */
export const quantityScale = 18;
/** Decimals of an `ExactAmount`. */
export const exactAmountScale = 36;

export const quantityOf = (scaled: bigint): Quantity => scaled as Quantity;
/** 10^-scale in units of a quantity. */
const quantityUnits = Array.from(
  { length: quantityScale + 1 },
  (_, scale) => 10n ** BigInt(quantityScale - scale),
);
/** `integer` x 10^-`scale`: a safe integer, and 0 to 18 decimals. */
export const quantityOfInteger = (integer: number, scale: number): Quantity =>
  quantityOf(BigInt(integer) * (quantityUnits[scale] ?? 0n));
export const exactAmountOf = (scaled: bigint): ExactAmount => scaled as ExactAmount;
export const moneyOf = (minorUnits: bigint): Money => minorUnits as Money;
/** The exact product: 10^-18 times 10^-18 is 10^-36, nothing is lost. */
export const multiply = (quantity: Quantity, unitPrice: UnitPrice): ExactAmount =>
  (quantity * unitPrice) as ExactAmount;
export const unitPriceOf = (scaled: bigint): UnitPrice => scaled as UnitPrice;
