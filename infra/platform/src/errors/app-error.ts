/**
 * The one exception type of the product. Expected outcomes are values; an `AppError` is a fault or a refused command.
 * HTTP status and offset policy are decided from `kind`, each in one table, never from the message.
 */
export type AppErrorKind =
  | 'invalid-input'
  | 'not-found'
  | 'conflict'
  | 'unauthorized'
  | 'forbidden'
  | 'unavailable'
  | 'overloaded'
  | 'invariant';

/** One problem in a structured input: `path` is a JSON path such as `charges[0].price.tiers[1].upTo`. */
export interface ErrorPathMessage {
  readonly path: string;
  readonly message: string;
}

/**
 * A closer HTTP status than the one of the kind, where the public interface names one: 422 for a command that was
 * understood but is invalid, 413 and 415 for a body, 429 for a quota. Only `@tidemark/platform/http` reads it.
 */
export type HttpStatusOverride = 402 | 405 | 406 | 413 | 415 | 422 | 429 | 431;

export interface AppErrorOptions {
  /** True when the same call may succeed later without a change; defaults to true for `unavailable` and `overloaded`. */
  readonly retryable?: boolean;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly errors?: readonly ErrorPathMessage[];
  readonly cause?: unknown;
  readonly httpStatus?: HttpStatusOverride;
  /** Whole seconds after which a retry makes sense; answered as `Retry-After` (503 and 429 have one in any case). */
  readonly retryAfterSeconds?: number;
}

export class AppError extends Error {
  readonly kind: AppErrorKind;
  /** Stable, documented code such as `rater/tiers-not-ascending`. */
  readonly code: string;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;
  readonly errors: readonly ErrorPathMessage[];
  readonly httpStatus: HttpStatusOverride | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(kind: AppErrorKind, code: string, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.kind = kind;
    this.code = code;
    this.retryable = options.retryable ?? (kind === 'unavailable' || kind === 'overloaded');
    this.details = options.details ?? {};
    this.errors = options.errors ?? [];
    this.httpStatus = options.httpStatus;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

export function isAppError(value: unknown): value is AppError {
  return value instanceof AppError;
}

/** Wraps anything thrown; an `AppError` passes through unchanged. The message of a foreign error is kept as `cause` only. */
export function toAppError(thrown: unknown): AppError {
  if (isAppError(thrown)) return thrown;
  return new AppError('invariant', 'platform/unexpected', 'An unexpected fault occurred.', {
    cause: thrown,
  });
}
