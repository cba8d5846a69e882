import { compileFilter } from '../../meters/filter.ts';
import { numberReader } from '../../meters/measured-value.ts';
import type { Meter } from '../../meters/meter.ts';
import { Rational } from '../../money/index.ts';
import { PricingError } from '../input/pricing-error.ts';
import type { TransactionPricing } from '../models/price-model.ts';
import { requireSumMeter } from './metered-fold.ts';
import type { UsageFold } from './usage-fold.ts';

/** Prices that look at each transaction: folded in event order, each value already in the unit that is priced. */
export function transactionFold(
  meter: Meter,
  pricing: TransactionPricing,
  conversion: Rational,
): UsageFold<unknown> {
  requireSumMeter(meter);
  const passes = compileFilter(meter.filter);
  const read = numberReader(meter.value ?? { kind: 'property', name: '' });
  const multiplier = (meter.conversion?.multiplier ?? Rational.one).times(conversion);
  return {
    mode: 'deferred',
    aggregate: 'fold',
    numberProperties: meter.numberProperties,
    empty: () => pricing.empty(),
    add: (state, sample) => {
      if (passes?.(sample) === false) return 'unmatched';
      const value = read(sample);
      if (value === undefined) return 'unmatched';
      if (value === 'not-a-number') return value;
      pricing.pay(state, value.times(multiplier));
      return 'measured';
    },
    merge: () => {
      const message = 'This price depends on the order of its transactions.';
      throw new PricingError('rater/not-mergeable', message, '');
    },
    encode: (state) => pricing.encode(state),
    decode: (stored) => pricing.decode(stored),
    carryOut: () => null,
    quantity: (state) => pricing.total(state).dividedBy(conversion),
    usage: (state) => ({ takes: 'transactions', state, sum: pricing.total(state) }),
  };
}
