import type { Charge, RatedCharge } from '@tidemark/rater/pricing';

/**
 * What a person reads on the line: name, billed quantity and where it was priced. Examples: `Base fee`,
 * `API calls, 700 at volume tier 2`, `API calls, 700 in graduated tiers 1 to 2`, `Egress, 12.5 at 0.02`.
 */
export function describeCharge(charge: Charge, rated: RatedCharge): string {
  const name = charge.name ?? charge.key;
  const quantity = rated.billableQuantity ?? rated.quantity;
  if (charge.meter === undefined || quantity === null) return name;
  const tiers = rated.lines.filter(({ kind }) => kind === 'tier');
  const first = tiers[0]?.tier;
  const last = tiers.at(-1)?.tier;
  const model = charge.price.model.replaceAll('_', ' ');
  if (first !== undefined && last !== undefined) {
    return first === last
      ? `${name}, ${quantity} at ${model} tier ${last}`
      : `${name}, ${quantity} in ${model} tiers ${first} to ${last}`;
  }
  const unitAmount = rated.lines.find(({ kind }) => kind === 'amount')?.unitAmount;
  return charge.price.model === 'per_unit' && unitAmount !== undefined
    ? `${name}, ${quantity} at ${unitAmount}`
    : `${name}, ${quantity}`;
}
