import type {
  AddResult,
  CarriedState,
  RatingPeriod,
  UsageSample,
} from '../pricing/charge-rater.ts';
import type { Rational } from '../money/index.ts';
import type { JsonObject } from '../pricing/input/json-object.ts';
import { compileFilter } from './filter.ts';
import type { Aggregation } from './aggregation.ts';
import { unnamedProperty } from './measured-value.ts';
import type { Meter } from './meter.ts';
import { aggregations } from './registry.ts';

/** A meter ready to measure: filter, aggregation and unit conversion in one. */
export type CompiledMeter = Aggregation<unknown>;

export function compileMeter(meter: Meter): CompiledMeter {
  const kind = aggregations[meter.aggregation];
  if (kind === undefined) throw new RangeError(`No aggregation ${meter.aggregation}.`);
  const aggregation = kind.create({
    value: meter.value ?? { kind: 'property', name: unnamedProperty },
    carry: meter.carry,
    values: meter.values,
    bucket: meter.bucket,
  });
  const passes = compileFilter(meter.filter);
  const conversion = meter.conversion;
  const carryOut = aggregation.carryOut?.bind(aggregation);
  return {
    mode: aggregation.mode,
    aggregate: aggregation.aggregate,
    ...(aggregation.fastQuantity !== undefined && { fastQuantity: aggregation.fastQuantity }),
    empty: (period: RatingPeriod, carried?: CarriedState) => aggregation.empty(period, carried),
    add:
      passes === null
        ? (state: unknown, sample: UsageSample): AddResult => aggregation.add(state, sample)
        : (state: unknown, sample: UsageSample): AddResult =>
            passes(sample) ? aggregation.add(state, sample) : 'unmatched',
    merge: (state: unknown, other: unknown) => aggregation.merge(state, other),
    encode: (state: unknown) => aggregation.encode(state),
    decode: (stored: JsonObject) => aggregation.decode(stored),
    quantity: (state: unknown): Rational | null => {
      const quantity = aggregation.quantity(state);
      return quantity === null || conversion === undefined
        ? quantity
        : quantity.times(conversion.multiplier);
    },
    ...(carryOut !== undefined && { carryOut }),
  };
}
