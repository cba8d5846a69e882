import { exactAmountScale, formatRational, quantityScale } from '../../money/index.ts';
import { ratedCharge, type NumberFormat } from '../rated-charge.ts';
import type { Rating } from '../rating.ts';

/** In full: only an endless fraction is cut, at the stored scales. */
export const previewFormat: NumberFormat = {
  quantity: (value) => formatRational(value, quantityScale),
  exactAmount: (value) => formatRational(value, exactAmountScale),
};

/** A rating as the preview shows it: lines of the model have no `kind`. */
export function written(rating: Rating): object {
  const { amount, exactAmount, currency, lines } = ratedCharge(null, rating, previewFormat);
  return {
    amount,
    exactAmount,
    currency,
    lines: lines.map(({ kind, ...line }) =>
      kind === 'tier' || kind === 'amount' ? line : { kind, ...line },
    ),
  };
}
