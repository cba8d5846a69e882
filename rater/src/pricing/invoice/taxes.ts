import { moneyOf, Rational, sumOf, type Money } from '../../money/index.ts';
import { leftOf, type InvoiceDraft, type InvoiceLine } from './invoice-line.ts';

export interface Tax {
  readonly percent: Rational;
  /** The lines' amounts contain it; otherwise it comes on top. */
  readonly inclusive: boolean;
}

const hundred = Rational.of(100n);

/**
 * Taxes what is left of each line, one rounding (half away from zero) a line and tax. Inclusive taxes are taken out of the
 * line together, and exclusive ones are of what remains. Example: 19 percent on 84.03 adds 15.97; contained in 100.00 it is
 * 15.97 as well.
 */
export function addTaxes(draft: InvoiceDraft, taxes: readonly Tax[]): InvoiceDraft {
  const inclusive = taxes.filter((tax) => tax.inclusive);
  const exclusive = taxes.filter((tax) => !tax.inclusive);
  const containedShare = sumOf(inclusive.map(({ percent }) => percent)).plus(hundred);
  let exclusiveTax = 0n;
  const lines = draft.lines.map((line) => {
    const net = Rational.of(leftOf(line)).times(hundred).dividedBy(containedShare);
    const contained = taxOf(net, inclusive);
    const onTop = taxOf(net, exclusive);
    exclusiveTax += onTop;
    return withTax(line, contained + onTop);
  });
  return { ...draft, lines, exclusiveTax: moneyOf(exclusiveTax) };
}

function taxOf(net: Rational, taxes: readonly Tax[]): bigint {
  return taxes.reduce(
    (sum, { percent }) =>
      sum + net.times(percent).dividedBy(hundred).toInteger('half_away_from_zero'),
    0n,
  );
}

function withTax(line: InvoiceLine, tax: bigint): InvoiceLine & { readonly tax: Money } {
  return { ...line, tax: moneyOf(tax) };
}
