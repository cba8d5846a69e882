/**
 * Charge and meter as one `ChargeRater`: folds events into the smallest state that decides the amount, and prices it.
 */
import { compileFilter } from '../meters/filter.ts';
import { compileMeter, type CompiledMeter } from '../meters/compile-meter.ts';
import type { CountAndSum } from '../meters/count-and-sum.ts';
import type { Meter } from '../meters/meter.ts';
import {
  exactAmountOf,
  exactAmountScale,
  quantityOf,
  quantityScale,
  Rational,
} from '../money/index.ts';
import { shareOf } from './adjustments/proration.ts';
import type { ChargeRater, RateOptions } from './charge-rater.ts';
import type { Charge } from './charge.ts';
import { compileFastAmount } from './fast-amount.ts';
import { JsonObject, previewRules } from './input/json-object.ts';
import { PricingError } from './input/pricing-error.ts';
import { rateCharge } from './rate-charge.ts';
import { ratedCharge } from './rated-charge.ts';
import { exactTotal, type Rating } from './rating.ts';
import type { Usage } from './usage.ts';

/**
 * Compiles a charge with its meter (`null` only for a flat charge without one).
 *
 * @throws PricingError when charge and meter do not go together.
 */
export function compileCharge(charge: Charge, meter: Meter | null): ChargeRater {
  if (meter === null) {
    if (charge.price.pricing.usesQuantity) {
      throw new PricingError('rater/meter-required', 'A charge on usage needs its meter.', 'meter');
    }
    return createRater({
      charge,
      meter: unmetered,
      multiplier: Rational.one,
      numberProperties: [],
    });
  }
  checkDimensions(charge, meter);
  return createRater({
    charge,
    meter: compileMeter(meter),
    multiplier: meter.conversion?.multiplier ?? Rational.one,
    numberProperties: meter.numberProperties,
  });
}

interface Parts {
  readonly charge: Charge;
  readonly meter: CompiledMeter;
  readonly multiplier: Rational;
  readonly numberProperties: readonly string[];
}

function createRater({ charge, meter, multiplier, numberProperties }: Parts): ChargeRater {
  const passes = compileFilter(charge.filter);
  const fastAmount = compileFastAmount(charge, meter, multiplier);
  const usageOf = (state: unknown): Usage => ({
    takes: 'quantity',
    quantity: meter.quantity(state),
  });
  const rate = (state: unknown, options: RateOptions, onReject: Rating['onReject']): Rating =>
    rateCharge({
      charge,
      share: shareOf(charge.proration, options),
      final: options.final ?? true,
      onReject: options.final === false ? 'zero' : onReject,
      usage: usageOf(state),
    });
  const rater: ChargeRater = {
    mode: meter.mode,
    aggregate: meter.aggregate,
    numberProperties,
    empty: (period, carried) => meter.empty(period, carried),
    add: (state, sample) =>
      passes === null || passes(sample) ? meter.add(state, sample) : 'unmatched',
    addTotals: (state, count, sum) => {
      const totals = state as CountAndSum;
      totals.count += count;
      totals.sum += sum;
    },
    merge: (state, other) => meter.merge(state, other),
    carryOut: (state) => meter.carryOut?.(state) ?? null,
    encode: (state) => JSON.stringify(meter.encode(state)),
    decode: (text) => meter.decode(JsonObject.read(JSON.parse(text), '', previewRules)),
    quantity: (state) => {
      const quantity = meter.quantity(state);
      return quantity === null ? null : quantityOf(quantity.toScaled(quantityScale, 'half_even'));
    },
    exactAmount: (state, options) => {
      if (fastAmount !== undefined && options.service === undefined && options.final !== false) {
        const totals = state as CountAndSum;
        if (totals.rest.isZero) return exactAmountOf(fastAmount(totals));
      }
      const { lines } = rate(state, options, 'zero');
      return exactAmountOf(exactTotal(lines).toScaled(exactAmountScale, 'half_even'));
    },
    rate: (state, options) => ratedCharge(usageOf(state), rate(state, options, 'throw')),
  };
  return rater;
}

/** Stands in for the meter of a flat charge that has none. */
const unmetered: CompiledMeter = {
  mode: 'stream',
  aggregate: 'fold',
  empty: () => null,
  add: () => 'unmatched',
  merge: () => null,
  encode: () => ({}),
  decode: () => null,
  quantity: () => null,
};

function checkDimensions(charge: Charge, meter: Meter): void {
  for (const name of Object.keys(charge.filter)) {
    if (meter.dimensions.includes(name)) continue;
    const message = `The meter has no dimension ${name}.`;
    throw new PricingError('rater/unknown-dimension', message, `filter.${name}`);
  }
}
