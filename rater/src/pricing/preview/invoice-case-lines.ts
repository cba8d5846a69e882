import {
  fromMoney,
  moneyOf,
  Rational,
  roundToTotal,
  toMoney,
  type Money,
} from '../../money/index.ts';
import { readProration, shareOf, type Proration, type Share } from '../adjustments/proration.ts';
import { parseCharge, type Charge } from '../charge.ts';
import type { JsonObject } from '../input/json-object.ts';
import { PricingError } from '../input/pricing-error.ts';
import { readService } from '../input/read-period.ts';
import type { ChargeLine } from '../invoice/invoice.ts';
import { rateCharge } from '../rate-charge.ts';
import { billedTotal, minorUnitsOfCharge, type RatingLine, unroundedTotal } from '../rating.ts';
import { usageOfQuantity } from './given-usage.ts';
import { atPath } from './usage-path.ts';

export interface LineContext {
  readonly currency: string;
  readonly minorUnits: number;
  /** Of the case; a line of its own may have another. */
  readonly proration: Proration;
  readonly timeZone: string | undefined;
}

/** A line with an `amount`, or a charge rated here: its line, and its true-up as a line of its own with the same key. */
export function readInvoiceLines(line: JsonObject, context: LineContext): ChargeLine[] {
  if (line.has('amount') === line.has('charge')) {
    const message = 'A line has either an amount or a charge.';
    const code = line.has('amount') ? 'rater/conflicting-fields' : 'rater/missing-field';
    throw new PricingError(code, message, line.pathOf('amount'));
  }
  return line.has('amount') ? [readAmountLine(line, context)] : rateLine(line, context);
}

function readAmountLine(line: JsonObject, context: LineContext): ChargeLine {
  const key = line.text('key');
  const kind = line.optionalText('kind') ?? 'flat';
  const amount = line.decimal('amount');
  const proration = line.has('proration') ? readProration(line) : context.proration;
  const share = readShare(line, proration, context);
  line.finish();
  return {
    key,
    kind,
    amount: toMoney(amount.times(share.flat), context.minorUnits, 'half_away_from_zero'),
  };
}

function rateLine(line: JsonObject, context: LineContext): ChargeLine[] {
  const charge = parseCharge(line.raw('charge'), {
    rules: line.rules,
    path: line.pathOf('charge'),
  });
  const key = line.optionalText('key') ?? charge.key;
  if (charge.price.currency !== context.currency) {
    const message = 'The charge is in another currency than the invoice.';
    throw new PricingError(
      'rater/currency-mismatch',
      message,
      `${line.pathOf('charge')}.price.currency`,
    );
  }
  const isFlat = !charge.price.pricing.usesQuantity;
  const quantity = isFlat && !line.has('quantity') ? Rational.zero : line.decimal('quantity');
  const share = readShare(line, charge.proration, context);
  line.finish();
  const usage = usageOfQuantity(charge, quantity, {});
  const { lines } = atPath(line.pathOf('quantity'), () =>
    rateCharge({ charge, share, final: true, onReject: 'throw', usage }),
  );
  const isTrueUp = ({ kind }: RatingLine): boolean => kind === 'minimum_true_up';
  const trueUps = lines.filter(isTrueUp);
  const rated = lines.filter((each) => !isTrueUp(each));
  const amounts = splitAmounts([rated, ...trueUps.map((trueUp) => [trueUp])], charge);
  const own: ChargeLine = {
    key,
    kind: isFlat ? 'flat' : 'usage',
    amount: amounts[0] ?? moneyOf(0n),
  };
  // A charge has its line also at zero; a true-up that rounds to nothing has none.
  const missing = amounts.slice(1).filter((amount) => amount !== 0n);
  return [own, ...missing.map((amount): ChargeLine => ({ key, kind: 'minimum_true_up', amount }))];
}

/**
 * What each invoice line of the charge shows. They are parts of one rounded amount, split over the lines' own exact sums:
 * a cent that the tiers inside a line are rounded by must not move to its true-up.
 */
function splitAmounts(parts: readonly (readonly RatingLine[])[], charge: Charge): Money[] {
  const minorUnits = minorUnitsOfCharge(charge);
  const total = toMoney(billedTotal(parts.flat()), minorUnits, 'down');
  const unit = fromMoney(moneyOf(1n), minorUnits);
  return roundToTotal(
    parts.map((part) => unroundedTotal(part).dividedBy(unit)),
    total,
  );
}

function readShare(line: JsonObject, proration: Proration, { timeZone }: LineContext): Share {
  return shareOf(proration, { ...readService(line), timeZone });
}
