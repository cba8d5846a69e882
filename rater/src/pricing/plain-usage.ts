/**
 * Charges whose state is a plain {count, sum} of all events of a type: no filter, no expression, no cells. Most charges are.
 * The stream may add their events in groups, and write their state and quantity without going through fractions; it gives
 * the same texts and numbers (plain-usage.test.ts).
 */
import { compileFilter } from '../meters/filter.ts';
import type { CountAndSum } from '../meters/count-and-sum.ts';
import type { Meter } from '../meters/meter.ts';
import { formatShortest, quantityOf, quantityScale } from '../money/index.ts';
import type { ChargeRater, PlainUsage } from './charge-rater.ts';
import type { Charge } from './charge.ts';

/** The rater itself, or with shorter ways where charge and meter are plain. */
export function withPlainUsage(rater: ChargeRater, charge: Charge, meter: Meter): ChargeRater {
  const plain = plainUsageOf(charge, meter);
  if (plain === undefined) return rater;
  const convertsUnits = meter.conversion !== undefined;
  return {
    ...rater,
    plain,
    encode: (state) => {
      const { count, sum, rest } = state as CountAndSum;
      if (!rest.isZero) return rater.encode(state);
      return `{"count":${count},"sum":"${formatShortest(sum, quantityScale)}"}`;
    },
    quantity: (state) => {
      const { count, sum, rest } = state as CountAndSum;
      if (convertsUnits || !rest.isZero) return rater.quantity(state);
      return quantityOf(plain.property === null ? BigInt(count) * one : sum);
    },
  };
}

/** A quantity of 1. */
const one = 10n ** BigInt(quantityScale);

/** What all events of the type add to {count, sum}, where they all do and that is the whole state. */
function plainUsageOf(charge: Charge, meter: Meter): PlainUsage | undefined {
  const { takes } = charge.price.pricing;
  if (takes !== 'quantity' && takes !== 'count-and-sum') return undefined;
  const filtered = compileFilter(charge.filter) !== null || compileFilter(meter.filter) !== null;
  if (filtered) return undefined;
  if (meter.aggregation === 'count') return { property: null };
  if (meter.aggregation !== 'sum' || meter.carry) return undefined;
  return meter.value?.kind === 'property' ? { property: meter.value.name } : undefined;
}
