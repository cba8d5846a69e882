/**
 * Decimal strings as they stand on every wire: `-?digits(.digits)?`, no exponent, no plus sign, no spaces. Reading never
 * rounds: a text with more digits than allowed is refused.
 */
import { tenToThe } from './powers-of-ten.ts';
import { Rational } from './rational.ts';
import {
  exactAmountOf,
  exactAmountScale,
  quantityOf,
  quantityScale,
  unitPriceOf,
  type ExactAmount,
  type Quantity,
  type UnitPrice,
} from './scaled.ts';

/** Digits before the point that a decimal string may have. */
export const integerDigitsMax = 20;
/** Decimals a stored number may have. */
export const decimalsMax = 18;
/** Decimals a number may have where a price is only tried out. */
export const previewDecimalsMax = 36;

export type ParsedDecimal =
  | { readonly kind: 'ok'; readonly value: Rational }
  | { readonly kind: 'not-a-decimal' | 'too-many-digits' | 'too-many-decimals' };

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/** Reads a decimal string exactly. Trailing zeros count as decimals. */
export function parseDecimal(text: string, decimals: number = decimalsMax): ParsedDecimal {
  const match = DECIMAL.exec(text);
  if (match === null) return { kind: 'not-a-decimal' };
  const [, sign, integer = '', fraction = ''] = match;
  if (integer.length > integerDigitsMax) return { kind: 'too-many-digits' };
  if (fraction.length > decimals) return { kind: 'too-many-decimals' };
  const digits = BigInt(integer + fraction);
  return {
    kind: 'ok',
    value: Rational.fromScaled(sign === '-' ? -digits : digits, fraction.length),
  };
}

/** A stored quantity; `undefined` when the text is none or has too many digits or decimals. */
export function parseQuantity(text: string): Quantity | undefined {
  const scaled = parseScaled(text, quantityScale, integerDigitsMax);
  return scaled === undefined ? undefined : quantityOf(scaled);
}

/** A price of one unit; `undefined` when the text is none or has too many digits or decimals. */
export function parseUnitPrice(text: string): UnitPrice | undefined {
  const scaled = parseScaled(text, quantityScale, integerDigitsMax);
  return scaled === undefined ? undefined : unitPriceOf(scaled);
}

/** An exact amount as stored in `Decimal(76, 36)`: up to 40 integer digits and 36 decimals. */
export function parseExactAmount(text: string): ExactAmount | undefined {
  const scaled = parseScaled(text, exactAmountScale, 40);
  return scaled === undefined ? undefined : exactAmountOf(scaled);
}

/** The shortest decimal of a quantity or unit price. */
export function formatQuantity(quantity: Quantity | UnitPrice): string {
  return formatShortest(quantity, quantityScale);
}

/** The shortest decimal of an exact amount. */
export function formatExactAmount(amount: ExactAmount): string {
  return formatShortest(amount, exactAmountScale);
}

/** `scaled x 10^-scale` with exactly `scale` decimals. */
export function formatFixed(scaled: bigint, scale: number): string {
  const negative = scaled < 0n;
  const digits = (negative ? -scaled : scaled).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  const text = scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return negative ? `-${text}` : text;
}

/** `scaled x 10^-scale` without trailing zeros. */
export function formatShortest(scaled: bigint, scale: number): string {
  const text = formatFixed(scaled, scale);
  if (scale === 0) return text;
  let end = text.length;
  while (text.charCodeAt(end - 1) === zeroCode) end--;
  return text.slice(0, text.charCodeAt(end - 1) === pointCode ? end - 1 : end);
}

const zeroCode = 48;
const pointCode = 46;

/**
 * The shortest decimal of a fraction. One that ends is written in full; one that does not end is rounded half-even to
 * `endlessDecimals`.
 */
export function formatRational(value: Rational, endlessDecimals: number): string {
  const scale = decimalsNeeded(value);
  return scale === undefined
    ? formatShortest(value.toScaled(endlessDecimals, 'half_even'), endlessDecimals)
    : formatShortest(value.toScaled(scale, 'down'), scale);
}

/** The shortest decimal of a fraction, rounded half-even where it has more than `decimals`. */
export function formatRounded(value: Rational, decimals: number): string {
  const { scale } = value;
  // Nearly every number is a decimal already and is written from its own digits, which are few.
  return scale !== undefined && scale <= decimals
    ? formatShortest(value.numerator, scale)
    : formatShortest(value.toScaled(decimals, 'half_even'), decimals);
}

/** How many decimals write the number exactly; `undefined` when no number of them does. */
function decimalsNeeded(value: Rational): number | undefined {
  const { scale } = value;
  if (scale !== undefined) return scale;
  let rest = value.reduced().denominator;
  let twos = 0;
  let fives = 0;
  for (; rest % 2n === 0n; rest /= 2n) twos++;
  for (; rest % 5n === 0n; rest /= 5n) fives++;
  if (rest !== 1n) return undefined;
  return twos > fives ? twos : fives;
}

function parseScaled(text: string, scale: number, integerDigits: number): bigint | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, integer = '', fraction = ''] = match;
  if (integer.length > integerDigits || fraction.length > scale) return undefined;
  const scaled = BigInt(integer + fraction) * tenToThe(scale - fraction.length);
  return sign === '-' ? -scaled : scaled;
}
