// What each price model costs, by the table of PRICING.md section 3: one function a model, from the quantity (or the
// transactions) to one line a tier with its exact amount. No rounding here.
import type { Price, Tier } from './case-types.ts';
import type { Fraction } from './fraction.ts';
import {
  add,
  compare,
  divide,
  fraction,
  isNegative,
  isZero,
  larger,
  multiply,
  roundToInteger,
  smaller,
  subtract,
  sum,
  ZERO,
} from './fraction.ts';

export interface PricedLine {
  tier?: number;
  exact: Fraction;
}

export class OracleRejection extends Error {}

/** Lines of a price for a quantity after conversion and allowance. */
export function priceQuantity(price: Price, quantity: Fraction): PricedLine[] {
  if (price.model === 'flat') return [{ exact: fraction(price.amount!) }];
  // A bare quantity of a percentage price is one transaction.
  if (price.model === 'percentage') {
    return priceTransactions(price, isZero(quantity) ? [] : [quantity]);
  }
  if (isNegative(quantity)) return priceNegative(price, quantity);
  switch (price.model) {
    case 'per_unit':
      return [{ exact: multiply(quantity, fraction(price.unitAmount!)) }];
    case 'dynamic':
      return [{ exact: multiply(quantity, fraction(price.multiplier ?? '1')) }];
    case 'package':
      return [{ exact: packages(quantity, price, price.rounding === 'down' ? 'down' : 'up') }];
    case 'graduated':
    case 'graduated_percentage':
      return graduated(price, quantity);
    case 'volume':
      return volume(price, quantity);
    case 'stairstep':
      return stairstep(price, quantity);
    case 'tiered_package':
      return price.mode === 'volume'
        ? [tieredPackageByTotal(price, quantity)]
        : tieredPackageByTier(price, quantity);
    default:
      throw new Error(`oracle: no such model: ${price.model}`);
  }
}

/**
 * A total below zero. Choice where PRICING.md is short: with `credit` the first tier's unit price goes on below zero, its
 * flat amount and packages do not (nothing was entered).
 */
function priceNegative(price: Price, quantity: Fraction): PricedLine[] {
  if (price.negative === 'reject') throw new OracleRejection('negative total');
  if (price.negative !== 'credit') return [{ exact: ZERO }];
  const first = price.tiers?.[0];
  switch (price.model) {
    case 'per_unit':
      return [{ exact: multiply(quantity, fraction(price.unitAmount!)) }];
    case 'dynamic':
      return [{ exact: multiply(quantity, fraction(price.multiplier ?? '1')) }];
    case 'graduated':
    case 'volume':
    case 'graduated_percentage':
      return [{ tier: 1, exact: multiply(quantity, unitPrice(first!)) }];
    case 'package':
      return [{ exact: packages(quantity, price, price.rounding === 'down' ? 'down' : 'up') }];
    case 'tiered_package':
      return [{ tier: 1, exact: packages(quantity, first!, 'up') }];
    default:
      return [{ exact: ZERO }];
  }
}

/** Price of one unit in a tier: an amount, or a rate in percent of the summed amount. */
function unitPrice(tier: Tier): Fraction {
  if (tier.rate !== undefined) return divide(fraction(tier.rate), fraction(100));
  return fraction(tier.unitAmount ?? '0');
}

/** Flat amount of a tier that the quantity has entered, or that stands first. */
function flatAmount(price: Price, index: number, quantity: Fraction): Fraction {
  const flat = fraction(price.tiers![index]!.flatAmount ?? '0');
  if (index > 0 || !isZero(quantity)) return flat;
  return price.zeroUsageFirstTierFlat === 'not_charged' ? ZERO : flat;
}

function lowerBound(tiers: readonly Tier[], index: number): Fraction {
  return index === 0 ? ZERO : fraction(tiers[index - 1]!.upTo!);
}

/** A tier is entered above the bound below it; the first one always is. */
function enteredTiers(price: Price, quantity: Fraction): number[] {
  const tiers = price.tiers!;
  return tiers
    .map((_, index) => index)
    .filter((index) => index === 0 || compare(quantity, lowerBound(tiers, index)) > 0);
}

