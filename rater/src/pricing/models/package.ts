import { Rational, type RoundingMode } from '../../money/index.ts';
import type { PricedLine, PriceModel } from './price-model.ts';

/**
 * Whole packages times their amount; a started package is full (`rounding: "up"`) or free (`"down"`). Zero usage is zero
 * packages. State: the total. Example: 1,001 units in packages of 1,000 at 5.00 are 10.00, rounded down 5.00. As Stripe
 * `transform_quantity`, Lago and OpenMeter `package`. A negative quantity is credited in the packages it would have cost.
 */
export const packagePrice: PriceModel = {
  read: (price) => {
    const size = price.decimal('packageSize', { sign: 'positive' });
    const amount = price.decimal('packageAmount', { sign: 'not-negative' });
    const rounding = price.choiceOr('rounding', ['up', 'down'], 'up');
    return {
      takes: 'quantity',
      usesQuantity: true,
      rate: (quantity) => [
        {
          kind: 'amount',
          ...packagesLine(quantity, { packageSize: size, packageAmount: amount }, rounding),
        },
      ],
    };
  },
};

export interface PackageTerms {
  readonly packageSize: Rational;
  readonly packageAmount: Rational;
}

/** The packages that hold `quantity`, at their amount. */
export function packagesLine(
  quantity: Rational,
  { packageSize, packageAmount }: PackageTerms,
  rounding: RoundingMode,
): Omit<PricedLine, 'kind'> {
  const packages = Rational.of(quantity.dividedBy(packageSize).toInteger(rounding));
  return { quantity, packages, unitAmount: packageAmount, exact: packages.times(packageAmount) };
}
