import { Rational } from '../../money/index.ts';
import { atZero, tierLine } from './graduated.ts';
import type { PricedLine, PriceModel, PriceModelOptions, PricePiece } from './price-model.ts';
import { readTiers, scaleBounds, tierOf, type Bounded } from './tiers.ts';

interface Step extends Bounded {
  readonly flatAmount: Rational;
}

type Mode = 'reached' | 'sum';

/**
 * A fixed amount for the step that the quantity reaches, or with `mode: "sum"` of all steps up to it. State: the total.
 * Example with 10.00 up to 100, 25.00 up to 500, 60.00 after: 120 units are 25.00, or 35.00 summed. As Chargebee and
 * Zuora `stairstep`; `sum` as Stripe graduated tiers that have flat amounts only. A negative quantity credits nothing.
 */
export const stairstep: PriceModel = {
  read: (price, options) => {
    const steps = readTiers(price, (tier) => ({
      flatAmount: tier.decimal('flatAmount', { sign: 'not-negative' }),
    }));
    const mode = price.choiceOr('mode', ['reached', 'sum'], 'reached');
    return {
      takes: 'quantity',
      usesQuantity: true,
      rate: (quantity, share) =>
        rate(scaleBounds(steps, share.tierBounds), quantity, { mode, ...options }),
      curve: {
        atZero: atZero(steps, options),
        pieces: piecesOf(steps, mode),
        creditSlope: Rational.zero,
      },
    };
  },
};

function rate(
  steps: readonly Step[],
  quantity: Rational,
  { mode, zeroUsageFirstTierFlat }: PriceModelOptions & { readonly mode: Mode },
): PricedLine[] {
  const isDue = quantity.isPositive || (quantity.isZero && zeroUsageFirstTierFlat === 'charged');
  if (!isDue) return [tierLine(0, quantity, { unitAmount: undefined, flatAmount: undefined })];
  const reached = tierOf(steps, quantity);
  return steps.flatMap(({ flatAmount }, index) =>
    index === reached || (mode === 'sum' && index < reached)
      ? [stepLine(index, flatAmount, index === reached ? quantity : undefined)]
      : [],
  );
}

/** The step reached carries the quantity; a step passed on the way only its amount. */
function stepLine(index: number, flatAmount: Rational, quantity: Rational | undefined): PricedLine {
  return {
    kind: 'tier',
    tier: index + 1,
    ...(quantity !== undefined && { quantity }),
    flatAmount,
    exact: flatAmount,
  };
}

function piecesOf(steps: readonly Step[], mode: Mode): PricePiece[] {
  let due = Rational.zero;
  return steps.map(({ upTo, flatAmount }) => {
    due = mode === 'sum' ? due.plus(flatAmount) : flatAmount;
    return { upTo, slope: Rational.zero, intercept: due };
  });
}
