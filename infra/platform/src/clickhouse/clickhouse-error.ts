/** Translates what the ClickHouse client throws. The server's text may quote SQL and data: it stays in `cause`. */
import { ClickHouseError } from '@clickhouse/client';
import { AppError, isAppError } from '../errors/index.ts';
import type { AppErrorKind } from '../errors/index.ts';

/** Exceptions that say "not now" rather than "not so"; everything else refuses the statement. */
const transient: Readonly<Record<string, AppErrorKind>> = {
  SOCKET_TIMEOUT: 'unavailable',
  NETWORK_ERROR: 'unavailable',
  TIMEOUT_EXCEEDED: 'unavailable',
  TOO_SLOW: 'unavailable',
  QUERY_WAS_CANCELLED: 'unavailable',
  ABORTED: 'unavailable',
  KEEPER_EXCEPTION: 'unavailable',
  TABLE_IS_READ_ONLY: 'unavailable',
  UNKNOWN_STATUS_OF_INSERT: 'unavailable',
  NOT_ENOUGH_SPACE: 'unavailable',
  ALL_CONNECTION_TRIES_FAILED: 'unavailable',
  TOO_FEW_LIVE_REPLICAS: 'unavailable',
  TOO_MANY_SIMULTANEOUS_QUERIES: 'overloaded',
  TOO_MANY_PARTS: 'overloaded',
  MEMORY_LIMIT_EXCEEDED: 'overloaded',
};

/** `operation` is what was tried, such as `insert into usage_events`; it goes into the details with the server's code. */
export function translateClickHouseError(thrown: unknown, operation: string): AppError {
  if (isAppError(thrown)) return thrown;
  if (!(thrown instanceof ClickHouseError)) {
    return new AppError(
      'unavailable',
      'platform/clickhouse-unavailable',
      'The analytics store cannot be reached or did not answer.',
      { details: { operation }, cause: thrown },
    );
  }
  const details = { operation, clickhouseCode: thrown.code, clickhouseType: thrown.type };
  const kind = thrown.type === undefined ? undefined : transient[thrown.type];
  if (kind !== undefined) {
    const code = `platform/clickhouse-${kind}`;
    return new AppError(kind, code, 'The analytics store cannot do this now.', {
      details,
      cause: thrown,
    });
  }
  return new AppError(
    'invariant',
    'platform/clickhouse-query',
    'The analytics store refused a statement.',
    { details, cause: thrown },
  );
}
