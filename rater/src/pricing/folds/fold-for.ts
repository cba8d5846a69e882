import { compileMeter } from '../../meters/compile-meter.ts';
import type { Meter } from '../../meters/meter.ts';
import { Rational } from '../../money/index.ts';
import type { Charge } from '../charge.ts';
import type { CellPricing, ModelPricing } from '../models/price-model.ts';
import type { Usage } from '../usage.ts';
import { amountFold } from './amount-fold.ts';
import { cellFold } from './cell-fold.ts';
import { countAndSumFold, quantityFold } from './metered-fold.ts';
import { transactionFold } from './transaction-fold.ts';
import type { UsageFold } from './usage-fold.ts';

/**
 * The fold that a charge needs on its meter.
 *
 * @throws PricingError when price and meter do not go together.
 */
export function foldFor(charge: Charge, meter: Meter): UsageFold<unknown, Usage> {
  const { pricing } = charge.price;
  const conversion = charge.conversion?.multiplier ?? Rational.one;
  return pricing.takes === 'cells'
    ? erased(cellFold(pricing, (cell) => cellFoldOf(cell.pricing, meter, conversion)))
    : cellFoldOf(pricing, meter, conversion);
}

function cellFoldOf(
  pricing: Exclude<ModelPricing, CellPricing>,
  meter: Meter,
  conversion: Rational,
): UsageFold<unknown> {
  switch (pricing.takes) {
    case 'quantity':
      return quantityFold(meter, compileMeter(meter));
    case 'count-and-sum':
      return countAndSumFold(meter, compileMeter(meter));
    case 'transactions':
      return transactionFold(meter, pricing, conversion);
    case 'amounts':
      return erased(amountFold(meter, compileMeter(meter), pricing));
  }
}

/** Forgets the state's type: a state only ever meets the fold that made it. */
function erased<State, Taken extends Usage>(
  fold: UsageFold<State, Taken>,
): UsageFold<unknown, Taken> {
  return fold;
}
