/**
 * What the pure core throws when a definition or a case is not valid. It carries no HTTP status and knows no framework:
 * the API maps it to a problem document, the command line to an error line.
 */
import type { PricingErrorCode } from './error-codes.ts';

export class PricingError extends Error {
  /** Stable, documented code such as `rater/tiers-not-ascending`. */
  readonly code: PricingErrorCode;
  /** JSON path of the field at fault, such as `price.tiers[1].upTo`; empty for the whole input. */
  readonly path: string;

  constructor(code: PricingErrorCode, message: string, path: string) {
    super(message);
    this.name = 'PricingError';
    this.code = code;
    this.path = path;
  }

  /** The list form that problem documents use. */
  get errors(): readonly { readonly path: string; readonly message: string }[] {
    return [{ path: this.path, message: this.message }];
  }
}

export function isPricingError(value: unknown): value is PricingError {
  return value instanceof PricingError;
}
