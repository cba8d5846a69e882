import type { RatingPeriod } from '../charge-rater.ts';
import type { Charge } from '../charge.ts';
import type { Rating } from '../rating.ts';
import type { Usage } from '../usage.ts';
import type { Dimensions } from './given-usage.ts';

/** What all forms of usage share. */
export interface CaseTerms {
  readonly charge: Charge;
  readonly period: RatingPeriod | undefined;
  readonly dimensions: Dimensions;
  readonly rate: (usage: Usage, final: boolean) => Rating;
}
