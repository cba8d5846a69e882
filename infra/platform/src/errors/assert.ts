import { AppError } from './app-error.ts';

/** Checks an invariant that must hold in production too; a failure is a fault of ours, never of the caller's input. */
export function assert(condition: unknown, message: string): asserts condition {
  if (condition === false || condition === undefined || condition === null) {
    throw new AppError('invariant', 'platform/invariant', message);
  }
}

/** Marks a branch the types rule out; the call fails to compile when a union gains a member. */
export function unreachable(value: never): never {
  throw new AppError('invariant', 'platform/unreachable', `Unreachable value: ${String(value)}`);
}
