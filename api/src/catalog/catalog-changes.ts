/**
 * Records what raters must learn of. A change is pending until the publisher gives it an epoch; it is recorded in the same
 * transaction as the object it tells of, so neither can be without the other.
 */
import { formatInstant } from '@tidemark/platform/clock';
import type { Instant } from '@tidemark/platform/clock';
import type { SqlConnection } from '@tidemark/platform/postgres';
import type { CatalogChange } from '@tidemark/rater/catalog';

/** Pending changes of one command; all of them end up in one epoch. `null`: nothing changed. */
export type ChangeTicket = number | null;

/** @returns the sequence of the last change, to wait for its epoch. */
export async function recordChanges(
  connection: SqlConnection,
  changes: readonly CatalogChange[],
  now: Instant,
): Promise<ChangeTicket> {
  if (changes.length === 0) return null;
  const rows = await connection.query<{ seq: number }>(
    `insert into catalog_changes (tenant, kind, key, body, created_at)
     select tenant, kind, key, body::jsonb, $5::timestamptz
     from unnest($1::text[], $2::text[], $3::text[], $4::text[]) with ordinality
       as change (tenant, kind, key, body, position)
     order by position
     returning seq`,
    [
      changes.map(({ tenant }) => tenant),
      changes.map(({ kind }) => kind),
      changes.map(changeKey),
      changes.map((change) => JSON.stringify(change)),
      formatInstant(now),
    ],
  );
  return rows.reduce((last, { seq }) => Math.max(last, seq), 0);
}

/** Every version of a meter or plan stays in force for its own time, so the version is part of the key. */
function changeKey(change: CatalogChange): string {
  switch (change.kind) {
    case 'meter':
      return `${change.key}@${change.version}`;
    case 'plan-version':
      return `${change.plan}@${change.version}`;
    case 'subscription':
      return change.subscription;
  }
}
