import { formatRational, quantityScale, Rational } from '../../money/index.ts';
import { subtractAllowance } from '../adjustments/allowance.ts';
import { convert, readConversion } from '../adjustments/conversion.ts';
import type { CaseKind } from './case-kind.ts';

/** What `quantity` adds to the billable quantity after `prior`: billable(prior + quantity) - billable(prior). */
export const convertCase: CaseKind = (input) => {
  input.object('conversion');
  const conversion = readConversion(input, 'conversion');
  const allowance = input.optionalDecimal('allowance', { sign: 'not-negative' });
  const prior = input.optionalDecimal('prior') ?? Rational.zero;
  const quantity = input.decimal('quantity');
  input.finish();
  const billable = (raw: Rational): Rational =>
    subtractAllowance(convert(raw, conversion), allowance);
  return {
    quantity: formatRational(billable(prior.plus(quantity)).minus(billable(prior)), quantityScale),
  };
};
