import { AppError } from '@tidemark/platform/errors';
import { isPricingError } from '@tidemark/rater/pricing';

/** Runs a rule of the pure core; what it refuses becomes a 422 with the core's own code and the path of the field. */
export function asInvalidCommand<Result>(path: string, rule: () => Result): Result {
  try {
    return rule();
  } catch (thrown) {
    if (!isPricingError(thrown)) throw thrown;
    throw new AppError('invalid-input', thrown.code, thrown.message, {
      httpStatus: 422,
      errors: [{ path: joinPath(path, thrown.path), message: thrown.message }],
      cause: thrown,
    });
  }
}

function joinPath(prefix: string, path: string): string {
  if (prefix === '' || path === '') return prefix + path;
  return path.startsWith('[') ? prefix + path : `${prefix}.${path}`;
}
