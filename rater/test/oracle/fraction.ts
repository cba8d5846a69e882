// Exact fractions for the oracle: numerator and denominator are big.js numbers, nothing is ever divided before the last
// step, and rounding is "truncate, then look at the remainder". Slow on purpose: this file must be right at a glance.
import BigJs from 'big.js';
import type { Big } from 'big.js';
import type { RoundMode } from './case-types.ts';

/** Own constructor: DP 0 and RM 0 make `div` an integer division that truncates toward zero. */
const Exact = BigJs();
Exact.DP = 0;
Exact.RM = 0;

export interface Fraction {
  readonly n: Big;
  readonly d: Big;
}

const ONE = new Exact(1);
export const ZERO: Fraction = { n: new Exact(0), d: ONE };

/** `denominator` has to be a positive or negative number, never zero. */
export function fraction(numerator: string | number, denominator: string | number = 1): Fraction {
  return normalizeSign({ n: new Exact(numerator), d: new Exact(denominator) });
}

function normalizeSign(value: Fraction): Fraction {
  if (value.d.eq(0)) throw new Error('oracle: division by zero');
  return value.d.lt(0) ? { n: value.n.times(-1), d: value.d.times(-1) } : value;
}

export function add(a: Fraction, b: Fraction): Fraction {
  if (a.d.eq(b.d)) return { n: a.n.plus(b.n), d: a.d };
  return { n: a.n.times(b.d).plus(b.n.times(a.d)), d: a.d.times(b.d) };
}

export function subtract(a: Fraction, b: Fraction): Fraction {
  return add(a, negate(b));
}

export function negate(a: Fraction): Fraction {
  return { n: a.n.times(-1), d: a.d };
}

export function multiply(a: Fraction, b: Fraction): Fraction {
  return { n: a.n.times(b.n), d: a.d.times(b.d) };
}

export function divide(a: Fraction, b: Fraction): Fraction {
  return normalizeSign({ n: a.n.times(b.d), d: a.d.times(b.n) });
}

export function compare(a: Fraction, b: Fraction): number {
  return a.n.times(b.d).cmp(b.n.times(a.d));
}

export function isNegative(a: Fraction): boolean {
  return a.n.lt(0);
}

export function isZero(a: Fraction): boolean {
  return a.n.eq(0);
}

export function smaller(a: Fraction, b: Fraction): Fraction {
  return compare(a, b) <= 0 ? a : b;
}

export function larger(a: Fraction, b: Fraction): Fraction {
  return compare(a, b) >= 0 ? a : b;
}

export function sum(parts: readonly Fraction[]): Fraction {
  return parts.reduce(add, ZERO);
}

/** 10 to the power of `exponent`, which may be negative. */
export function tenToThe(exponent: number): Fraction {
  const power = new Exact(10).pow(Math.abs(exponent));
  return exponent >= 0 ? { n: power, d: ONE } : { n: ONE, d: power };
}

/** The integer toward zero, and what is left over (same sign as `a`). */
export function truncate(a: Fraction): { whole: Fraction; rest: Fraction } {
  const whole: Fraction = { n: a.n.div(a.d), d: ONE };
  return { whole, rest: subtract(a, whole) };
}

export function roundToInteger(a: Fraction, mode: RoundMode): Fraction {
  const { whole, rest } = truncate(a);
  if (isZero(rest)) return whole;
  const away = add(whole, fraction(isNegative(a) ? -1 : 1));
  if (mode === 'down') return whole;
  if (mode === 'up') return away;
  const againstHalf = compare({ n: rest.n.abs().times(2), d: rest.d }, fraction(1));
  if (againstHalf !== 0) return againstHalf > 0 ? away : whole;
  if (mode === 'half_away_from_zero') return away;
  return whole.n.mod(2).eq(0) ? whole : away;
}

/** Rounds to a multiple of `step` (positive). */
export function roundToMultiple(a: Fraction, step: Fraction, mode: RoundMode): Fraction {
  return multiply(roundToInteger(divide(a, step), mode), step);
}

export function roundToDecimals(a: Fraction, decimals: number, mode: RoundMode): Fraction {
  return roundToMultiple(a, tenToThe(-decimals), mode);
}

/** Numerator and denominator as integers without a common divisor, denominator positive. */
export function lowestTerms(a: Fraction): { numerator: string; denominator: string } {
  let { n, d } = a;
  while (!isInteger(n) || !isInteger(d)) {
    n = n.times(10);
    d = d.times(10);
  }
  const divisor = greatestCommonDivisor(n.abs(), d);
  return { numerator: n.div(divisor).toFixed(), denominator: d.div(divisor).toFixed() };
}

function isInteger(value: Big): boolean {
  return value.round(0, 0).eq(value);
}

function greatestCommonDivisor(a: Big, b: Big): Big {
  let [x, y] = [a, b];
  while (!y.eq(0)) [x, y] = [y, x.mod(y)];
  return x;
}

/** Decimals the value needs, or null when its decimal expansion never ends. */
function decimalsNeeded(a: Fraction): number | null {
  const { denominator } = lowestTerms(a);
  let rest = new Exact(denominator);
  const count = (prime: number): number => {
    let times = 0;
    while (rest.mod(prime).eq(0)) {
      rest = rest.div(prime);
      times += 1;
    }
    return times;
  };
  const decimals = Math.max(count(2), count(5));
  return rest.eq(1) ? decimals : null;
}

/** Shortest decimal text; an endless expansion is cut to `endlessDecimals` by rounding to the nearest. */
export function toDecimal(a: Fraction, endlessDecimals: number): string {
  const needed = decimalsNeeded(a);
  const rounded = roundToDecimals(a, needed ?? endlessDecimals, 'half_even');
  return trimZeros(toFixed(rounded, needed ?? endlessDecimals));
}

/** Text with exactly `decimals` decimals (none when negative); the value must fit in them. */
export function toFixed(a: Fraction, decimals: number): string {
  const places = Math.max(decimals, 0);
  const scaled = multiply(a, tenToThe(places));
  const text = scaled.n
    .div(scaled.d)
    .abs()
    .toFixed(0)
    .padStart(places + 1, '0');
  const digits =
    places === 0 ? text : `${text.slice(0, -places)}.${text.slice(text.length - places)}`;
  return isNegative(a) ? `-${digits}` : digits;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
