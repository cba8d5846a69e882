// What a property of an event is worth as a number or as a dimension.
import { fraction } from './fraction.ts';

const DECIMAL_TEXT = /^-?\d{1,20}(\.\d{1,18})?$/;

/** A JSON number or decimal string within the bounds, else null. */
export function numberOf(value: unknown): string | null {
  if (typeof value === 'string') return DECIMAL_TEXT.test(value) ? value : null;
  if (typeof value !== 'number') return null;
  const text = fraction(String(value)).n.toFixed();
  return DECIMAL_TEXT.test(text) ? text : null;
}

/** Text of a dimension's value: strings as they are, numbers in plain decimals, booleans by name. */
export function dimensionText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return fraction(String(value)).n.toFixed();
  return null;
}
