import { Rational } from '../../money/index.ts';
import type { PriceModel } from './price-model.ts';

/**
 * The sum of the amount that each event carries, times `multiplier` (default 1). State: the meter's and the sum of the
 * amounts. Example: events with amounts 1.25 and 0.40 and a multiplier of 1.2 are 1.98. As OpenMeter and Lago `dynamic`.
 */
export const dynamic: PriceModel = {
  read: (price) => {
    const multiplier =
      price.optionalDecimal('multiplier', { sign: 'not-negative' }) ?? Rational.one;
    const amountProperty = price.rules.namesOptional
      ? price.optionalText('amountProperty')
      : price.text('amountProperty');
    return {
      takes: 'amounts',
      usesQuantity: true,
      amountProperty,
      rate: (amount) => [
        {
          kind: 'amount',
          quantity: amount,
          unitAmount: multiplier,
          exact: amount.times(multiplier),
        },
      ],
    };
  },
};