function quantityInTier(tiers: readonly Tier[], index: number, quantity: Fraction): Fraction {
  const { upTo } = tiers[index]!;
  const top = upTo === null ? quantity : smaller(quantity, fraction(upTo));
  return subtract(top, lowerBound(tiers, index));
}

function graduated(price: Price, quantity: Fraction): PricedLine[] {
  const tiers = price.tiers!;
  return enteredTiers(price, quantity).map((index) => ({
    tier: index + 1,
    exact: add(
      multiply(quantityInTier(tiers, index, quantity), unitPrice(tiers[index]!)),
      flatAmount(price, index, quantity),
    ),
  }));
}

/** The tier that the quantity falls in: the first whose inclusive bound is not below it. */
function tierOf(price: Price, quantity: Fraction): number {
  return price.tiers!.findIndex(
    (tier) => tier.upTo === null || compare(quantity, fraction(tier.upTo)) <= 0,
  );
}

function volume(price: Price, quantity: Fraction): PricedLine[] {
  const index = tierOf(price, quantity);
  const units = multiply(quantity, unitPrice(price.tiers![index]!));
  return [{ tier: index + 1, exact: add(units, flatAmount(price, index, quantity)) }];
}

function stairstep(price: Price, quantity: Fraction): PricedLine[] {
  const reached = tierOf(price, quantity);
  const steps = price.mode === 'sum' ? enteredTiers(price, quantity) : [reached];
  return steps.map((index) => ({ tier: index + 1, exact: flatAmount(price, index, quantity) }));
}

function packages(
  quantity: Fraction,
  of: { packageSize?: string; packageAmount?: string },
  rounding: 'up' | 'down',
): Fraction {
  const count = roundToInteger(divide(quantity, fraction(of.packageSize!)), rounding);
  return multiply(count, fraction(of.packageAmount!));
}

function tieredPackageByTier(price: Price, quantity: Fraction): PricedLine[] {
  const tiers = price.tiers!;
  return enteredTiers(price, quantity).map((index) => ({
    tier: index + 1,
    exact: packages(quantityInTier(tiers, index, quantity), tiers[index]!, 'up'),
  }));
}

function tieredPackageByTotal(price: Price, quantity: Fraction): PricedLine {
  const index = tierOf(price, quantity);
  return { tier: index + 1, exact: packages(quantity, price.tiers![index]!, 'up') };
}

/** Lines of a price that looks at every transaction, in order. */
export function priceTransactions(price: Price, values: readonly Fraction[]): PricedLine[] {
  if (price.model !== 'percentage') return priceQuantity(price, sum(values));
  // The total that may be negative is the usage, as with every other model.
  if (isNegative(sum(values)) && price.negative !== 'credit') {
    if (price.negative === 'reject') throw new OracleRejection('negative total');
    return [{ exact: ZERO }];
  }
  return [{ exact: sum(transactionFees(price, values)) }];
}

/**
 * Free until either the number or the amount is used up; what crosses the free amount pays the rate on the excess and the
 * whole fixed amount. Once over, the free part stays over.
 */
function transactionFees(price: Price, values: readonly Fraction[]): Fraction[] {
  const rate = divide(fraction(price.rate!), fraction(100));
  // A free part of zero is not there: it does not end the other one.
  const given = (part: string | undefined): Fraction | null =>
    part === undefined || isZero(fraction(part)) ? null : fraction(part);
  const freeCount = given(price.freeTransactions);
  const freeAmount = given(price.freeAmount);
  let free = freeCount !== null || freeAmount !== null;
  let running = ZERO;
  return values.map((value, index) => {
    const before = running;
    running = add(running, value);
    if (freeCount !== null && compare(fraction(index + 1), freeCount) > 0) free = false;
    if (!free) return clampedFee(price, value, rate);
    if (freeAmount === null || compare(running, freeAmount) <= 0) return ZERO;
    free = false;
    return clampedFee(price, subtract(add(before, value), freeAmount), rate);
  });
}

function clampedFee(price: Price, value: Fraction, rate: Fraction): Fraction {
  let fee = add(multiply(value, rate), fraction(price.fixedAmount ?? '0'));
  if (price.minPerTransaction !== undefined) fee = larger(fee, fraction(price.minPerTransaction));
  if (price.maxPerTransaction !== undefined) fee = smaller(fee, fraction(price.maxPerTransaction));
  return fee;
}
