import { prorationBases } from '../../calendar/proration.ts';
import { formatMoney, minorUnitsOf, moneyOf } from '../../money/index.ts';
import { readInstant, readPeriod, readTimeZone } from '../input/read-period.ts';
import { changeLines } from '../plan-change.ts';
import type { CaseKind } from './case-kind.ts';

/** The lines of a plan change inside a period. */
export const changeCase: CaseKind = (input) => {
  const minorUnits = minorUnitsOf(input.currency()) ?? 2;
  const change = {
    before: input.decimal('before', { sign: 'not-negative' }),
    after: input.decimal('after', { sign: 'not-negative' }),
    basis: input.choiceOr('basis', prorationBases, 'second'),
    at: readInstant(input, 'at'),
    period: readPeriod(input, 'period'),
    timeZone: readTimeZone(input),
    newPeriod: input.boolean('newPeriod', false),
    minorUnits,
  };
  input.finish();
  const lines = changeLines(change);
  const sum = lines.reduce((total, { amount }) => total + amount, 0n);
  return {
    lines: lines.map(({ kind, amount }) => ({ kind, amount: formatMoney(amount, minorUnits) })),
    amount: formatMoney(moneyOf(sum), minorUnits),
  };
};
