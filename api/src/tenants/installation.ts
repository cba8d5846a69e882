import { createHmac, randomBytes } from 'node:crypto';
import { formatInstant } from '@tidemark/platform/clock';
import type { Clock } from '@tidemark/platform/clock';
import type { SqlDatabase } from '@tidemark/platform/postgres';
import { assert } from '@tidemark/platform/errors';

/**
 * The 32-byte secret of this installation, made at the first start and the same ever after. Two processes that start at
 * once agree on one.
 */
export async function loadInstallationKey(
  database: SqlDatabase,
  clock: Clock,
): Promise<Uint8Array> {
  await database.query(
    `insert into installation (installation_key, created_at) values ($1, $2::timestamptz)
     on conflict (single) do nothing`,
    [randomBytes(32), formatInstant(clock.now())],
  );
  const [row] = await database.query<{ installation_key: Uint8Array }>(
    'select installation_key from installation',
  );
  assert(row?.installation_key.length === 32, 'The installation key has 32 bytes.');
  return row.installation_key;
}

/** A secret for one purpose of the control plane, such as the pepper of the API keys. */
export function deriveSecret(installationKey: Uint8Array, purpose: string): Uint8Array {
  return createHmac('sha256', installationKey).update(`api/${purpose}`).digest();
}
