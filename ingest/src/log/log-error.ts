import { AppError, type AppErrorKind, type AppErrorOptions } from '@tidemark/platform/errors';
import type { ProblemCode } from '../contract/problem-codes.ts';

/** A fault of the event log; its code is one of the documented ones. */
export function logError(
  kind: AppErrorKind,
  code: ProblemCode & `log/${string}`,
  message: string,
  options: AppErrorOptions = {},
): AppError {
  return new AppError(kind, code, message, options);
}

/** The consumer was told to start where the log has no record: never corrected silently. */
export function offsetOutOfRange(range: {
  readonly partition: number;
  readonly offset: number;
  readonly beginning: number;
  readonly end: number;
}): AppError {
  const { partition, offset, beginning, end } = range;
  return logError(
    'conflict',
    'log/offset-out-of-range',
    `Partition ${partition} holds offsets ${beginning} to ${end} (exclusive), not ${offset}.`,
    { details: { ...range } },
  );
}
