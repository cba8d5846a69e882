/** How a charge is prorated when it is in service for a part of its period only. */
import { prorationBases, serviceFraction, type ProrationBasis } from '../../calendar/proration.ts';
import { Rational } from '../../money/index.ts';
import type { RateOptions } from '../charge-rater.ts';
import type { JsonObject } from '../input/json-object.ts';

export interface Proration {
  readonly basis: ProrationBasis;
  /** Whether the bounds of tiers shrink with the service as well. */
  readonly tierBounds: boolean;
}

/** The part of the period in service, for what is always prorated and for the bounds of tiers. */
export interface Share {
  readonly flat: Rational;
  readonly tierBounds: Rational;
}

const fullShare: Share = { flat: Rational.one, tierBounds: Rational.one };

/** Reads `{ "basis": "day", "tierBounds": true }`; absent is by the second, without tier bounds. */
export function readProration(charge: JsonObject): Proration {
  const object = charge.optionalObject('proration');
  if (object === undefined) return { basis: 'second', tierBounds: false };
  const proration: Proration = {
    basis: object.choiceOr('basis', prorationBases, 'second'),
    tierBounds: object.boolean('tierBounds', false),
  };
  object.finish();
  return proration;
}

/** What of a rating says how long the service was. */
export type ServiceTime = {
  readonly [Name in 'period' | 'service' | 'timeZone']?: RateOptions[Name] | undefined;
};

/** The share of the period in service, exact. Without a `service` it is the whole. */
export function shareOf(proration: Proration, options: ServiceTime): Share {
  const { service, period, timeZone } = options;
  if (service === undefined || period === undefined) return fullShare;
  const fraction = serviceFraction({ basis: proration.basis, service, period, timeZone });
  return { flat: fraction, tierBounds: proration.tierBounds ? fraction : Rational.one };
}
