/** A quantity: integer x 10^-18. */
export type Quantity = bigint & { readonly __quantity: unique symbol };
/** A price times a quantity: integer x 10^-36 of the currency's major unit. */
export type ExactAmount = bigint & { readonly __exactAmount: unique symbol };
