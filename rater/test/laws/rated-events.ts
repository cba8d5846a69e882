// Random charges with their meters and events, ready to be folded: what the laws of a charge's state are tried on.
import fc from 'fast-check';
import { parseInstant } from '@tidemark/platform/clock';
import { parseMeter } from '../../src/meters/meter.ts';
import type { ChargeRater, RatingPeriod, UsageSample } from '../../src/pricing/charge-rater.ts';
import { parseCharge } from '../../src/pricing/charge.ts';
import { compileCharge } from '../../src/pricing/compile-charge.ts';
import { previewRules as rules } from '../../src/pricing/input/json-object.ts';
import { sampleOf } from '../../src/pricing/preview/json-sample.ts';
import { chargeArb } from '../oracle/arbitrary-charges.ts';
import {
  eventsChargeCaseArb,
  eventTransactionsCaseArb,
  matrixCaseArb,
} from '../oracle/arbitrary-meters.ts';
import { quantityForArb, quantityPriceArb } from '../oracle/arbitrary-prices.ts';
import type { ChargeCase } from '../oracle/case-types.ts';

export interface RatedEvents {
  readonly rater: ChargeRater;
  readonly period: RatingPeriod;
  /** In order of time. */
  readonly samples: readonly UsageSample[];
}

const instant = (text: string): number => parseInstant(text) ?? NaN;

function ratedEvents({ charge, meter, events = [], period }: ChargeCase): RatedEvents {
  const { from, to } = period ?? { from: '', to: '' };
  const bounds = { from: instant(from), to: instant(to) };
  const samples = events
    .map(({ time, data = {} }, index) => sampleOf({ time: instant(time), index, properties: data }))
    .filter(({ time }) => time >= bounds.from && time < bounds.to)
    .sort((left, right) => left.time - right.time || left.index - right.index);
  return {
    rater: compileCharge(parseCharge(charge, { rules }), parseMeter(meter, rules)),
    period: bounds,
    samples,
  };
}

/** Every price model, on every meter it goes with. */
export const ratedEventsArb: fc.Arbitrary<RatedEvents> = fc
  .oneof(
    { weight: 3, arbitrary: eventsChargeCaseArb },
    { weight: 2, arbitrary: eventTransactionsCaseArb },
    { weight: 2, arbitrary: matrixCaseArb },
  )
  .map(ratedEvents);

export function foldOf(
  { rater, period }: RatedEvents,
  samples: readonly UsageSample[],
): { readonly state: unknown } {
  const state = rater.empty(period);
  for (const sample of samples) rater.add(state, sample);
  return { state };
}

/** The JSON of a charge with all adjustments, and a quantity that looks for its edges. */
export const chargeAndQuantityArb = chargeArb(
  quantityPriceArb.filter(({ negative }) => negative !== 'reject'),
).chain((charge) =>
  fc.record({ charge: fc.constant(charge), quantity: quantityForArb(charge.price) }),
);
