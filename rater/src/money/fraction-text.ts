/** The lossless text of a rational, for stored states: the shortest decimal where one exists, else `numerator/denominator`. */
import { formatRational } from './decimal-text.ts';
import { tenToThe } from './powers-of-ten.ts';
import { Rational } from './rational.ts';

export function formatFraction(value: Rational): string {
  const reduced = value.reduced();
  const text = formatRational(reduced, 0);
  const back = parseFraction(text);
  return back?.equals(reduced) === true
    ? text
    : `${reduced.numerator.toString()}/${reduced.denominator.toString()}`;
}

/** Reads what `formatFraction` wrote, of any length; `undefined` when the text is none. */
export function parseFraction(text: string): Rational | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+)|\/(\d+))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, integer = '', fraction = '', denominator] = match;
  const digits = BigInt(integer + fraction) * (sign === '-' ? -1n : 1n);
  if (denominator === undefined) return Rational.of(digits, tenToThe(fraction.length));
  return /^0+$/.test(denominator) ? undefined : Rational.of(digits, BigInt(denominator));
}
