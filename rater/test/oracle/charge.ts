// A charge, in the order of PRICING.md section 1: conversion, allowance, price model, percentage discounts, fixed
// discounts, maximum, minimum, one rounding. Every step adds a line; the lines split the rounded amount.
import type { Charge, ChargeCase, Price, Range, UsageEvent } from './case-types.ts';
import { currencyDecimals } from './currencies.ts';
import type { Fraction } from './fraction.ts';
import {
  compare,
  divide,
  fraction,
  isZero,
  larger,
  multiply,
  negate,
  roundToDecimals,
  smaller,
  subtract,
  sum,
  toDecimal,
  toFixed,
  ZERO,
} from './fraction.ts';
import { billable } from './conversion.ts';
import { acceptedEvents, eventMatches, measure } from './meters.ts';
import { dimensionText } from './property-values.ts';
import type { PricedLine } from './models.ts';
import { priceQuantity, priceTransactions } from './models.ts';
import { serviceFraction } from './proration.ts';
import { splitByRemainder } from './split.ts';

interface ResultLine {
  tier?: number;
  kind?: string;
  amount: string;
}

interface ChargeResult {
  amount: string;
  exactAmount: string;
  lines: ResultLine[];
}

interface AdjustedLine extends PricedLine {
  kind?: 'discount' | 'maximum' | 'minimum_true_up';
}

interface Adjusted {
  lines: AdjustedLine[];
  exact: Fraction;
  rounded: Fraction;
}

/** The charge with its flat amount, minimum, maximum and allowance at the part of the period that was served. */
interface Terms {
  charge: Charge;
  part: Fraction;
  isFinal: boolean;
}

export function termsOf(input: {
  charge: Charge;
  service?: Range | undefined;
  period?: Range | undefined;
  timeZone?: string | undefined;
}): Terms {
  const { charge, service, period, timeZone } = input;
  const prorated = charge.proration !== undefined && service !== undefined && period !== undefined;
  const part = prorated
    ? serviceFraction(charge.proration!.basis, service, period, timeZone ?? 'UTC')
    : fraction(1);
  return { charge, part, isFinal: true };
}

function quantityLines(terms: Terms, quantity: Fraction): PricedLine[] {
  const { charge, part, isFinal } = terms;
  if (charge.price.model === 'flat') {
    // A run that is not the last bills no flat amount in arrears.
    if (!isFinal && charge.timing !== 'in_advance') return [{ exact: ZERO }];
    return [{ exact: multiply(fraction(charge.price.amount!), part) }];
  }
  const allowance = multiply(fraction(charge.allowance ?? '0'), part);
  return priceQuantity(charge.price, billable(quantity, charge.conversion, allowance));
}

function decimalsOf(price: Price): number {
  return currencyDecimals(price.currency!);
}

function roundAmount(price: Price, exact: Fraction): Fraction {
  return roundToDecimals(exact, decimalsOf(price), price.roundMode ?? 'half_away_from_zero');
}

/** The lines of the model, and after them one line an adjustment that changes something. */
function adjustedLines(terms: Terms, priced: readonly PricedLine[]): AdjustedLine[] {
  const { charge, part, isFinal } = terms;
  const lines: AdjustedLine[] = [...priced];
  const total = (): Fraction => sum(lines.map((line) => line.exact));
  const discount = (asked: Fraction): void => {
    const taken = smaller(asked, larger(total(), ZERO));
    if (!isZero(taken)) lines.push({ kind: 'discount', exact: negate(taken) });
  };
  for (const { percent } of charge.discounts ?? []) {
    if (percent !== undefined) {
      discount(divide(multiply(larger(total(), ZERO), fraction(percent)), fraction(100)));
    }
  }
  for (const { amount } of charge.discounts ?? []) {
    if (amount !== undefined) discount(fraction(amount));
  }
  if (charge.maximum !== undefined) {
    const over = subtract(total(), multiply(fraction(charge.maximum), part));
    if (compare(over, ZERO) > 0) lines.push({ kind: 'maximum', exact: negate(over) });
  }
  if (charge.minimum !== undefined && isFinal) {
    const under = subtract(multiply(fraction(charge.minimum), part), total());
    if (compare(under, ZERO) > 0) lines.push({ kind: 'minimum_true_up', exact: under });
  }
  return lines;
}

/**
 * Rounded once, at the end. With `roundAt: "tier"` the model's lines are rounded before, one by one, and the adjustments work
 * on their sum; the exact amount is the one without that.
 */
function adjust(terms: Terms, priced: readonly PricedLine[]): Adjusted {
  const { price } = terms.charge;
  const exactLines = adjustedLines(terms, priced);
  const roundedPriced = priced.map((line) => ({ ...line, exact: roundAmount(price, line.exact) }));
  const lines = price.roundAt === 'tier' ? adjustedLines(terms, roundedPriced) : exactLines;
  return {
    lines,
    exact: sum(exactLines.map((line) => line.exact)),
    rounded: roundAmount(price, sum(lines.map((line) => line.exact))),
  };
}

/** The rounded amount of a charge in the two lines that an invoice shows: what it costs itself, and its true-up. */
export function chargeAndTrueUp(
  terms: Terms,
  quantity: Fraction,
): { own: Fraction; trueUp: Fraction } {
  const { lines, rounded } = adjust(terms, quantityLines(terms, quantity));
  const exactOf = (isTrueUp: boolean): Fraction =>
    sum(
      lines
        .filter(({ kind }) => (kind === 'minimum_true_up') === isTrueUp)
        .map((line) => line.exact),
    );
  const parts = [exactOf(false), exactOf(true)];
  const [own, trueUp] = splitByRemainder(rounded, parts, decimalsOf(terms.charge.price));
  return { own: own!, trueUp: trueUp! };
}

