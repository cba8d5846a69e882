/** Usage that a case states outright, in the form that its price takes. */
import { compileFilter } from '../../meters/filter.ts';
import { Rational, sumOf } from '../../money/index.ts';
import type { UsageSample } from '../charge-rater.ts';
import type { Charge } from '../charge.ts';
import { PricingError } from '../input/pricing-error.ts';
import type { CellPricing, ModelPricing } from '../models/price-model.ts';
import type { CellUsage, Usage } from '../usage.ts';

/** Dimension values of the usage, for a matrix. */
export type Dimensions = Readonly<Record<string, string>>;

/** One quantity; to a price of transactions it is a single one of that value, or none where it is zero. */
export function usageOfQuantity(charge: Charge, quantity: Rational, dimensions: Dimensions): Usage {
  return usageOfTransactions(charge, quantity.isZero ? [] : [quantity], dimensions);
}

/** Transactions in order; to a price of one quantity they are their sum. */
export function usageOfTransactions(
  charge: Charge,
  values: readonly Rational[],
  dimensions: Dimensions,
): Usage {
  const { pricing } = charge.price;
  const multiplier = charge.conversion?.multiplier ?? Rational.one;
  if (pricing.takes !== 'cells') return cellUsage(pricing, values, multiplier);
  const index = cellOf(pricing, dimensions);
  const cell = pricing.cells[index];
  if (cell === undefined) {
    const message = 'No cell of the matrix matches this usage.';
    throw new PricingError('rater/no-matching-cell', message, 'charge.price.cells');
  }
  return { takes: 'cells', cells: [{ index, usage: cellUsage(cell.pricing, values, multiplier) }] };
}

function cellUsage(
  pricing: Exclude<ModelPricing, CellPricing>,
  values: readonly Rational[],
  multiplier: Rational,
): CellUsage {
  const sum = sumOf(values);
  switch (pricing.takes) {
    case 'quantity':
      return { takes: 'quantity', quantity: sum };
    case 'count-and-sum':
      return { takes: 'count-and-sum', count: values.length, sum };
    case 'amounts':
      return { takes: 'amounts', quantity: sum, amount: sum };
    case 'transactions': {
      const state = pricing.empty();
      for (const value of values) pricing.pay(state, value.times(multiplier));
      return { takes: 'transactions', state, sum: pricing.total(state) };
    }
  }
}

function cellOf({ cells }: CellPricing, dimensions: Dimensions): number {
  const sample: UsageSample = {
    time: 0,
    offset: 0,
    index: 0,
    decimal: () => undefined,
    text: (name) => (Object.hasOwn(dimensions, name) ? dimensions[name] : undefined),
  };
  return cells.findIndex(
    ({ when }) => when === 'default' || compileFilter(when)?.(sample) !== false,
  );
}
