// How an invalid case is written down: a valid one of its kind with one thing wrong.
export interface InvalidCase {
  readonly says: string;
  readonly input: unknown;
  /** What the error's path has to contain, in any notation of paths: `charge.price.tiers[1]`, `/charge/price/tiers/1`. */
  readonly names: readonly string[];
}

export type Json = Record<string, unknown>;

export const PERIOD = { from: '2024-01-01T00:00:00Z', to: '2024-02-01T00:00:00Z' };
export const OPEN = { upTo: null, unitAmount: '1' };

export function invalid(says: string, input: unknown, ...names: string[]): InvalidCase {
  return { says, input, names };
}

export function price(says: string, held: Json, ...names: string[]): InvalidCase {
  return invalid(
    says,
    { charge: { price: { currency: 'USD', ...held } }, quantity: '5' },
    ...names,
  );
}

export function charge(says: string, held: Json, ...names: string[]): InvalidCase {
  const plain = { price: { model: 'per_unit', currency: 'USD', unitAmount: '1' } };
  return invalid(says, { charge: { ...plain, ...held }, quantity: '5' }, ...names);
}

export function quantity(says: string, value: unknown): InvalidCase {
  return invalid(
    says,
    { charge: { price: { model: 'per_unit', currency: 'USD', unitAmount: '1' } }, quantity: value },
    'quantity',
  );
}

export function meter(says: string, held: Json, ...names: string[]): InvalidCase {
  const plain = { key: 'm', eventType: 'use', aggregation: 'sum', property: 'v' };
  return invalid(
    says,
    { kind: 'meter', meter: { ...plain, ...held }, events: [], period: PERIOD },
    ...names,
  );
}

export function kind(says: string, input: Json, ...names: string[]): InvalidCase {
  return invalid(says, input, ...names);
}
