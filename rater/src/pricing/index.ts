export type {
  AddResult,
  ChargeRater,
  RateOptions,
  RatedCharge,
  RatedLine,
  RatingPeriod,
  UsageSample,
} from './charge-rater.ts';
