/**
 * Charge and meter as one `ChargeRater`: folds events into the smallest state that decides the amount, and prices it.
 */
import { compileFilter } from '../meters/filter.ts';
import type { CountAndSum } from '../meters/count-and-sum.ts';
import type { Meter } from '../meters/meter.ts';
import { exactAmountOf, exactAmountScale, quantityOf, quantityScale } from '../money/index.ts';
import { shareOf } from './adjustments/proration.ts';
import type { ChargeRater, RateOptions } from './charge-rater.ts';
import type { Charge } from './charge.ts';
import { compileFastAmount, type FastAmount } from './fast-amount.ts';
import { foldFor } from './folds/fold-for.ts';
import { noUsageFold } from './folds/no-usage-fold.ts';
import type { UsageFold } from './folds/usage-fold.ts';
import { JsonObject, previewRules } from './input/json-object.ts';
import { PricingError } from './input/pricing-error.ts';
import { withPlainUsage } from './plain-usage.ts';
import { rateCharge, traceCharge } from './rate-charge.ts';
import { ratedCharge, ratingSteps } from './rated-charge.ts';
import { exactTotal, type Rating } from './rating.ts';
import type { Usage } from './usage.ts';

/**
 * Compiles a charge with its meter (`null` only for a flat charge without one).
 *
 * @throws PricingError when charge and meter do not go together.
 */
export function compileCharge(charge: Charge, meter: Meter | null): ChargeRater {
  if (meter === null) {
    if (charge.price.pricing.usesQuantity) {
      throw new PricingError('rater/meter-required', 'A charge on usage needs its meter.', 'meter');
    }
    return createRater(charge, noUsageFold, undefined);
  }
  checkDimensions(charge, meter);
  const rater = createRater(charge, foldFor(charge, meter), compileFastAmount(charge, meter));
  return withPlainUsage(rater, charge, meter);
}

function createRater(
  charge: Charge,
  fold: UsageFold<unknown, Usage>,
  fastAmount: FastAmount | undefined,
): ChargeRater {
  const passes = compileFilter(charge.filter);
  const facts = (state: unknown, options: RateOptions, onReject: Rating['onReject']) => ({
    charge,
    share: shareOf(charge.proration, options),
    final: options.final ?? true,
    onReject: options.final === false ? 'zero' : onReject,
    usage: fold.usage(state),
  });
  const rate = (state: unknown, options: RateOptions, onReject: Rating['onReject']): Rating =>
    rateCharge(facts(state, options, onReject));
  return {
    mode: fold.mode,
    aggregate: fold.aggregate,
    numberProperties: fold.numberProperties,
    empty: (period, carried) => fold.empty(period, carried),
    add: (state, sample) =>
      passes === null || passes(sample) ? fold.add(state, sample) : 'unmatched',
    addTotals: (state, count, sum) => {
      const totals = state as CountAndSum;
      totals.count += count;
      totals.sum += sum;
    },
    merge: (state, other) => fold.merge(state, other),
    carryOut: (state) => fold.carryOut(state),
    encode: (state) => JSON.stringify(fold.encode(state)),
    decode: (text) => fold.decode(JsonObject.read(JSON.parse(text), '', previewRules)),
    quantity: (state) => {
      const quantity = fold.quantity(state);
      return quantity === null ? null : quantityOf(quantity.toScaled(quantityScale, 'half_even'));
    },
    exactAmount: (state, options) => {
      if (fastAmount !== undefined && options.service === undefined && options.final !== false) {
        const totals = state as CountAndSum;
        if (totals.rest.isZero) return exactAmountOf(fastAmount(totals));
      }
      const { lines } = rate(state, options, 'zero');
      return exactAmountOf(exactTotal(lines).toScaled(exactAmountScale, 'half_even'));
    },
    rate: (state, options) => ratedCharge(fold.quantity(state), rate(state, options, 'throw')),
    explain: (state, options) =>
      ratingSteps(fold.quantity(state), traceCharge(facts(state, options, 'throw'))),
  };
}

/** Filters and matrices look at declared dimensions only; where a price is tried out nothing needs to be declared. */
function checkDimensions(charge: Charge, meter: Meter): void {
  if (meter.key === '' && meter.dimensions.length === 0) return;
  const { pricing } = charge.price;
  const used = [
    ...Object.keys(charge.filter).map((name) => ({ name, path: `filter.${name}` })),
    ...(pricing.takes === 'cells' ? pricing.dimensions : []).map((name) => ({
      name,
      path: 'price.dimensions',
    })),
  ];
  for (const { name, path } of used) {
    if (meter.dimensions.includes(name)) continue;
    throw new PricingError('rater/unknown-dimension', `The meter has no dimension ${name}.`, path);
  }
}
