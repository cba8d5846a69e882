/** The refusals of the control plane, each with its stable code. Statuses follow from the kind (or from `httpStatus`). */
import { AppError } from '@tidemark/platform/errors';
import type { ErrorPathMessage } from '@tidemark/platform/errors';
import type { ApiProblemCode } from './problem-codes.ts';

/** 404; also for what belongs to another tenant, so that an answer never tells that it exists. */
export function notFound(what: string, key: string): AppError {
  return new AppError('not-found', 'api/not-found', `There is no ${what} "${key}".`);
}

/** 409: a POST of a key that exists. */
export function alreadyExists(what: string, key: string): AppError {
  return new AppError('conflict', 'api/already-exists', `The ${what} "${key}" exists already.`);
}

/** 409: the state of the object forbids the command. */
export function stateForbids(code: ApiProblemCode, message: string): AppError {
  return new AppError('conflict', code, message);
}

/** 422: the command is understood but invalid. */
export function invalidCommand(
  code: ApiProblemCode,
  message: string,
  errors: readonly ErrorPathMessage[] = [],
): AppError {
  return new AppError('invalid-input', code, message, { httpStatus: 422, errors });
}

/** 400: a parameter or body that cannot be read. */
export function invalidParameter(
  code: ApiProblemCode,
  message: string,
  errors: readonly ErrorPathMessage[] = [],
): AppError {
  return new AppError('invalid-input', code, message, { errors });
}
