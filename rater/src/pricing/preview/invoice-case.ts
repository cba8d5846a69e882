/** A whole invoice from lines, plan commitments, coupons, credits and taxes. */
import type { Rational } from '../../money/index.ts';
import { formatMoney, minorUnitsOf, toMoney, type Money } from '../../money/index.ts';
import { readProration, shareOf } from '../adjustments/proration.ts';
import type { JsonObject } from '../input/json-object.ts';
import { PricingError } from '../input/pricing-error.ts';
import { readService, readTimeZone } from '../input/read-period.ts';
import type { Coupon } from '../invoice/coupons.ts';
import { createInvoice } from '../invoice/invoice.ts';
import type { Tax } from '../invoice/taxes.ts';
import type { CaseKind } from './case-kind.ts';
import { readInvoiceLines } from './invoice-case-lines.ts';

const linesMax = 10_000;
const listMax = 1000;
/** Each coupon, credit and tax goes over all lines. */
const stepsMax = 2_000_000;

export const invoiceCase: CaseKind = (input) => {
  const currency = input.currency();
  const minorUnits = minorUnitsOf(currency) ?? 2;
  const timeZone = readTimeZone(input);
  const proration = readProration(input);
  const share = shareOf(proration, { ...readService(input), timeZone }).flat;
  const money = (amount: Rational): Money => toMoney(amount, minorUnits, 'half_away_from_zero');
  const minimum = input.optionalDecimal('minimum', { sign: 'not-negative' });
  const maximum = input.optionalDecimal('maximum', { sign: 'not-negative' });
  if (minimum !== undefined && maximum?.isBelow(minimum) === true) {
    throw new PricingError(
      'rater/minimum-above-maximum',
      'The minimum is above the maximum.',
      'minimum',
    );
  }
  const lines = input
    .objects('lines', linesMax)
    .flatMap((line) => readInvoiceLines(line, { currency, minorUnits, proration, timeZone }));
  const coupons = input
    .optionalObjects('coupons', listMax)
    .map((coupon) => readCoupon(coupon, money));
  const credits = input
    .optionalObjects('credits', listMax)
    .map((credit) => readCredit(credit, money));
  const taxes = input.optionalObjects('tax', listMax).map(readTax);
  input.finish();
  if (lines.length * (coupons.length + credits.length + taxes.length) > stepsMax) {
    const message = `Lines times coupons, credits and taxes are more than ${stepsMax}.`;
    throw new PricingError('rater/too-many-items', message, 'lines');
  }
  const invoice = createInvoice({
    lines,
    ...(minimum !== undefined && { minimum: money(minimum.times(share)) }),
    ...(maximum !== undefined && { maximum: money(maximum.times(share)) }),
    coupons,
    credits,
    taxes,
  });
  const written = (amount: Money): string => formatMoney(amount, minorUnits);
  return {
    currency,
    lines: invoice.lines.map(({ key, kind, amount, discount, credit, tax }) => ({
      key,
      kind,
      amount: written(amount),
      discount: written(discount),
      credit: written(credit),
      tax: written(tax),
    })),
    subtotal: written(invoice.subtotal),
    discountTotal: written(invoice.discountTotal),
    creditTotal: written(invoice.creditTotal),
    taxTotal: written(invoice.taxTotal),
    total: written(invoice.total),
    amountDue: written(invoice.amountDue),
    ...(credits.length > 0 && {
      usedCredits: invoice.usedCredits.map(({ id, amount }) => ({ id, amount: written(amount) })),
    }),
  };
};

function readCoupon(coupon: JsonObject, money: (amount: Rational) => Money): Coupon {
  coupon.optionalText('id');
  coupon.optionalText('key');
  const lines = coupon.has('lines') ? coupon.texts('lines', listMax) : undefined;
  if (coupon.has('percent') && coupon.has('amount')) {
    const message = 'A coupon is either a percent or an amount.';
    throw new PricingError('rater/conflicting-fields', message, coupon.path);
  }
  const read: Coupon = coupon.has('amount')
    ? { amount: money(coupon.decimal('amount', { sign: 'not-negative' })), lines }
    : { percent: coupon.decimal('percent', { sign: 'not-negative' }), lines };
  coupon.finish();
  return read;
}

function readCredit(credit: JsonObject, money: (amount: Rational) => Money) {
  const read = {
    id: credit.optionalText('id') ?? '',
    amount: money(credit.decimal('amount', { sign: 'not-negative' })),
  };
  credit.finish();
  return read;
}

function readTax(tax: JsonObject): Tax {
  tax.optionalText('name');
  const read = {
    percent: tax.decimal('percent', { sign: 'not-negative' }),
    inclusive: tax.boolean('inclusive', false),
  };
  tax.finish();
  return read;
}
