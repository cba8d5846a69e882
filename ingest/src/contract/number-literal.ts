/**
 * Decimal literals as text: whether two write the same number, and how a double becomes integer and scale. Nothing here
 * computes with money: it only decides what a literal says. Runs in browsers too.
 */

/** Two JSON number literals write the same number iff their normal forms are equal: `-digits e exponent`, `0` for zero. */
export function normalizeLiteral(literal: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal);
  if (match === null) return literal;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = whole + fraction;
  let from = 0;
  let to = digits.length;
  // Loops, not /0+$/: that expression takes quadratic time on a long run of zeros.
  while (from < to && digits.charCodeAt(from) === 0x30) from++;
  while (to > from && digits.charCodeAt(to - 1) === 0x30) to--;
  if (from === to) return '0';
  const power = Number(exponent) - fraction.length + (digits.length - to);
  return `${sign}${digits.slice(from, to)}e${power}`;
}

/** `-?digits(.digits)?` with at most 20 integer digits and 18 decimals: what a meter's value may be as a string. */
export function isDecimalString(text: string): boolean {
  return text.length <= 40 && /^-?\d{1,20}(\.\d{1,18})?$/.test(text);
}

/** Whether `text` is a canonical decimal: no exponent, no needless zeros, no -0. */
export function isCanonicalDecimal(text: string): boolean {
  return text !== '-0' && /^-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/.test(text);
}

export interface ScaledNumber {
  readonly integer: number;
  readonly scale: number;
}

const powersOfTen = Array.from({ length: 19 }, (_, exponent) => 10 ** exponent);
/** Any decimal of at most 15 significant digits is the only such decimal that reads as its double. */
const uniqueBelow = 1e15;

/** 10^exponent, exact for 0 <= exponent <= 18. */
export function powerOfTen(exponent: number): number {
  return powersOfTen[exponent] ?? 10 ** exponent;
}

/** `value` as safe integer x 10^-scale with the least scale (0 to 18); undefined when it does not fit. */
export function toScaled(value: number): ScaledNumber | undefined {
  // `+ 0` makes -0 a plain 0.
  if (Number.isSafeInteger(value)) return { integer: value + 0, scale: 0 };
  for (let scale = 1; scale <= 6; scale++) {
    const power = powerOfTen(scale);
    const integer = Math.round(value * power);
    if (Math.abs(integer) >= uniqueBelow) break;
    if (integer / power === value) return { integer, scale };
  }
  return fromShortestText(value);
}

function fromShortestText(value: number): ScaledNumber | undefined {
  const match = /^(-?\d+)e(-?\d+)$/.exec(normalizeLiteral(String(value)));
  if (match === null) return undefined;
  const integer = Number(match[1]);
  const scale = -Number(match[2]);
  return Number.isSafeInteger(integer) && scale >= 0 && scale <= 18
    ? { integer, scale }
    : undefined;
}
