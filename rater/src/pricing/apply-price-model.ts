/** The step from usage to lines: the price's model, and what a total below zero means. */
import { Rational } from '../money/index.ts';
import { PricingError } from './input/pricing-error.ts';
import type { CellPricing, MatrixCell, ModelPricing, PricedLine } from './models/price-model.ts';
import type { Rating, RatingLine } from './rating.ts';
import type { CellUsage, Usage } from './usage.ts';

export function applyPriceModel(rating: Rating): Rating {
  const { price } = rating.charge;
  const { pricing } = price;
  const lines =
    pricing.takes === 'cells'
      ? priceCells(pricing, rating)
      : priceOne({ ...price, pricing }, rating.usage, rating);
  return { ...rating, lines };
}

/** Each cell by itself, in the order of the matrix. */
function priceCells(pricing: CellPricing, rating: Rating): RatingLine[] {
  const { usage } = rating;
  if (usage.takes !== 'cells') throw misfit(pricing, usage);
  return usage.cells.flatMap(({ index, usage: own }) => {
    const cell = pricing.cells[index];
    if (cell === undefined) throw new RangeError(`The matrix has no cell ${index}.`);
    return priceOne(cell, own, rating).map((line) => ({ ...line, cell: cell.when }));
  });
}

function priceOne(price: OnePrice, usage: Usage, rating: Rating): RatingLine[] {
  const { roundAt, roundMode } = price;
  return exactLines(price, usage, rating).map((line) => ({
    ...line,
    billed: line.exact,
    ...(roundAt === 'tier' && { rounding: roundMode }),
  }));
}

type OnePrice = Omit<MatrixCell, 'when'>;

function exactLines(price: OnePrice, usage: Usage, rating: Rating): PricedLine[] {
  const { pricing } = price;
  if (!pricing.usesQuantity) {
    const isDue = rating.final || rating.charge.timing === 'in_advance';
    return isDue ? pricing.rate(Rational.zero, rating.share) : [];
  }
  if (usage.takes === 'cells') throw misfit(pricing, usage);
  const total = totalOf(usage);
  if (total === null) return [];
  if (total.isNegative && !isCredited(price, rating)) return [unbilled(total)];
  return linesOf(pricing, usage, rating);
}

/** The number whose sign decides: a negative event inside a positive total is a correction and lowers it. */
function totalOf(usage: CellUsage): Rational | null {
  switch (usage.takes) {
    case 'quantity':
      return usage.quantity;
    case 'amounts':
      return usage.amount;
    case 'count-and-sum':
    case 'transactions':
      return usage.sum;
  }
}

/** Whether a total below zero becomes a negative line. */
function isCredited(price: OnePrice, rating: Rating): boolean {
  if (price.negative === 'reject' && rating.onReject === 'throw') {
    const message = 'The usage of the period is below zero.';
    throw new PricingError('rater/negative-total', message, 'quantity');
  }
  return price.negative === 'credit';
}

function unbilled(quantity: Rational): PricedLine {
  return { kind: 'amount', quantity, exact: Rational.zero, note: 'usage below zero is not billed' };
}

function linesOf(
  pricing: Exclude<ModelPricing, CellPricing>,
  usage: CellUsage,
  { share }: Rating,
): PricedLine[] {
  if (pricing.takes === 'quantity' && usage.takes === 'quantity') {
    return pricing.rate(usage.quantity ?? Rational.zero, share);
  }
  if (pricing.takes === 'count-and-sum' && usage.takes === 'count-and-sum')
    return pricing.rate(usage);
  if (pricing.takes === 'transactions' && usage.takes === 'transactions')
    return pricing.rate(usage.state);
  if (pricing.takes === 'amounts' && usage.takes === 'amounts') return pricing.rate(usage.amount);
  throw misfit(pricing, usage);
}

/** Each fold makes the usage that its own price takes; anything else is a fault. */
function misfit(pricing: ModelPricing, usage: Usage): RangeError {
  return new RangeError(`A price that takes ${pricing.takes} cannot rate ${usage.takes}.`);
}
