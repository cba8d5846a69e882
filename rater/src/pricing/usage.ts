/** The usage of one charge in one period, as far as its price must know it. */
import type { Rational } from '../money/index.ts';
import { subtractAllowance } from './adjustments/allowance.ts';
import { convert, type QuantityConversion } from './adjustments/conversion.ts';

export interface Usage {
  readonly takes: 'quantity';
  /** `null`: there was nothing to measure (the maximum of no events). */
  readonly quantity: Rational | null;
}

/** The usage in the unit that is priced. */
export function convertUsage(usage: Usage, conversion: QuantityConversion | undefined): Usage {
  if (conversion === undefined || usage.quantity === null) return usage;
  return { ...usage, quantity: convert(usage.quantity, conversion) };
}

/** The usage without what is included. */
export function reduceUsage(usage: Usage, allowance: Rational | undefined): Usage {
  if (allowance === undefined || usage.quantity === null) return usage;
  return { ...usage, quantity: subtractAllowance(usage.quantity, allowance) };
}

export function quantityOfUsage(usage: Usage): Rational | null {
  return usage.quantity;
}
