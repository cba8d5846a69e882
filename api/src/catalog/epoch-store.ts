/**
 * The steps of publishing a catalog epoch, each one transaction that can be repeated: assign, publish, acknowledge. The
 * row of `catalog_epoch_lock` orders them between processes, and orders them with the cut of a period close.
 */
import { formatInstant } from '@tidemark/platform/clock';
import type { Instant } from '@tidemark/platform/clock';
import type { CatalogEpochMarker } from '@tidemark/ingest/contract';
import { assert } from '@tidemark/platform/errors';
import { failpoint } from '@tidemark/platform/failpoint';
import type { SqlConnection, SqlDatabase } from '@tidemark/platform/postgres';
import { rulesVersion } from '@tidemark/rater/catalog';
import type { CatalogChange } from '@tidemark/rater/catalog';
import { readChanges } from './catalog-source.ts';

export interface EpochState {
  readonly lastEpoch: number;
  readonly acknowledged: boolean;
  /** Greatest epoch whose markers are in this log. */
  readonly publishedEpoch: number;
}

/** The changes of an epoch as lower-case hex SHA-256 of their canonical JSON; the raters compute the same. */
export type HashChanges = (changes: readonly CatalogChange[]) => string;

/** Takes the lock until the transaction ends. */
export async function lockEpochs(
  connection: SqlConnection,
  incarnation: number,
): Promise<EpochState> {
  const [lock] = await connection.query<{ last_epoch: number }>(
    'select last_epoch from catalog_epoch_lock for update',
  );
  assert(lock !== undefined, 'The row of the epoch lock exists.');
  return readEpochState(connection, incarnation, lock.last_epoch);
}

/** The last epoch, and whether changes wait for the next one. Takes no lock: both may have moved when the caller reads them. */
export async function readPublication(
  connection: SqlConnection,
): Promise<{ readonly epoch: number; readonly isPending: boolean }> {
  const [row] = await connection.query<{ last_epoch: number; is_pending: boolean }>(
    `select last_epoch, exists (select 1 from catalog_changes where epoch is null) as is_pending
     from catalog_epoch_lock`,
  );
  assert(row !== undefined, 'The row of the epoch lock exists.');
  return { epoch: row.last_epoch, isPending: row.is_pending };
}

async function readEpochState(
  connection: SqlConnection,
  incarnation: number,
  lastEpoch: number,
): Promise<EpochState> {
  const [row] = await connection.query<{ acknowledged: boolean; published_epoch: number }>(
    `select
       $1::bigint = 0 or exists (
         select 1 from catalog_epochs where epoch = $1 and acknowledged_at is not null) as acknowledged,
       coalesce((select published_epoch from log_publications where incarnation = $2), 0) as published_epoch`,
    [lastEpoch, incarnation],
  );
  assert(row !== undefined, 'A query without a table answers one row.');
  return {
    lastEpoch,
    publishedEpoch: row.published_epoch,
    acknowledged: row.acknowledged && row.published_epoch === lastEpoch,
  };
}

/**
 * Gives all pending changes the next epoch, unless the last one is still on its way: epochs are published one at a time.
 *
 * @returns the last epoch there is.
 */
export async function assignPending(
  database: SqlDatabase,
  incarnation: number,
  hashChanges: HashChanges,
  now: Instant,
): Promise<EpochState> {
  return database.transaction(async (connection) => {
    const state = await lockEpochs(connection, incarnation);
    if (!state.acknowledged) return state;
    const epoch = state.lastEpoch + 1;
    const assigned = await connection.query(
      'update catalog_changes set epoch = $1 where epoch is null returning seq',
      [epoch],
    );
    if (assigned.length === 0) return state;
    const changes = await readChanges(connection, epoch);
    await connection.query(
      `insert into catalog_epochs (epoch, rules_version, change_count, changes_hash, assigned_at)
       values ($1, $2, $3, $4, $5::timestamptz)`,
      [epoch, rulesVersion, changes.length, hashChanges(changes), formatInstant(now)],
    );
    await connection.query('update catalog_epoch_lock set last_epoch = $1', [epoch]);
    return { lastEpoch: epoch, acknowledged: false, publishedEpoch: state.publishedEpoch };
  });
}

/**
 * Appends the markers that this log does not have yet, under the lock. Killed between append and commit, the markers are
 * appended once more: raters ignore a marker at or below their epoch.
 */
export async function publishMarkers(
  database: SqlDatabase,
  incarnation: number,
  append: (markers: readonly CatalogEpochMarker[]) => Promise<void>,
  now: Instant,
): Promise<void> {
  await database.transaction(async (connection) => {
    const state = await lockEpochs(connection, incarnation);
    if (state.publishedEpoch >= state.lastEpoch) return;
    const rows = await connection.query<{
      epoch: number;
      rules_version: number;
      changes_hash: string;
    }>(
      'select epoch, rules_version, changes_hash from catalog_epochs where epoch > $1 order by epoch',
      [state.publishedEpoch],
    );
    await append(
      rows.map((row) => ({
        type: 'catalog-epoch',
        epoch: row.epoch,
        rulesVersion: row.rules_version,
        changesHash: row.changes_hash,
      })),
    );
    failpoint('epoch/markers-appended');
    await connection.query(
      `insert into log_publications (incarnation, published_epoch) values ($1, $2)
       on conflict (incarnation) do update set published_epoch = excluded.published_epoch`,
      [incarnation, state.lastEpoch],
    );
    // In a new log the last epoch is to be acknowledged anew.
    await connection.query(
      `update catalog_epochs set published_at = coalesce(published_at, $2::timestamptz),
         acknowledged_at = case when epoch = $3 then null else acknowledged_at end
       where epoch > $1`,
      [state.publishedEpoch, formatInstant(now), state.lastEpoch],
    );
  });
}

export async function markAcknowledged(
  connection: SqlConnection,
  epoch: number,
  now: Instant,
): Promise<void> {
  await connection.query(
    `update catalog_epochs set acknowledged_at = coalesce(acknowledged_at, $2::timestamptz)
     where epoch <= $1 and acknowledged_at is null and published_at is not null`,
    [epoch, formatInstant(now)],
  );
}

/** Where the change with this sequence stands; epoch `null`: not assigned yet. */
export async function readTicket(
  connection: SqlConnection,
  seq: number,
): Promise<{ epoch: number | null; acknowledged: boolean; lastEpoch: number }> {
  const [row] = await connection.query<{
    epoch: number | null;
    acknowledged: boolean;
    last_epoch: number;
  }>(
    `select c.epoch, e.acknowledged_at is not null as acknowledged, l.last_epoch
     from catalog_changes c cross join catalog_epoch_lock l
     left join catalog_epochs e on e.epoch = c.epoch
     where c.seq = $1`,
    [seq],
  );
  assert(row !== undefined, 'A recorded change is never deleted.');
  return { epoch: row.epoch, acknowledged: row.acknowledged, lastEpoch: row.last_epoch };
}
