/** Errors of the Kafka driver as ours: no driver type passes the port. */
import { isAppError, type AppError } from '@tidemark/platform/errors';
import { logError } from './log-error.ts';

/** Whatever does not say what to change counts as an outage: the call may be made again, its records may be there. */
export function translateKafkaError(error: unknown): AppError {
  if (isAppError(error)) return error;
  const { type } = originOf(error);
  if (type === 'MESSAGE_TOO_LARGE' || type === 'RECORD_LIST_TOO_LARGE') {
    const message = 'The topic takes no message as large as the record.';
    return logError('invalid-input', 'log/record-too-large', message, { cause: error });
  }
  return logError('unavailable', 'log/unavailable', 'Kafka did not complete the call.', {
    cause: error,
  });
}

/** The driver wraps what it retried; the innermost error names the reason. */
export function originOf(error: unknown): { readonly type?: unknown } {
  let current = error;
  for (let depth = 0; depth < 8; depth++) {
    if (typeof current !== 'object' || current === null) return {};
    const inner =
      (current as { cause?: unknown }).cause ??
      (current as { originalError?: unknown }).originalError;
    if (typeof inner !== 'object' || inner === null) return current;
    current = inner;
  }
  return {};
}
