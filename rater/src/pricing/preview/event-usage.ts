import { compileMeter } from '../../meters/compile-meter.ts';
import { compileFilter } from '../../meters/filter.ts';
import { parseMeter } from '../../meters/meter.ts';
import { foldFor } from '../folds/fold-for.ts';
import type { JsonObject } from '../input/json-object.ts';
import { PricingError } from '../input/pricing-error.ts';
import type { CaseTerms } from './case-terms.ts';
import { carriedFields, readCarried } from './meter-case.ts';
import { readEvents } from './read-events.ts';
import { previewFormat, written } from './written-rating.ts';

/** Measures events with the case's meter and rates what it measured. */
export function rateEvents(input: JsonObject, { charge, period, rate }: CaseTerms): object {
  const meter = parseMeter(input.raw('meter'), input.rules, 'meter');
  if (period === undefined) {
    throw new PricingError('rater/period-required', 'Events need a period.', 'period');
  }
  const carried = readCarried(input, meter.aggregation);
  const fold = foldFor(charge, meter);
  const events = readEvents(input, { meter, period, numberProperties: fold.numberProperties });
  input.finish();
  const passes = compileFilter(charge.filter);
  const state = fold.empty(period, carried);
  // What the meter says, whatever the price does with it: the cells of a matrix each see a part of the events only.
  const metered = compileMeter(meter);
  const meteredState = metered.empty(period, carried);
  for (const sample of events.samples) {
    if (passes?.(sample) === false) continue;
    metered.add(meteredState, sample);
    fold.add(state, sample);
  }
  const quantity = metered.quantity(meteredState);
  return {
    quantity: quantity === null ? null : previewFormat.quantity(quantity),
    ...written(rate(fold.usage(state), true)),
    ...carriedFields(fold.carryOut(state)),
    rejected: events.rejected,
  };
}
