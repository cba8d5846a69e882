import { prorationBases, serviceFraction } from '../../calendar/proration.ts';
import { formatMoney, minorUnitsOf, toMoney } from '../../money/index.ts';
import { readPeriod, readTimeZone } from '../input/read-period.ts';
import type { CaseKind } from './case-kind.ts';

/** The part of an amount that a service is due for, with the exact fraction in lowest terms. */
export const prorationCase: CaseKind = (input) => {
  const amount = input.decimal('amount');
  const minorUnits = minorUnitsOf(input.currency()) ?? 2;
  const basis = input.choiceOr('basis', prorationBases, 'second');
  const service = readPeriod(input, 'service');
  const period = readPeriod(input, 'period');
  const timeZone = readTimeZone(input);
  input.finish();
  const fraction = serviceFraction({ basis, service, period, timeZone });
  return {
    fraction: {
      numerator: fraction.numerator.toString(),
      denominator: fraction.denominator.toString(),
    },
    amount: formatMoney(
      toMoney(amount.times(fraction), minorUnits, 'half_away_from_zero'),
      minorUnits,
    ),
  };
};
