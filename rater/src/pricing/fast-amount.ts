/**
 * F(state) in scaled integers, for the stream: where the meter is a plain sum or count and the price is made of straight
 * pieces, conversion, allowance and percentage discounts fold into the pieces, and one multiplication and one addition
 * give the amount. It is derived from the same definition as the lines, and gives the same digits (a property test); where
 * a number does not fit the scales there is no fast path.
 */
import { exactAmountScale, quantityScale, Rational } from '../money/index.ts';
import { compileMeter } from '../meters/compile-meter.ts';
import type { Meter } from '../meters/meter.ts';
import type { CountAndSum } from '../meters/count-and-sum.ts';
import type { Charge } from './charge.ts';
import type { PriceCurve } from './models/price-model.ts';

/** The amount at 10^-36. */
export type FastAmount = (state: CountAndSum) => bigint;

interface ScaledPieces {
  /** Inclusive upper bounds in the unit of the state; one fewer than pieces. */
  readonly bounds: readonly bigint[];
  readonly slopes: readonly bigint[];
  readonly intercepts: readonly bigint[];
  /** Up to here, and not below zero, the amount is `atZero`: the allowance. */
  readonly free: bigint;
  readonly atZero: bigint;
  /** Below zero the amount is `belowZero + quantity x creditSlope`; a flat price is due there too. */
  readonly belowZero: bigint;
  readonly creditSlope: bigint;
}

/** @returns `undefined` where the charge needs exact fractions. */
export function compileFastAmount(charge: Charge, meter: Meter): FastAmount | undefined {
  const { pricing } = charge.price;
  const { fastQuantity } = compileMeter(meter);
  if (fastQuantity === undefined || charge.conversion?.rounding !== undefined) return undefined;
  if (pricing.takes !== 'quantity' || pricing.curve === undefined) return undefined;
  const unitScale = fastQuantity === 'sum' ? quantityScale : 0;
  const multiplier = meter.conversion?.multiplier ?? Rational.one;
  const factor = multiplier.times(charge.conversion?.multiplier ?? Rational.one);
  const pieces = scalePieces(pricing.curve, charge, { unitScale, factor });
  if (pieces === undefined) return undefined;
  const adjust = compileAdjustments(charge);
  return unitScale === 0
    ? (state) => adjust(amountAt(BigInt(state.count), pieces))
    : (state) => adjust(amountAt(state.sum, pieces));
}

function amountAt(quantity: bigint, pieces: ScaledPieces): bigint {
  const { bounds, slopes, intercepts } = pieces;
  if (quantity < 0n) return pieces.belowZero + quantity * pieces.creditSlope;
  if (quantity <= pieces.free) return pieces.atZero;
  let piece = 0;
  while (piece < bounds.length && quantity > (bounds[piece] as bigint)) piece++;
  return (intercepts[piece] as bigint) + quantity * (slopes[piece] as bigint);
}

interface Unit {
  /** Decimals of the state's integer. */
  readonly unitScale: number;
  /** From the state's unit to the priced one. */
  readonly factor: Rational;
}

function scalePieces(
  curve: PriceCurve,
  charge: Charge,
  { unitScale, factor }: Unit,
): ScaledPieces | undefined {
  const allowance = charge.allowance ?? Rational.zero;
  const left = remainingShare(charge);
  const slopeScale = exactAmountScale - unitScale;
  const floorBound = (bound: Rational): bigint =>
    bound.plus(allowance).dividedBy(factor).toFloor(unitScale);
  const creditSlope =
    charge.price.negative === 'credit' ? curve.creditSlope.times(factor) : Rational.zero;
  const slopes = curve.pieces.map(({ slope }) => slope.times(factor).times(left));
  const intercepts = curve.pieces.map(({ slope, intercept }) =>
    intercept.minus(allowance.times(slope)).times(left),
  );
  const scaled = {
    slopes: slopes.map((slope) => slope.toScaledExactly(slopeScale)),
    intercepts: intercepts.map((intercept) => intercept.toScaledExactly(exactAmountScale)),
    atZero: curve.atZero.times(left).toScaledExactly(exactAmountScale),
    creditSlope: creditSlope.toScaledExactly(slopeScale),
  };
  if (![...scaled.slopes, ...scaled.intercepts, scaled.atZero, scaled.creditSlope].every(isExact)) {
    return undefined;
  }
  return {
    ...(scaled as Pick<ScaledPieces, 'slopes' | 'intercepts' | 'atZero' | 'creditSlope'>),
    belowZero: charge.price.pricing.usesQuantity ? 0n : (scaled.atZero ?? 0n),
    bounds: curve.pieces.flatMap(({ upTo }) => (upTo === null ? [] : [floorBound(upTo)])),
    free: floorBound(Rational.zero),
  };
}

const isExact = (scaled: bigint | undefined): boolean => scaled !== undefined;

/** What percentage discounts leave of a positive amount. */
function remainingShare(charge: Charge): Rational {
  const hundred = Rational.of(100n);
  return charge.discounts.percents.reduce((left, percent) => {
    const kept = hundred.minus(percent).dividedBy(hundred);
    return kept.isNegative ? Rational.zero : left.times(kept);
  }, Rational.one);
}

/** Fixed discounts, maximum and minimum, in this order; no amount has more decimals than the scale. */
function compileAdjustments(charge: Charge): (amount: bigint) => bigint {
  const { discounts, maximum, minimum } = charge;
  if (discounts.fixed.length === 0 && maximum === undefined && minimum === undefined) {
    return (amount) => amount;
  }
  const fixed = discounts.fixed.map((amount) => amount.toScaledExactly(exactAmountScale));
  const cap = maximum?.toScaledExactly(exactAmountScale);
  const floor = minimum?.toScaledExactly(exactAmountScale);
  return (amount) => {
    let left = amount;
    for (const off of fixed as bigint[]) if (left > 0n) left = off > left ? 0n : left - off;
    if (cap !== undefined && left > cap) left = cap;
    return floor !== undefined && left < floor ? floor : left;
  };
}
