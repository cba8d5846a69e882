/** What passes from step to step while a charge is rated: the usage, then lines that sum to the amount. */
import { minorUnitsOf, sumOf, type Rational, type RoundingMode } from '../money/index.ts';
import type { Share } from './adjustments/proration.ts';
import type { Charge } from './charge.ts';
import type { PricedLine } from './models/price-model.ts';
import type { Usage } from './usage.ts';

export interface RatingLine extends Omit<PricedLine, 'kind'> {
  readonly kind: PricedLine['kind'] | 'discount' | 'maximum' | 'minimum_true_up';
  /** Set where the line is rounded by itself, before what follows the price model. */
  readonly rounding?: RoundingMode;
  /** What the line bills: `exact` until the rounding, at the currency's minor unit after it. */
  readonly billed: Rational;
  /** `billed` before the rounding of the line; set by that rounding. */
  readonly unrounded?: Rational;
}

export interface Rating {
  readonly charge: Charge;
  readonly share: Share;
  /** False in a run that is not the last of its period: no minimum, no flat price in arrears. */
  readonly final: boolean;
  /** What is done where a total is negative and the price rejects that. */
  readonly onReject: 'throw' | 'zero';
  /** Converted and reduced by the allowance on its way to the price model. */
  readonly usage: Usage;
  readonly lines: readonly RatingLine[];
}

export function minorUnitsOfCharge(charge: Charge): number {
  return minorUnitsOf(charge.price.currency) ?? 2;
}

export function exactTotal(lines: readonly RatingLine[]): Rational {
  return sumOf(lines.map(({ exact }) => exact));
}

/** What the lines bill before the rounding of the line; the same as `billedTotal` until that rounding. */
export function unroundedTotal(lines: readonly RatingLine[]): Rational {
  return sumOf(lines.map(({ billed, unrounded }) => unrounded ?? billed));
}

export function billedTotal(lines: readonly RatingLine[]): Rational {
  return sumOf(lines.map(({ billed }) => billed));
}
