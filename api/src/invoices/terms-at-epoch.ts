/**
 * The terms of subscriptions as a close's catalog epoch has them. A close prices what the raters knew below its cut: a
 * subscription that was created, moved or cancelled since must not change what the job bills.
 */
import type { Instant } from '@tidemark/platform/clock';
import type { SqlConnection } from '@tidemark/platform/postgres';
import type { SubscriptionChange } from '@tidemark/rater/catalog';

export interface TermsAtEpoch {
  readonly phases: SubscriptionChange['phases'];
}

/** Subscriptions that the job must leave to a later one: not known at its epoch, or with another end since. */
export type NotDue = 'not-due';

interface EndOfNow {
  readonly subscription: string;
  readonly ends_at: Instant | null;
}

/** Only subscriptions with a change above the epoch have an entry. */
export async function readTermsAtEpoch(
  connection: SqlConnection,
  tenant: string,
  subscriptions: readonly EndOfNow[],
  epoch: number,
): Promise<Map<string, TermsAtEpoch | NotDue>> {
  const terms = new Map<string, TermsAtEpoch | NotDue>();
  const changed = await connection.query<{ key: string }>(
    `select distinct key from catalog_changes
     where tenant = $1 and kind = 'subscription' and key = any($2::text[]) and (epoch is null or epoch > $3)`,
    [tenant, [...new Set(subscriptions.map(({ subscription }) => subscription))], epoch],
  );
  if (changed.length === 0) return terms;
  const rows = await connection.query<{ key: string; body: SubscriptionChange }>(
    `select distinct on (key) key, body from catalog_changes
     where tenant = $1 and kind = 'subscription' and key = any($2::text[]) and epoch <= $3
     order by key, epoch desc, seq desc`,
    [tenant, changed.map(({ key }) => key), epoch],
  );
  const known = new Map(rows.map(({ key, body }) => [key, body]));
  const ends = new Map(subscriptions.map((row) => [row.subscription, row.ends_at]));
  for (const { key } of changed) {
    const body = known.get(key);
    const isSame = body !== undefined && hasSameEnd(body, ends.get(key) ?? null);
    terms.set(key, isSame ? { phases: body.phases } : 'not-due');
  }
  return terms;
}

/** An end beyond the periods that were written is not told to the raters yet. */
function hasSameEnd({ boundaries, endsAt }: SubscriptionChange, now: Instant | null): boolean {
  const written = boundaries.at(-1) ?? 0;
  return Math.min(endsAt ?? Infinity, written) === Math.min(now ?? Infinity, written);
}
