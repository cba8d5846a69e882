/**
 * Rates one charge: of one quantity, several, the cumulative quantities of a period's billing runs, a list of events, or
 * transactions.
 */
import { formatMoney, moneyOf, toMoney, type Money, type Rational } from '../../money/index.ts';
import { shareOf } from '../adjustments/proration.ts';
import { parseCharge, type Charge } from '../charge.ts';
import type { JsonObject } from '../input/json-object.ts';
import { PricingError } from '../input/pricing-error.ts';
import { readService, readTimeZone } from '../input/read-period.ts';
import { billRuns } from '../progressive.ts';
import { rateCharge } from '../rate-charge.ts';
import { billedTotal, minorUnitsOfCharge } from '../rating.ts';
import { caseItemsMax, type CaseKind } from './case-kind.ts';
import type { CaseTerms } from './case-terms.ts';
import { rateEvents } from './event-usage.ts';
import { usageOfQuantity, usageOfTransactions, type Dimensions } from './given-usage.ts';
import { atPath } from './usage-path.ts';
import { written } from './written-rating.ts';

export const chargeCase: CaseKind = (input) => {
  const charge = parseCharge(input.raw('charge'), { rules: input.rules, path: 'charge' });
  const terms = readTerms(input, charge);
  return forms[formOf(input, charge)](input, terms);
};

/** Lines that the results of one case may have in all: many quantities times many tiers would fill the memory. */
const resultLinesMax = 500_000;
/** A price of transactions folds all of them again for every run. */
const snapshotsMax = 1000;

type Form = 'none' | 'quantity' | 'quantities' | 'snapshots' | 'events' | 'transactions';

const forms: Readonly<Record<Form, (input: JsonObject, terms: CaseTerms) => object>> = {
  none: (input, terms) => {
    input.finish();
    return written(terms.rate({ takes: 'quantity', quantity: null }, true));
  },
  quantity: (input, terms) => {
    const quantity = input.decimal('quantity');
    input.finish();
    return written(terms.rate(usageOfQuantity(terms.charge, quantity, terms.dimensions), true));
  },
  quantities: rateQuantities,
  snapshots: rateSnapshots,
  events: rateEvents,
  transactions: rateTransactions,
};

function formOf(input: JsonObject, charge: Charge): Form {
  const given = (Object.keys(forms) as Form[]).filter((form) => input.has(form));
  const [form, other] = given;
  if (other !== undefined) {
    const message = `Give one of: ${given.join(', ')}.`;
    throw new PricingError('rater/conflicting-fields', message, other);
  }
  if (form !== undefined) return form;
  if (!charge.price.pricing.usesQuantity) return 'none';
  throw new PricingError('rater/usage-required', 'The case has no usage to rate.', 'quantity');
}

function readTerms(input: JsonObject, charge: Charge): CaseTerms {
  const time = readService(input);
  const share = shareOf(charge.proration, { ...time, timeZone: readTimeZone(input) });
  return {
    charge,
    period: time.period,
    dimensions: readDimensions(input),
    rate: (usage, final) =>
      rateCharge({ charge, share, final, onReject: final ? 'throw' : 'zero', usage }),
  };
}

function readDimensions(input: JsonObject): Dimensions {
  const object = input.optionalObject('dimensions');
  if (object === undefined) return {};
  return Object.fromEntries(object.names().map((name) => [name, object.text(name)]));
}

function rateQuantities(input: JsonObject, { charge, dimensions, rate }: CaseTerms): object {
  const quantities = input.decimals('quantities', caseItemsMax);
  input.finish();
  let lines = 0;
  const results = quantities.map((quantity, index) =>
    atPath(`quantities[${index}]`, () => {
      const rating = rate(usageOfQuantity(charge, quantity, dimensions), true);
      lines += rating.lines.length;
      if (lines > resultLinesMax) {
        const message = `The results have more than ${resultLinesMax} lines; give fewer quantities.`;
        throw new PricingError('rater/too-many-items', message, 'quantities');
      }
      return written(rating);
    }),
  );
  return { currency: charge.price.currency, results };
}

function rateTransactions(input: JsonObject, { charge, dimensions, rate }: CaseTerms): object {
  const values = input.objects('transactions', caseItemsMax).map((transaction) => {
    const value = transaction.decimal('value');
    transaction.finish();
    return value;
  });
  input.finish();
  return atPath('transactions', () =>
    written(rate(usageOfTransactions(charge, values, dimensions), true)),
  );
}

/** Cumulative quantities of one period's runs; to a price of transactions each step from one to the next is one. */
function rateSnapshots(input: JsonObject, { charge, dimensions, rate }: CaseTerms): object {
  const snapshots = input.decimals('snapshots', snapshotsMax);
  const open = input.boolean('open', false);
  const thresholds = input.has('thresholds')
    ? input.decimals('thresholds', caseItemsMax, { sign: 'not-negative' })
    : undefined;
  input.finish();
  if (snapshots.length === 0) {
    throw new PricingError('rater/empty-list', 'At least one snapshot is needed.', 'snapshots');
  }
  const minorUnits = minorUnitsOfCharge(charge);
  const money = (amount: Rational): Money => toMoney(amount, minorUnits, charge.price.roundMode);
  const steps = snapshots.map((snapshot, run) =>
    run === 0 ? snapshot : snapshot.minus(snapshots[run - 1] ?? snapshot),
  );
  const ratings = snapshots.map((_, run) =>
    atPath(`snapshots[${run}]`, () => {
      const soFar = steps.slice(0, run + 1).filter((step) => !step.isZero);
      const usage = usageOfTransactions(charge, soFar, dimensions);
      return rate(usage, run === snapshots.length - 1 && !open);
    }),
  );
  const deltas = billRuns({
    cumulative: ratings.map(({ lines }) => money(billedTotal(lines))),
    closes: !open,
    ...(thresholds !== undefined && {
      // Cumulative amounts are whole minor units: what reaches a finer threshold is the next unit above it.
      thresholds: thresholds.map((threshold) => moneyOf(threshold.toScaled(minorUnits, 'up'))),
    }),
  });
  const last = ratings.at(-1);
  return {
    ...(last !== undefined && written(last)),
    deltas: deltas.map((delta) => formatMoney(delta, minorUnits)),
  };
}
