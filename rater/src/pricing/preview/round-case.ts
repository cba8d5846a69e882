import { formatRoundedTo, roundingModes, roundTo } from '../../money/index.ts';
import type { CaseKind } from './case-kind.ts';
import { readPrecision } from './read-precision.ts';

/** One rounding. */
export const roundCase: CaseKind = (input) => {
  const amount = input.decimal('amount');
  const precision = readPrecision(input);
  const mode = input.choiceOr('mode', roundingModes, 'half_away_from_zero');
  input.finish();
  return { amount: formatRoundedTo(roundTo(amount, precision, mode), precision) };
};
