/** A charge of a plan as the public JSON has it, and its reading. */
import { readCadence, type Cadence } from '../calendar/cadence.ts';
import type { Rational } from '../money/index.ts';
import { readFilter, type Filter } from '../meters/filter.ts';
import { readConversion, type QuantityConversion } from './adjustments/conversion.ts';
import { readDiscounts, type Discounts } from './adjustments/discounts.ts';
import { readProration, type Proration } from './adjustments/proration.ts';
import { catalogRules, JsonObject, type ReadingRules } from './input/json-object.ts';
import { PricingError } from './input/pricing-error.ts';
import { readPrice, standardDefaults, type Price, type PriceDefaults } from './price.ts';

export interface Charge {
  /** Unique in its plan. */
  readonly key: string;
  readonly name: string | undefined;
  /** Key of the meter; `undefined` for a flat charge without one. */
  readonly meter: string | undefined;
  /** Dimension values that this charge takes. */
  readonly filter: Filter;
  readonly price: Price;
  readonly conversion: QuantityConversion | undefined;
  /** Included quantity, after conversion. */
  readonly allowance: Rational | undefined;
  readonly discounts: Discounts;
  readonly maximum: Rational | undefined;
  readonly minimum: Rational | undefined;
  readonly proration: Proration;
  readonly timing: 'in_arrears' | 'in_advance';
  /** Where it differs from the subscription's. */
  readonly cadence: Cadence | undefined;
}

export interface ParseChargeOptions {
  readonly rules?: ReadingRules;
  /** The tenant's defaults of `roundAt` and `roundMode`. */
  readonly defaults?: PriceDefaults;
  /** Path of the charge in its document, such as `charges[2]`. */
  readonly path?: string;
}

/**
 * Reads a charge in its public JSON.
 *
 * @throws PricingError with code and path when it is not valid; an unknown field is not.
 */
export function parseCharge(json: unknown, options: ParseChargeOptions = {}): Charge {
  const { rules = catalogRules, defaults = standardDefaults, path = '' } = options;
  const object = JsonObject.read(json, path, rules);
  const charge: Charge = {
    key: object.key('key'),
    name: object.optionalText('name'),
    meter: object.has('meter') ? object.key('meter') : undefined,
    filter: readFilter(object, 'filter'),
    price: readPrice(object.object('price'), defaults),
    conversion: readConversion(object, 'conversion'),
    allowance: object.optionalDecimal('allowance', { sign: 'not-negative' }),
    discounts: readDiscounts(object),
    maximum: object.optionalDecimal('maximum', { sign: 'not-negative' }),
    minimum: object.optionalDecimal('minimum', { sign: 'not-negative' }),
    proration: readProration(object),
    timing: object.choiceOr('timing', ['in_arrears', 'in_advance'], 'in_arrears'),
    cadence: readCadence(object),
  };
  object.finish();
  checkTogether(charge, object);
  return charge;
}

/** Properties of events that carry the amount that the price takes: of a dynamic price, also in cells of a matrix. */
export function amountPropertiesOf({ price: { pricing } }: Charge): string[] {
  const pricings =
    pricing.takes === 'cells' ? pricing.cells.map((cell) => cell.pricing) : [pricing];
  return pricings.flatMap((each) =>
    each.takes === 'amounts' && each.amountProperty !== undefined ? [each.amountProperty] : [],
  );
}

function checkTogether(charge: Charge, object: JsonObject): void {
  const { price, minimum, maximum } = charge;
  const isFlat = !price.pricing.usesQuantity;
  if (charge.timing === 'in_advance' && !isFlat) {
    const message = 'Only a flat charge is due in advance.';
    throw new PricingError('rater/option-not-supported', message, object.pathOf('timing'));
  }
  checkQuantitySteps(charge, object);
  if (minimum !== undefined && maximum !== undefined && minimum.isAbove(maximum)) {
    const message = 'The minimum is above the maximum.';
    throw new PricingError('rater/minimum-above-maximum', message, object.pathOf('minimum'));
  }
  if (!object.rules.namesOptional && !isFlat && charge.meter === undefined) {
    const message = 'A charge on usage names its meter.';
    throw new PricingError('rater/meter-required', message, object.pathOf('meter'));
  }
}

/** A price that looks at each transaction has no total that could be rounded or partly included. */
function checkQuantitySteps({ price, conversion, allowance }: Charge, object: JsonObject): void {
  if (price.pricing.takes !== 'transactions') return;
  const refused =
    conversion?.rounding !== undefined
      ? 'conversion'
      : allowance === undefined
        ? undefined
        : 'allowance';
  if (refused === undefined) return;
  const message = 'This price looks at each transaction by itself; use its free parts instead.';
  throw new PricingError('rater/option-not-supported', message, object.pathOf(refused));
}
