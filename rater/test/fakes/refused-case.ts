// Cases of a charge to break in one place, and how the preview refuses what is broken.
import { previewCase } from '@tidemark/rater/pricing';

/** A refusal's code and the path of what is wrong: `rater/unknown-field at charge.of`. */
export function refusalOf(input: unknown): string {
  const { error } = previewCase(input) as {
    readonly error?: { readonly code: string; readonly path: string };
  };
  return error === undefined ? 'not refused' : `${error.code} at ${error.path}`;
}

export const price = { model: 'per_unit', currency: 'USD', unitAmount: '1' };
export const one = { quantity: '5' };
export const period = { from: '2024-01-01T00:00:00Z', to: '2024-02-01T00:00:00Z' };

export const aCharge = (change: object, usage: object = one): object => ({
  charge: { price, ...change },
  ...usage,
});

export const aPrice = (change: object, usage: object = one): object => ({
  charge: { price: { currency: 'USD', ...change } },
  ...usage,
});

export const many = (count: number, of: unknown = 'x'): unknown[] =>
  Array.from({ length: count }, () => of);
