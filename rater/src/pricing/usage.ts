/** The usage of one charge in one period, as far as its price must know it. One member a `takes` of the price models. */
import type { Rational } from '../money/index.ts';
import { sumOf } from '../money/index.ts';
import { subtractAllowance } from './adjustments/allowance.ts';
import { convert, type QuantityConversion } from './adjustments/conversion.ts';

export type CellUsage =
  /** `quantity` is `null` where there was nothing to measure (the maximum of no events). */
  | { readonly takes: 'quantity'; readonly quantity: Rational | null }
  | { readonly takes: 'count-and-sum'; readonly count: number; readonly sum: Rational }
  /** The state of a price that looks at each transaction; conversions were applied to each as it came. */
  | { readonly takes: 'transactions'; readonly state: unknown; readonly sum: Rational }
  | { readonly takes: 'amounts'; readonly quantity: Rational | null; readonly amount: Rational };

export type Usage =
  | CellUsage
  /** In the order of the matrix's cells; only cells that have usage. */
  | {
      readonly takes: 'cells';
      readonly cells: readonly { readonly index: number; readonly usage: CellUsage }[];
    };

/** The usage in the unit that is priced. */
export function convertUsage(usage: Usage, conversion: QuantityConversion | undefined): Usage {
  if (conversion === undefined) return usage;
  return mapQuantities(usage, (quantity) => convert(quantity, conversion));
}

/** The usage without what is included; in a matrix the cells use up the allowance in their order. */
export function reduceUsage(usage: Usage, allowance: Rational | undefined): Usage {
  if (allowance === undefined) return usage;
  let left = allowance;
  return mapQuantities(usage, (quantity) => {
    const reduced = subtractAllowance(quantity, left);
    left = left.minus(quantity.minus(reduced));
    return reduced;
  });
}

/** The number that was measured; `null` where there is none. */
export function quantityOfUsage(usage: Usage): Rational | null {
  switch (usage.takes) {
    case 'quantity':
    case 'amounts':
      return usage.quantity;
    case 'count-and-sum':
    case 'transactions':
      return usage.sum;
    case 'cells': {
      const quantities = usage.cells.map((cell) => quantityOfUsage(cell.usage));
      // A cell has usage only once it has measured.
      return sumOf(quantities.filter((quantity) => quantity !== null));
    }
  }
}

function mapQuantities(usage: Usage, change: (quantity: Rational) => Rational): Usage {
  if (usage.takes !== 'cells') return mapQuantity(usage, change);
  const cells = usage.cells.map((cell) => ({ ...cell, usage: mapQuantity(cell.usage, change) }));
  return { ...usage, cells };
}

function mapQuantity(usage: CellUsage, change: (quantity: Rational) => Rational): CellUsage {
  switch (usage.takes) {
    case 'quantity':
      return usage.quantity === null ? usage : { ...usage, quantity: change(usage.quantity) };
    case 'count-and-sum':
      return { ...usage, sum: change(usage.sum) };
    case 'amounts':
      return { ...usage, amount: change(usage.amount) };
    case 'transactions':
      return usage;
  }
}
