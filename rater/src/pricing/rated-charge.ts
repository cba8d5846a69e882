/** Writes a rating as the decimal strings that invoices and APIs show. */
import {
  exactAmountScale,
  formatMoney,
  formatRounded,
  quantityScale,
  toMoney,
  type Rational,
} from '../money/index.ts';
import type { RatedCharge, RatedLine, RatingStep, RatingStepName } from './charge-rater.ts';
import {
  billedTotal,
  exactTotal,
  minorUnitsOfCharge,
  type Rating,
  type RatingLine,
} from './rating.ts';
import { quantityOfUsage } from './usage.ts';

/** How fractions are written. */
export interface NumberFormat {
  readonly quantity: (value: Rational) => string;
  readonly exactAmount: (value: Rational) => string;
}

/** At the scales that are stored: 18 decimals for a quantity, 36 for an exact amount, half-even. */
const storedFormat: NumberFormat = {
  quantity: (value) => formatRounded(value, quantityScale),
  exactAmount: (value) => formatRounded(value, exactAmountScale),
};

/** @param quantity what the meter measured, before conversion and allowance. */
export function ratedCharge(
  quantity: Rational | null,
  rating: Rating,
  format: NumberFormat = storedFormat,
): RatedCharge {
  const minorUnits = minorUnitsOfCharge(rating.charge);
  const billable = quantityOfUsage(rating.usage);
  const usesQuantity = rating.charge.price.pricing.usesQuantity;
  return {
    quantity: quantity === null ? null : format.quantity(quantity),
    billableQuantity: billable === null || !usesQuantity ? null : format.quantity(billable),
    currency: rating.charge.price.currency,
    amount: formatAmount(billedTotal(rating.lines), minorUnits),
    exactAmount: format.exactAmount(exactTotal(rating.lines)),
    lines: rating.lines.map((line) => ratedLine(line, minorUnits, format)),
  };
}

/** Every intermediate, from what the meter measured to the rounded amount. */
export function ratingSteps(
  quantity: Rational | null,
  trace: readonly { readonly step: RatingStepName; readonly rating: Rating }[],
): RatingStep[] {
  const { exactAmount, quantity: quantityText } = storedFormat;
  const textOf = (value: Rational | null) => (value === null ? null : quantityText(value));
  const measured: RatingStep = { step: 'quantity', quantity: textOf(quantity), exactAmount: '0' };
  return [
    measured,
    ...trace.map(({ step, rating }): RatingStep => {
      const minorUnits = minorUnitsOfCharge(rating.charge);
      const { lines } = rating;
      return {
        step,
        quantity: textOf(quantityOfUsage(rating.usage)),
        exactAmount: exactAmount(exactTotal(lines)),
        ...(step === 'rounding' && { amount: formatAmount(billedTotal(lines), minorUnits) }),
      };
    }),
  ];
}

function ratedLine(line: RatingLine, minorUnits: number, format: NumberFormat): RatedLine {
  const { kind, tier, cell, note, exact, billed } = line;
  const { quantity, unitAmount, flatAmount, rate, packages } = line;
  return {
    kind,
    ...(tier !== undefined && { tier }),
    ...(cell !== undefined && { cell }),
    ...(quantity !== undefined && { quantity: format.quantity(quantity) }),
    ...(unitAmount !== undefined && { unitAmount: format.exactAmount(unitAmount) }),
    ...(flatAmount !== undefined && { flatAmount: format.exactAmount(flatAmount) }),
    ...(rate !== undefined && { rate: format.exactAmount(rate) }),
    ...(packages !== undefined && { packages: format.quantity(packages) }),
    amount: formatAmount(billed, minorUnits),
    exactAmount: format.exactAmount(exact),
    ...(note !== undefined && { note }),
  };
}

/** The amount is rounded already; this only writes it. */
function formatAmount(amount: Rational, minorUnits: number): string {
  return formatMoney(toMoney(amount, minorUnits, 'down'), minorUnits);
}
