/**
 * Every error answer is an RFC 9457 problem. This file holds the one table from `AppErrorKind` to HTTP status and
 * decides what of an error may leave the process: stable code and written message, never stack, SQL or path.
 */
import { STATUS_CODES } from 'node:http';
import { AppError, isAppError, toAppError } from '../errors/index.ts';
import type { AppErrorKind, ErrorPathMessage } from '../errors/index.ts';

/** The one table from the kind of an error to its status; `AppError.httpStatus` says a closer one where there is one. */
const statusByKind: Readonly<Record<AppErrorKind, number>> = {
  'invalid-input': 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  invariant: 500,
  unavailable: 503,
  overloaded: 503,
};

/** Answers with these statuses always carry `Retry-After`. */
const retryAfterSecondsDefault: Readonly<Record<number, number>> = { 429: 1, 503: 1 };

export const problemContentType = 'application/problem+json';

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** Stable and documented, such as `ingest/event-too-old`. */
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly ErrorPathMessage[];
  readonly requestId: string;
}

export interface ProblemAnswer {
  readonly problem: Problem;
  readonly retryAfterSeconds: number | undefined;
}

export function httpStatusOf(error: AppError): number {
  return error.httpStatus ?? statusByKind[error.kind];
}

/** The answer for anything that was thrown while a request was served. */
export function toProblem(thrown: unknown, requestId: string): ProblemAnswer {
  const error = toAppErrorOfRequest(thrown);
  const status = httpStatusOf(error);
  // The message of a fault of ours may name tables, files or hosts; the reader gets the code and the request id.
  const detail =
    error.kind === 'invariant'
      ? 'An internal error occurred. Quote the request id.'
      : error.message;
  const problem: Problem = {
    type: `urn:tidemark:error:${error.code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code: error.code,
    detail,
    errors: error.errors,
    requestId,
  };
  return {
    problem,
    retryAfterSeconds: error.retryAfterSeconds ?? retryAfterSecondsDefault[status],
  };
}

const byFastifyCode: Readonly<Record<string, (cause: unknown) => AppError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: (cause) => bodyTooLarge(cause),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: (cause) =>
    refused('platform/unsupported-media-type', 'This content type is not supported here.', {
      httpStatus: 415,
      cause,
    }),
  FST_ERR_CTP_EMPTY_JSON_BODY: (cause) =>
    refused('platform/body-unreadable', 'The body is empty.', { cause }),
  FST_ERR_CTP_INVALID_JSON_BODY: (cause) =>
    refused('platform/body-unreadable', 'The body is no valid JSON.', { cause }),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: (cause) =>
    refused('platform/body-unreadable', 'The body is not as long as its Content-Length.', {
      cause,
    }),
  FST_ERR_BAD_URL: (cause) =>
    refused('platform/url-unreadable', 'The URL is malformed.', { cause }),
  FST_ERR_MAX_PARAM_LENGTH: () =>
    new AppError('not-found', 'platform/not-found', 'There is nothing at this address.'),
};

export function bodyTooLarge(cause?: unknown): AppError {
  return refused('platform/body-too-large', 'The body is larger than this server takes.', {
    httpStatus: 413,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Errors of the web framework in our words; anything else unknown is a fault of ours. */
function toAppErrorOfRequest(thrown: unknown): AppError {
  if (isAppError(thrown) || !(thrown instanceof Error)) return toAppError(thrown);
  const foreign: ForeignError = thrown;
  if (foreign.validation !== undefined) return validationFailed(foreign);
  const known = foreign.code === undefined ? undefined : byFastifyCode[foreign.code];
  if (known !== undefined) return known(thrown);
  const status = foreign.statusCode ?? 500;
  if (foreign instanceof SyntaxError && status === 400) {
    return refused('platform/body-unreadable', 'The body is no valid JSON.', { cause: thrown });
  }
  if (status >= 400 && status < 500) {
    return refused('platform/request-refused', 'The request cannot be read.', { cause: thrown });
  }
  return toAppError(thrown);
}

interface ValidationIssue {
  readonly instancePath?: string;
  readonly message?: string;
  readonly keyword?: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

interface ForeignError extends Error {
  readonly code?: string;
  readonly statusCode?: number;
  readonly validation?: readonly ValidationIssue[];
  readonly validationContext?: string;
}

/** A body that does not fit its schema was understood but is invalid (422); a parameter is unreadable (400). */
function validationFailed(error: ForeignError): AppError {
  const inBody = error.validationContext === 'body';
  const message = inBody ? 'The body does not fit its schema.' : 'A parameter is not valid.';
  return refused('platform/request-invalid', message, {
    errors: (error.validation ?? []).flatMap(toPathMessages),
    cause: error,
    ...(inBody ? { httpStatus: 422 } : {}),
  });
}

/** An unknown field is reported at its own path, one entry each, not at that of the object around it. */
function toPathMessages(issue: ValidationIssue): ErrorPathMessage[] {
  const pointer = (issue.instancePath ?? '').replace(/\/$/, '');
  const unknown = issue.keyword === 'unrecognized_keys' ? (issue.params?.['keys'] ?? []) : [];
  if (Array.isArray(unknown) && unknown.length > 0) {
    return unknown.map((name) => ({
      path: toJsonPath(`${pointer}/${String(name)}`),
      message: 'is not known here',
    }));
  }
  return [{ path: toJsonPath(pointer), message: issue.message ?? 'is invalid' }];
}

/** `/charges/0/price` as `charges[0].price`. */
function toJsonPath(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => {
      if (/^\d+$/.test(part)) return `${path}[${part}]`;
      return path === '' ? part : `${path}.${part}`;
    }, '');
}

function refused(
  code: string,
  message: string,
  options: ConstructorParameters<typeof AppError>[3],
): AppError {
  return new AppError('invalid-input', code, message, options);
}
