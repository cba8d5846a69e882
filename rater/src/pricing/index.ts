export type {
  AddResult,
  CarriedState,
  ChargeRater,
  RateOptions,
  RatedCharge,
  RatedLine,
  RatingStep,
  RatingPeriod,
  UsageSample,
} from './charge-rater.ts';
export { amountPropertiesOf, parseCharge } from './charge.ts';
export type { Charge, ParseChargeOptions } from './charge.ts';
export { compileCharge } from './compile-charge.ts';
export { creditableAmount } from './credit-note.ts';
export type { CreditNoteQuestion } from './credit-note.ts';
export { createInvoice } from './invoice/invoice.ts';
export type { Coupon as InvoiceCoupon } from './invoice/coupons.ts';
export { pricingErrorCodes } from './input/error-codes.ts';
export type { PricingErrorCode } from './input/error-codes.ts';
export { isPricingError, PricingError } from './input/pricing-error.ts';
export { previewCase } from './preview/preview-case.ts';
export type { PriceDefaults } from './price.ts';
