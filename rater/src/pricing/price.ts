/** A price: one model with the options that all models share. */
import { roundingModes, type RoundingMode } from '../money/index.ts';
import type { JsonObject } from './input/json-object.ts';
import { PricingError } from './input/pricing-error.ts';
import type { ModelPricing } from './models/price-model.ts';
import { priceModels } from './models/registry.ts';

export interface Price {
  /** A name of the registry, such as `graduated`. */
  readonly model: string;
  readonly currency: string;
  /** `line`: one rounding an invoice line. `tier`: every tier line by itself. */
  readonly roundAt: 'line' | 'tier';
  readonly roundMode: RoundingMode;
  /** What a total below zero means. */
  readonly negative: 'zero' | 'credit' | 'reject';
  readonly pricing: ModelPricing;
}

/** What a tenant sets for all its prices that say nothing else. */
export interface PriceDefaults {
  readonly roundAt: Price['roundAt'];
  readonly roundMode: RoundingMode;
}

export const standardDefaults: PriceDefaults = {
  roundAt: 'line',
  roundMode: 'half_away_from_zero',
};

export function readPrice(object: JsonObject, defaults: PriceDefaults): Price {
  const price: Price = { currency: object.currency(), ...readModel(object, defaults) };
  object.finish();
  return price;
}

/** Everything of a price but its currency. A price inside it rounds as it does, unless it says otherwise. */
function readModel(object: JsonObject, defaults: PriceDefaults): Omit<Price, 'currency'> {
  const name = object.text('model');
  const model = Object.hasOwn(priceModels, name) ? priceModels[name] : undefined;
  if (model === undefined) {
    const message = `The model must be one of: ${Object.keys(priceModels).join(', ')}.`;
    throw new PricingError('rater/unknown-price-model', message, object.pathOf('model'));
  }
  const rounding: PriceDefaults = {
    roundAt: object.choiceOr('roundAt', ['line', 'tier'], defaults.roundAt),
    roundMode: object.choiceOr('roundMode', roundingModes, defaults.roundMode),
  };
  const zeroUsage = ['charged', 'not_charged'] as const;
  const options = {
    zeroUsageFirstTierFlat: object.choiceOr('zeroUsageFirstTierFlat', zeroUsage, 'charged'),
  };
  return {
    model: name,
    negative: object.choiceOr('negative', ['zero', 'credit', 'reject'], 'zero'),
    ...rounding,
    pricing: model.read(object, options, (inner) => readModel(inner, rounding)),
  };
}
