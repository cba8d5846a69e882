import { Rational } from '../../money/index.ts';
import type { PriceModel } from './price-model.ts';

/**
 * `Q x unitAmount`. State: the total. Example: 12.5 units at 0.04 are 0.50.
 * As Stripe `per_unit`, Lago `standard`, OpenMeter `unit`.
 */
export const perUnit: PriceModel = {
  read: (price) => {
    const unitAmount = price.decimal('unitAmount', { sign: 'not-negative' });
    return {
      takes: 'quantity',
      usesQuantity: true,
      rate: (quantity) => [
        { kind: 'amount', quantity, unitAmount, exact: quantity.times(unitAmount) },
      ],
      curve: {
        atZero: Rational.zero,
        pieces: [{ upTo: null, slope: unitAmount, intercept: Rational.zero }],
        creditSlope: unitAmount,
      },
    };
  },
};
