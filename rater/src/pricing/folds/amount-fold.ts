import type { CompiledMeter } from '../../meters/compile-meter.ts';
import {
  addingTo,
  decodeCountAndSum,
  emptyCountAndSum,
  encodeCountAndSum,
  mergeCountAndSum,
  totalOf,
  type CountAndSum,
} from '../../meters/count-and-sum.ts';
import type { Meter } from '../../meters/meter.ts';
import { readNumber } from '../../meters/measured-value.ts';
import { PricingError } from '../input/pricing-error.ts';
import type { AmountPricing } from '../models/price-model.ts';
import { meterFold } from './metered-fold.ts';
import type { UsageFold } from './usage-fold.ts';

interface MeteredAmount {
  readonly metered: unknown;
  readonly amount: CountAndSum;
}

/** Prices of an amount in the events: the meter's own state for the quantity shown, and the sum of the amounts. */
export function amountFold(
  meter: Meter,
  compiled: CompiledMeter,
  pricing: AmountPricing,
): UsageFold<MeteredAmount> {
  const property = pricing.amountProperty;
  if (property === undefined) {
    const message = 'A dynamic price on events names the property with the amount.';
    throw new PricingError('rater/missing-field', message, 'charge.price.amountProperty');
  }
  const quantity = meterFold(meter, compiled);
  const addAmount = addingTo({ kind: 'property', name: property });
  return {
    mode: compiled.mode,
    aggregate: 'fold',
    numberProperties: [...new Set([...meter.numberProperties, property])],
    empty: (period, carried) => ({
      metered: quantity.empty(period, carried),
      amount: emptyCountAndSum(),
    }),
    add: (state, sample) => {
      // Both numbers are read before either state moves: an event counts in both or in none.
      const amount = readNumber(sample, property);
      if (amount === undefined) return 'unmatched';
      if (amount === 'not-a-number') return amount;
      const result = quantity.add(state.metered, sample);
      if (result === 'measured') addAmount(state.amount, sample);
      return result;
    },
    merge: (state, other) => ({
      metered: quantity.merge(state.metered, other.metered),
      amount: mergeCountAndSum(state.amount, other.amount),
    }),
    encode: (state) => ({
      metered: quantity.encode(state.metered),
      amount: encodeCountAndSum(state.amount),
    }),
    decode: (stored) => ({
      metered: quantity.decode(stored.object('metered')),
      amount: decodeCountAndSum(stored.object('amount')),
    }),
    carryOut: (state) => quantity.carryOut(state.metered),
    quantity: (state) => quantity.quantity(state.metered),
    usage: (state) => ({
      takes: 'amounts',
      quantity: quantity.quantity(state.metered),
      amount: totalOf(state.amount),
    }),
  };
}
