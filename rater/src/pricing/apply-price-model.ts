/** The step from usage to lines: the price's model, and what a total below zero means. */
import { Rational } from '../money/index.ts';
import { PricingError } from './input/pricing-error.ts';
import type { PricedLine } from './models/price-model.ts';
import type { Price } from './price.ts';
import type { Rating } from './rating.ts';

export function applyPriceModel(rating: Rating): Rating {
  const lines = priceUsage(rating).map((line) => ({ ...line, billed: line.exact }));
  return { ...rating, lines };
}

function priceUsage(rating: Rating): PricedLine[] {
  const { charge, usage, share, final } = rating;
  const { pricing } = charge.price;
  if (!pricing.usesQuantity) {
    const isDue = final || charge.timing === 'in_advance';
    return isDue ? pricing.rate(Rational.zero, share) : [];
  }
  const { quantity } = usage;
  if (quantity === null) return [];
  if (!quantity.isNegative) return pricing.rate(quantity, share);
  return priceNegative(charge.price, quantity, rating.onReject, () =>
    pricing.rate(quantity, share),
  );
}

/** A total below zero, by the price's `negative`. A negative event inside a positive total never comes here. */
function priceNegative(
  price: Price,
  quantity: Rational,
  onReject: Rating['onReject'],
  credit: () => PricedLine[],
): PricedLine[] {
  if (price.negative === 'credit') return credit();
  if (price.negative === 'reject' && onReject === 'throw') {
    throw new PricingError(
      'rater/negative-total',
      'The usage of the period is below zero.',
      'quantity',
    );
  }
  return [
    { kind: 'amount', quantity, exact: Rational.zero, note: 'usage below zero is not billed' },
  ];
}
