import { formatInstant } from '@tidemark/platform/clock';
import type { Clock } from '@tidemark/platform/clock';
import { AppError, assert } from '@tidemark/platform/errors';
import type { SqlDatabase } from '@tidemark/platform/postgres';

export interface LogIdentity {
  /** What tells one life of a log from another, such as `kafka:<cluster id>:<topic id>`. */
  readonly identity: string;
  readonly partitionCount: number;
}

/**
 * The number of this life of the log; a log that was never seen gets the next one. Every process that asks gets the same.
 *
 * @throws AppError `api/partition-count-changed`: events would no longer meet their copies.
 */
export async function registerLogIncarnation(
  database: SqlDatabase,
  clock: Clock,
  log: LogIdentity,
): Promise<number> {
  await database.query(
    `insert into log_incarnations (identity, partition_count, created_at) values ($1, $2, $3::timestamptz)
     on conflict (identity) do nothing`,
    [log.identity, log.partitionCount, formatInstant(clock.now())],
  );
  const [row] = await database.query<{ incarnation: number; partition_count: number }>(
    'select incarnation, partition_count from log_incarnations where identity = $1',
    [log.identity],
  );
  assert(row !== undefined, 'The incarnation was just written.');
  if (row.partition_count !== log.partitionCount) {
    throw new AppError(
      'conflict',
      'api/partition-count-changed',
      `The log had ${row.partition_count} partitions and now has ${log.partitionCount}; the count is fixed for its life.`,
    );
  }
  return row.incarnation;
}
