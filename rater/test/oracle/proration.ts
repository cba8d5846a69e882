// Proration by PRICING.md section 5: the part of a period that a service took, in the unit of the basis.
import type { Basis, ChangeCase, ProrationCase, Range } from './case-types.ts';
import { currencyDecimals } from './currencies.ts';
import type { Fraction } from './fraction.ts';
import {
  fraction,
  isZero,
  lowestTerms,
  multiply,
  negate,
  roundToDecimals,
  sum,
  toFixed,
  ZERO,
} from './fraction.ts';
import { dayNumber, localDate, micros } from './instants.ts';

/** Position of an instant on the axis of the basis: microseconds, days, or days of thirty-day months. */
function position(basis: Basis, instant: string, timeZone: string): number {
  const at = micros(instant);
  if (basis === 'second' || basis === 'none') return at;
  const date = localDate(at, timeZone);
  if (basis === 'month30') return 360 * date.year + 30 * date.month + Math.min(date.day, 30);
  return dayNumber(date);
}

export function serviceFraction(
  basis: Basis,
  service: Range,
  period: Range,
  timeZone: string,
): Fraction {
  const place = (instant: string): number => position(basis, instant, timeZone);
  // With day_inclusive the end names the last day that counts.
  const last = basis === 'day_inclusive' ? 1 : 0;
  const start = Math.max(place(service.from), place(period.from));
  const end = Math.min(place(service.to), place(period.to)) + last;
  const length = place(period.to) + last - place(period.from);
  const served = Math.max(0, end - start);
  if (basis === 'none') return served > 0 ? fraction(1) : ZERO;
  return fraction(served, length);
}

export function prorationCase(input: ProrationCase): Record<string, unknown> {
  const { basis, service, period, timeZone } = input;
  const part = serviceFraction(basis, service, period, timeZone ?? 'UTC');
  const decimals = currencyDecimals(input.currency);
  const amount = multiply(fraction(input.amount), part);
  return {
    fraction: lowestTerms(part),
    amount: toFixed(roundToDecimals(amount, decimals, 'half_away_from_zero'), decimals),
  };
}

/** The unused part of what was paid before goes back, the same part of the new price is charged. */
export function changeCase(input: ChangeCase): Record<string, unknown> {
  const { at, period, basis, timeZone } = input;
  const decimals = currencyDecimals(input.currency);
  const rest = serviceFraction(basis, { from: at, to: period.to }, period, timeZone ?? 'UTC');
  const round = (exact: Fraction): Fraction =>
    roundToDecimals(exact, decimals, 'half_away_from_zero');
  const credit = negate(round(multiply(fraction(input.before), rest)));
  const charged =
    input.newPeriod === true ? fraction(input.after) : multiply(fraction(input.after), rest);
  const lines = [
    { kind: 'proration_credit', amount: credit },
    { kind: 'proration_charge', amount: round(charged) },
  ].filter((line) => !isZero(line.amount));
  return {
    lines: lines.map(({ kind, amount }) => ({ kind, amount: toFixed(amount, decimals) })),
    amount: toFixed(sum(lines.map(({ amount }) => amount)), decimals),
  };
}
