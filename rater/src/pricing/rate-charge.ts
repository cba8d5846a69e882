/**
 * How a charge becomes an amount. The list `order` is the definition: each step takes what the one before it made.
 * Everything that rates (stream, period close, live spend, preview) goes through it.
 */
import { fromMoney, moneyOf, Rational, roundToTotal, tenToThe, toMoney } from '../money/index.ts';
import { aboveMaximum, belowMinimum } from './adjustments/commitments.ts';
import { fixedOff, percentOff } from './adjustments/discounts.ts';
import { applyPriceModel } from './apply-price-model.ts';
import {
  billedTotal,
  exactTotal,
  minorUnitsOfCharge,
  type Rating,
  type RatingLine,
} from './rating.ts';
import type { RatingStepName } from './charge-rater.ts';
import { convertUsage, reduceUsage } from './usage.ts';

type Step = (rating: Rating) => Rating;

const order: readonly (readonly [name: RatingStepName, step: Step])[] = [
  ['conversion', convertQuantity],
  ['allowance', subtractIncluded],
  ['price_model', applyPriceModel],
  ['tier_rounding', roundTiers],
  ['percentage_discount', discountPercentages],
  ['fixed_discount', discountFixedAmounts],
  ['maximum', capAtMaximum],
  ['minimum', raiseToMinimum],
  ['rounding', roundLine],
];

/** Rates a charge. Lines sum to the amount, both the exact and the billed ones. */
export function rateCharge(rating: Omit<Rating, 'lines'>): Rating {
  return order.reduce<Rating>((before, [, step]) => step(before), { ...rating, lines: [] });
}

/** The same, with what each step made of it, in their order. */
export function traceCharge(
  rating: Omit<Rating, 'lines'>,
): { readonly step: RatingStepName; readonly rating: Rating }[] {
  let current: Rating = { ...rating, lines: [] };
  return order.map(([name, step]) => {
    current = step(current);
    return { step: name, rating: current };
  });
}

function convertQuantity(rating: Rating): Rating {
  return { ...rating, usage: convertUsage(rating.usage, rating.charge.conversion) };
}

function subtractIncluded(rating: Rating): Rating {
  const { charge, share, usage } = rating;
  return { ...rating, usage: reduceUsage(usage, charge.allowance?.times(share.flat)) };
}

/** `roundAt: "tier"`: every line of the model is rounded by itself, and what follows works on rounded lines. */
function roundTiers(rating: Rating): Rating {
  const minorUnits = minorUnitsOfCharge(rating.charge);
  const lines = rating.lines.map((line) =>
    line.rounding === undefined
      ? line
      : { ...line, billed: fromMoney(toMoney(line.exact, minorUnits, line.rounding), minorUnits) },
  );
  return { ...rating, lines };
}

function discountPercentages(rating: Rating): Rating {
  return rating.charge.discounts.percents.reduce(
    (before, percent) =>
      withLine(before, 'discount', (left) => percentOff(left, percent).negated()),
    rating,
  );
}

function discountFixedAmounts(rating: Rating): Rating {
  return rating.charge.discounts.fixed.reduce(
    (before, amount) => withLine(before, 'discount', (left) => fixedOff(left, amount).negated()),
    rating,
  );
}

function capAtMaximum(rating: Rating): Rating {
  const maximum = rating.charge.maximum?.times(rating.share.flat);
  if (maximum === undefined) return rating;
  return withLine(rating, 'maximum', (amount) => aboveMaximum(amount, maximum).negated());
}

/** Once a period: a run that is not the last has no true-up. */
function raiseToMinimum(rating: Rating): Rating {
  const minimum = rating.charge.minimum?.times(rating.share.flat);
  if (minimum === undefined || !rating.final) return rating;
  return withLine(rating, 'minimum_true_up', (amount) => belowMinimum(amount, minimum));
}

/** The one rounding of the line; its cents are spread over the parts by largest remainder. */
function roundLine(rating: Rating): Rating {
  const { charge, lines } = rating;
  const minorUnits = minorUnitsOfCharge(charge);
  const total = toMoney(billedTotal(lines), minorUnits, charge.price.roundMode);
  const scale = Rational.of(tenToThe(minorUnits));
  const parts = roundToTotal(
    lines.map(({ billed }) => billed.times(scale)),
    total,
  );
  return {
    ...rating,
    lines: lines.map((line, index) => ({
      ...line,
      unrounded: line.billed,
      billed: fromMoney(parts[index] ?? moneyOf(0n), minorUnits),
    })),
  };
}

/**
 * Appends the line that `change` makes of the total so far. The exact and the billed amounts are carried side by side: with
 * `roundAt: "tier"` a maximum must cap what is billed, while the exact amounts stay as if nothing was rounded.
 */
function withLine(
  rating: Rating,
  kind: RatingLine['kind'],
  change: (total: Rational) => Rational,
): Rating {
  const exact = change(exactTotal(rating.lines));
  const roundsTiers = rating.lines.some(({ rounding }) => rounding !== undefined);
  const billed = roundsTiers ? change(billedTotal(rating.lines)) : exact;
  if (exact.isZero && billed.isZero) return rating;
  return { ...rating, lines: [...rating.lines, { kind, exact, billed }] };
}
