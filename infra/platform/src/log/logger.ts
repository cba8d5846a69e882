/**
 * Structured logs: pino JSON, one line a record, on standard error (standard output belongs to results). Secrets are
 * redacted by path, so that a careless `log.info({ headers })` cannot leak a key.
 */
import pino from 'pino';
import { isAppError } from '../errors/index.ts';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The part of pino that the product uses. The fields come first, then the message. */
export interface Logger {
  trace(fields: object, message?: string): void;
  debug(fields: object, message?: string): void;
  info(fields: object, message?: string): void;
  warn(fields: object, message?: string): void;
  error(fields: object, message?: string): void;
  fatal(fields: object, message?: string): void;
  child(bindings: Readonly<Record<string, unknown>>): Logger;
  readonly level: string;
}

export interface LoggerOptions {
  /** The role that logs: `gateway`, `rater`, `api`. */
  readonly name: string;
  readonly level?: LogLevel;
  /** Where the lines go; standard error by default. Tests pass an object that collects them. */
  readonly destination?: { write(line: string): void };
}

const secretFields = [
  'authorization',
  'Authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'apiKey',
  'adminKey',
  'installationKey',
  'signingKey',
];

const redactPaths = secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

/** Creates a role's root logger; `err` fields print an `AppError` with its code, kind and chain of causes. */
export function createLogger(options: LoggerOptions): Logger {
  const settings: pino.LoggerOptions = {
    level: options.level ?? 'info',
    base: { name: options.name, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: redactPaths, censor: '[redacted]' },
    serializers: { err: describeError },
  };
  return pino(settings, options.destination ?? pino.destination({ fd: 2, sync: true }));
}

/** A logger that writes nothing, for tests and short-lived tools. */
export const silentLogger: Logger = pino({ level: 'silent' });

interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  readonly code?: unknown;
  readonly kind?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly stack?: string | undefined;
  readonly cause?: unknown;
}

const causeDepthMax = 5;
const messageLengthMax = 4096;

/** An error as plain data for a log record; anything else that was thrown is printed as text. */
export function describeError(thrown: unknown, depth = 0): ErrorDescription | string {
  if (!(thrown instanceof Error)) return String(thrown);
  return {
    type: thrown.name,
    message: thrown.message.slice(0, messageLengthMax),
    ...('code' in thrown ? { code: thrown.code } : {}),
    ...(isAppError(thrown) ? { kind: thrown.kind, details: thrown.details } : {}),
    stack: thrown.stack?.slice(0, 2 * messageLengthMax),
    ...(thrown.cause === undefined || depth >= causeDepthMax
      ? {}
      : { cause: describeError(thrown.cause, depth + 1) }),
  };
}

/** A connection URL without its password, for logs and error details. */
export function redactUrl(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null) return '[not a URL]';
  if (parsed.password !== '') parsed.password = 'redacted';
  for (const name of parsed.searchParams.keys()) {
    if (/password|secret|token/i.test(name)) parsed.searchParams.set(name, 'redacted');
  }
  return parsed.href;
}
