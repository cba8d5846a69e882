export type {
  AddResult,
  CarriedState,
  ChargeRater,
  RateOptions,
  RatedCharge,
  RatedLine,
  RatingPeriod,
  UsageSample,
} from './charge-rater.ts';
export { parseCharge } from './charge.ts';
export type { Charge, ParseChargeOptions } from './charge.ts';
export { compileCharge } from './compile-charge.ts';
export { pricingErrorCodes } from './input/error-codes.ts';
export type { PricingErrorCode } from './input/error-codes.ts';
export { isPricingError, PricingError } from './input/pricing-error.ts';
export { previewCase } from './preview/preview-case.ts';
export type { PriceDefaults } from './price.ts';
