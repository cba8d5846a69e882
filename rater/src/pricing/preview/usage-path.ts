import { PricingError } from '../input/pricing-error.ts';

/** Faults of rating say which usage they come from. */
export function atPath<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof PricingError && error.path === 'quantity') {
      throw new PricingError(error.code, error.message, path);
    }
    throw error;
  }
}
