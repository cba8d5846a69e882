import { Rational, roundingModes, type RoundingMode } from '../../money/index.ts';
import type { JsonObject } from '../input/json-object.ts';
import { PricingError } from '../input/pricing-error.ts';
import { readMultiplier } from './unit-conversion.ts';

/** The first step of a charge: from the metered unit to the priced one, with an optional rounding of the quantity. */
export interface QuantityConversion {
  readonly multiplier: Rational;
  /** `undefined`: not rounded. */
  readonly rounding: { readonly mode: RoundingMode; readonly step: Rational } | undefined;
}

const ten = Rational.of(10n);

/**
 * Reads `{ "operation": "divide", "factor": "1000", "rounding": "up", "precision": 0 }`. `precision` counts decimals and
 * may be negative (-2: hundreds); `increment` in its place rounds to a multiple (60-second steps).
 */
export function readConversion(parent: JsonObject, field: string): QuantityConversion | undefined {
  const object = parent.optionalObject(field);
  if (object === undefined) return undefined;
  const multiplier =
    object.has('operation') || object.has('factor') || !object.has('rounding')
      ? readMultiplier(object)
      : Rational.one;
  const mode = object.choiceOr('rounding', [...roundingModes, 'none'], 'none');
  const step = readStep(object, mode !== 'none');
  object.finish();
  return { multiplier, rounding: mode === 'none' ? undefined : { mode, step } };
}

/** Example: 1,500 bytes divided by 1,000 and rounded up to whole kB are 2. */
export function convert(quantity: Rational, conversion: QuantityConversion | undefined): Rational {
  if (conversion === undefined) return quantity;
  const converted = quantity.times(conversion.multiplier);
  const { rounding } = conversion;
  return rounding === undefined
    ? converted
    : converted.roundedToMultipleOf(rounding.step, rounding.mode);
}

function readStep(object: JsonObject, rounds: boolean): Rational {
  if (!object.has('increment')) {
    const decimals = object.rules.decimals;
    const precision = object.has('precision')
      ? object.integer('precision', -decimals, decimals)
      : 0;
    return powerOfTen(-precision);
  }
  if (object.has('precision')) {
    const message = 'Give either a precision or an increment.';
    throw new PricingError('rater/conflicting-fields', message, object.pathOf('increment'));
  }
  if (!rounds) {
    const message = 'An increment needs a rounding.';
    throw new PricingError('rater/missing-field', message, object.pathOf('rounding'));
  }
  return object.decimal('increment', { sign: 'positive' });
}

function powerOfTen(exponent: number): Rational {
  let power = Rational.one;
  for (let left = exponent; left > 0; left--) power = power.times(ten);
  for (let left = exponent; left < 0; left++) power = power.dividedBy(ten);
  return power;
}
