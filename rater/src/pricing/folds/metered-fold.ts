import type { CompiledMeter } from '../../meters/compile-meter.ts';
import type { CountAndSum } from '../../meters/count-and-sum.ts';
import type { Meter } from '../../meters/meter.ts';
import { Rational } from '../../money/index.ts';
import { PricingError } from '../input/pricing-error.ts';
import type { UsageFold } from './usage-fold.ts';

/** Prices of one quantity: the state is the meter's. */
export function quantityFold(meter: Meter, compiled: CompiledMeter): UsageFold<unknown> {
  return {
    ...meterFold(meter, compiled),
    usage: (state) => ({ takes: 'quantity', quantity: compiled.quantity(state) }),
  };
}

/** Percentages without free parts or clamps: the {count, sum} of a `sum` meter is all they need. */
export function countAndSumFold(meter: Meter, compiled: CompiledMeter): UsageFold<unknown> {
  requireSumMeter(meter);
  return {
    ...meterFold(meter, compiled),
    usage: (state) => ({
      takes: 'count-and-sum',
      count: (state as CountAndSum).count,
      sum: compiled.quantity(state) ?? Rational.zero,
    }),
  };
}

/** What all folds on a meter's own state share. */
export function meterFold(
  meter: Meter,
  compiled: CompiledMeter,
): Omit<UsageFold<unknown>, 'usage'> {
  return {
    mode: compiled.mode,
    aggregate: compiled.aggregate,
    numberProperties: meter.numberProperties,
    empty: (period, carried) => compiled.empty(period, carried),
    add: (state, sample) => compiled.add(state, sample),
    merge: (state, other) => compiled.merge(state, other),
    encode: (state) => compiled.encode(state),
    decode: (stored) => compiled.decode(stored),
    carryOut: (state) => compiled.carryOut?.(state) ?? null,
    quantity: (state) => compiled.quantity(state),
  };
}

/** A percentage is of each event's value, so its meter adds values up, and only those of the period. */
export function requireSumMeter(meter: Meter): void {
  if (meter.aggregation === 'sum' && !meter.carry) return;
  const message = 'A percentage price needs a meter that is a sum and does not carry.';
  throw new PricingError('rater/meter-does-not-fit', message, 'meter.aggregation');
}
