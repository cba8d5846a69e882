import { formatMoney, minorUnitsOf, toMoney } from '../../money/index.ts';
import { creditableAmount } from '../credit-note.ts';
import type { CaseKind } from './case-kind.ts';

/** How much of what is asked a credit note may give back. */
export const creditNoteCase: CaseKind = (input) => {
  const minorUnits = minorUnitsOf(input.currency()) ?? 2;
  const money = (field: string) =>
    toMoney(input.decimal(field, { sign: 'not-negative' }), minorUnits, 'half_away_from_zero');
  const [paid, credited, asked] = [money('paid'), money('credited'), money('amount')];
  input.finish();
  return { amount: formatMoney(creditableAmount({ paid, credited, asked }), minorUnits) };
};
