import { Rational } from '../../money/index.ts';
import type { PriceModel } from './price-model.ts';

/**
 * `amount`, whatever the usage. State: none. Prorated by the share of the period in service.
 * Example: 5.00 is 5.00 with 0 and with 1,000 units; 15 of 30 days in service make it 2.50.
 */
export const flat: PriceModel = {
  read: (price) => {
    const amount = price.decimal('amount', { sign: 'not-negative' });
    return {
      takes: 'quantity',
      usesQuantity: false,
      rate: (_quantity, share) => [
        { kind: 'amount', flatAmount: amount, exact: amount.times(share.flat) },
      ],
      curve: {
        atZero: amount,
        pieces: [{ upTo: null, slope: Rational.zero, intercept: amount }],
        creditSlope: Rational.zero,
      },
    };
  },
};