function present(terms: Terms, priced: readonly PricedLine[]): ChargeResult {
  const decimals = decimalsOf(terms.charge.price);
  const adjusted = adjust(terms, priced);
  const shares = splitByRemainder(
    adjusted.rounded,
    adjusted.lines.map((line) => line.exact),
    decimals,
  );
  return {
    amount: toFixed(adjusted.rounded, decimals),
    exactAmount: toDecimal(adjusted.exact, 36),
    lines: adjusted.lines.map((line, index) => ({
      ...(line.tier === undefined ? {} : { tier: line.tier }),
      ...(line.kind === undefined ? {} : { kind: line.kind }),
      amount: toFixed(shares[index]!, decimals),
    })),
  };
}

/** Each run bills the rounded cumulative amount less what the runs before it billed. */
function billingRuns(terms: Terms, input: ChargeCase): Record<string, unknown> {
  const snapshots = input.snapshots!;
  const decimals = decimalsOf(terms.charge.price);
  const cumulative = snapshots.map((snapshot, index) => {
    const isFinal = index === snapshots.length - 1 && input.open !== true;
    const run = { ...terms, isFinal };
    return { isFinal, run, priced: quantityLines(run, fraction(snapshot)) };
  });
  let billed = ZERO;
  const deltas = cumulative.map(({ isFinal, run, priced }) => {
    const { rounded } = adjust(run, priced);
    if (!isFinal && !passesThreshold(input.thresholds, billed, rounded)) return ZERO;
    const delta = subtract(rounded, billed);
    billed = rounded;
    return delta;
  });
  const last = cumulative.at(-1)!;
  return {
    ...present(last.run, last.priced),
    currency: terms.charge.price.currency,
    deltas: deltas.map((delta) => toFixed(delta, decimals)),
  };
}

/** A threshold counts as passed once it is reached, and only if it lies above what was billed before. */
function passesThreshold(
  thresholds: readonly string[] | undefined,
  billed: Fraction,
  cumulative: Fraction,
): boolean {
  if (thresholds === undefined) return true;
  return thresholds
    .map((threshold) => fraction(threshold))
    .some((threshold) => compare(threshold, billed) > 0 && compare(threshold, cumulative) <= 0);
}

export function chargeCase(input: ChargeCase): Record<string, unknown> {
  const terms = termsOf(input);
  const { charge } = input;
  const { currency } = charge.price;
  if (input.snapshots !== undefined) return billingRuns(terms, input);
  if (input.quantities !== undefined) {
    const results = input.quantities.map((quantity) =>
      present(terms, quantityLines(terms, fraction(quantity))),
    );
    return { results };
  }
  if (input.transactions !== undefined) {
    const values = input.transactions.map(({ value }) => fraction(value));
    return { ...present(terms, priceTransactions(charge.price, values)), currency };
  }
  if (input.events !== undefined) return eventsCase(terms, input);
  const quantity = fraction(input.quantity ?? '0');
  return { ...present(terms, quantityLines(terms, quantity)), currency };
}

function eventsCase(terms: Terms, input: ChargeCase): Record<string, unknown> {
  const { charge } = terms;
  const meter = input.meter!;
  const { accepted, rejected } = acceptedEvents(meter, input.events!, input.period!);
  const taken = accepted.filter(({ event }) => eventMatches(charge.filter, event));
  const measured = measure(meter, taken, input.period!, {});
  const withCurrency = {
    currency: charge.price.currency,
    quantity: measured.quantity === null ? null : toDecimal(measured.quantity, 18),
    rejected,
  };
  const { price } = charge;
  if (price.model === 'matrix') {
    const priced = matrixLines(price, (matches) => {
      const inCell = taken.filter(({ event }) => matches(event));
      return inCell.length === 0 ? null : measure(meter, inCell, input.period!, {}).quantity;
    });
    return { ...present(terms, priced), ...withCurrency };
  }
  if (price.model === 'percentage') {
    const values = taken.map(({ value }) => value);
    return { ...present(terms, priceTransactions(price, values)), ...withCurrency };
  }
  if (price.model === 'dynamic') {
    const amounts = taken.map(({ event }) => fraction(String(event.data![price.amountProperty!])));
    return { ...present(terms, priceQuantity(price, sum(amounts))), ...withCurrency };
  }
  // A meter without a result has nothing to price; a flat amount and a minimum are still due.
  const priced =
    measured.quantity === null && price.model !== 'flat'
      ? [{ exact: ZERO }]
      : quantityLines(terms, measured.quantity ?? ZERO);
  return { ...present(terms, priced), ...withCurrency };
}

/**
 * Every event goes to the first cell whose dimensions it has, else to the default; every cell is priced by itself, from its
 * first event on: a cell that no event has entered costs nothing, not even its first tier's flat amount.
 */
function matrixLines(
  price: Price,
  quantityOf: (matches: (event: UsageEvent) => boolean) => Fraction | null,
): PricedLine[] {
  const fits = (event: UsageEvent, when: Record<string, string>): boolean =>
    Object.entries(when).every(([name, text]) => dimensionText(event.data?.[name]) === text);
  const cells = price.cells!;
  const lines = cells.map((cell, index) => {
    const quantity = quantityOf(
      (event) =>
        fits(event, cell.when) && !cells.slice(0, index).some(({ when }) => fits(event, when)),
    );
    return quantity === null ? [] : priceQuantity(cell.price, quantity);
  });
  if (price.default !== undefined) {
    const quantity = quantityOf((event) => !cells.some(({ when }) => fits(event, when)));
    if (quantity !== null) lines.push(priceQuantity(price.default, quantity));
  }
  return lines.flat();
}
