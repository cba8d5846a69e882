import { formatMoney, minorUnitsOf, toMoney, type Rational } from '../../money/index.ts';
import { creditableAmount } from '../credit-note.ts';
import type { CaseKind } from './case-kind.ts';

/** How much of what is asked a credit note may give back. */
export const creditNoteCase: CaseKind = (input) => {
  const minorUnits = minorUnitsOf(input.currency()) ?? 2;
  const money = (amount: Rational) => toMoney(amount, minorUnits, 'half_away_from_zero');
  const paid = money(input.decimal('paid', { sign: 'not-negative' }));
  const credited = money(input.decimal('credited', { sign: 'not-negative' }));
  // Less than nothing is asked where other adjustments have taken it already: then there is nothing to give back.
  const asked = money(input.decimal('amount'));
  input.finish();
  return { amount: formatMoney(creditableAmount({ paid, credited, asked }), minorUnits) };
};
