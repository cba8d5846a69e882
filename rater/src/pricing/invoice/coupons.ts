import { moneyOf, Rational, type Money } from '../../money/index.ts';
import { leftOfAll, spread, type InvoiceDraft, type InvoiceLine } from './invoice-line.ts';

/** A discount on the invoice, for all lines or those with the keys named. */
export type Coupon = (
  | { readonly percent: Rational; readonly amount?: never }
  | { readonly amount: Money; readonly percent?: never }
) & { readonly lines?: readonly string[] | undefined };

const hundred = Rational.of(100n);

/**
 * Each coupon takes from what the ones before it left, and at most that. A percentage is rounded once (half away from
 * zero), then spread over its lines. Example: 10 percent of lines 0.33, 0.33 and 0.34 takes 0.10, spread 0.03, 0.03, 0.04.
 */
export function applyCoupons(draft: InvoiceDraft, coupons: readonly Coupon[]): InvoiceDraft {
  return coupons.reduce(applyCoupon, draft);
}

function applyCoupon(draft: InvoiceDraft, coupon: Coupon): InvoiceDraft {
  const takes = (line: InvoiceLine): boolean => coupon.lines?.includes(line.key) ?? true;
  const named = leftOfAll(draft.lines.filter(takes));
  const all = leftOfAll(draft.lines);
  const most = named < all ? named : all;
  const asked = coupon.percent === undefined ? coupon.amount : percentOf(named, coupon.percent);
  const parts = spread(draft.lines, asked < most ? asked : most, takes);
  const lines = draft.lines.map((line, index) => ({
    ...line,
    discount: moneyOf(line.discount + (parts[index] ?? 0n)),
  }));
  return { ...draft, lines };
}

function percentOf(base: bigint, percent: Rational): bigint {
  return Rational.of(base).times(percent).dividedBy(hundred).toInteger('half_away_from_zero');
}
