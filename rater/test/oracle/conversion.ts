// Unit conversion and allowance: from what was measured to what is priced.
import type { Conversion } from './case-types.ts';
import type { Fraction } from './fraction.ts';
import {
  add,
  divide,
  fraction,
  isNegative,
  larger,
  multiply,
  roundToMultiple,
  subtract,
  tenToThe,
  toDecimal,
  ZERO,
} from './fraction.ts';

export function convert(quantity: Fraction, conversion: Conversion | undefined): Fraction {
  if (conversion === undefined) return quantity;
  const factor = fraction(conversion.factor);
  const converted =
    conversion.operation === 'multiply' ? multiply(quantity, factor) : divide(quantity, factor);
  if (conversion.rounding === undefined) return converted;
  const step =
    conversion.increment === undefined
      ? tenToThe(-(conversion.precision ?? 0))
      : fraction(conversion.increment);
  return roundToMultiple(converted, step, conversion.rounding);
}

/** Quantity after conversion and allowance. An allowance frees usage; it does not make a negative total more negative. */
export function billable(
  quantity: Fraction,
  conversion: Conversion | undefined,
  allowance: Fraction,
): Fraction {
  const converted = convert(quantity, conversion);
  if (isNegative(converted)) return converted;
  return larger(ZERO, subtract(converted, allowance));
}

/** `kind: "convert"`: what the quantity adds to what was billed for the raw units before it. */
export function convertQuantity(input: {
  conversion: Conversion;
  allowance?: string;
  prior?: string;
  quantity: string;
}): string {
  const allowance = fraction(input.allowance ?? '0');
  const prior = fraction(input.prior ?? '0');
  const after = billable(add(prior, fraction(input.quantity)), input.conversion, allowance);
  return toDecimal(subtract(after, billable(prior, input.conversion, allowance)), 18);
}
