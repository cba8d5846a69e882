/** Translates what the Postgres drivers throw. Messages of the server stay in `cause` and `details`: they may quote data. */
import { AppError, isAppError } from '../errors/index.ts';
import type { AppErrorKind } from '../errors/index.ts';

/** Another attempt of the whole transaction may succeed: serialization failure or deadlock. */
export const serializationCode = 'platform/postgres-serialization';

interface DriverError extends Error {
  readonly code?: string;
  readonly constraint?: string;
  readonly table?: string;
}

type Translation = readonly [kind: AppErrorKind, code: string, message: string];

const gone: Translation = [
  'unavailable',
  'platform/postgres-unavailable',
  'The control plane database cannot be reached or did not answer.',
];
const timeout: Translation = [
  'unavailable',
  'platform/postgres-timeout',
  'A statement of the control plane database took too long.',
];
const serialization: Translation = [
  'unavailable',
  serializationCode,
  'A transaction collided with others and may be tried again.',
];

const bySqlState: Readonly<Record<string, Translation>> = {
  '23505': ['conflict', 'platform/unique-violation', 'A row with this key exists.'],
  '23503': [
    'conflict',
    'platform/foreign-key-violation',
    'A row refers to another that is absent.',
  ],
  '23P01': ['conflict', 'platform/exclusion-violation', 'The row overlaps another.'],
  '23514': ['invariant', 'platform/check-violation', 'A row breaks a check of its table.'],
  '40001': serialization,
  '40P01': serialization,
  '57014': timeout,
  '55P03': timeout,
  '53300': ['overloaded', 'platform/postgres-connections', 'The database has no free connection.'],
  '57P01': gone,
  '57P02': gone,
  '57P03': gone,
  '25P02': [
    'invariant',
    'platform/transaction-aborted',
    'A statement of this transaction failed before; it cannot go on or commit.',
  ],
};

const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EAI_AGAIN',
]);

/** The fault in our words; `details` carry `sqlState`, `constraint` and `table` where the server names them. */
export function translatePostgresError(thrown: unknown): AppError {
  if (isAppError(thrown)) return thrown;
  const error: DriverError = thrown instanceof Error ? thrown : new Error(String(thrown));
  const [kind, code, message] = translationOf(error);
  const details = {
    ...(error.code === undefined ? {} : { sqlState: error.code }),
    ...(error.constraint === undefined ? {} : { constraint: error.constraint }),
    ...(error.table === undefined ? {} : { table: error.table }),
  };
  return new AppError(kind, code, message, { details, cause: error });
}

function translationOf(error: DriverError): Translation {
  const code = error.code ?? '';
  const exact = bySqlState[code];
  if (exact !== undefined) return exact;
  if (code.startsWith('08') || socketCodes.has(code)) return gone;
  if (error.name === 'TransactionAbortedError') return bySqlState['25P02'] ?? gone;
  // node-postgres gives these faults of the socket and the pool no code.
  if (
    /terminated|timeout exceeded|timeout expired|not queryable|pool is ended|PGlite is clos/i.test(
      error.message,
    )
  ) {
    return gone;
  }
  return [
    'invariant',
    'platform/postgres-query',
    'The control plane database refused a statement.',
  ];
}
