export { AppError, isAppError, toAppError } from './app-error.ts';
export type {
  AppErrorKind,
  AppErrorOptions,
  ErrorPathMessage,
  HttpStatusOverride,
} from './app-error.ts';
export { assert, unreachable } from './assert.ts';
