import type { SqlDatabase } from '@tidemark/platform/postgres';
import type { ApiKeyStore } from './api-key-store.ts';
import { scopes } from './api-key.ts';
import type { TenantStore } from './tenant-store.ts';

/** The tenant of whoever runs the installation. */
export const operatorTenant = 'default';

/**
 * Creates the operator's tenant with an admin key that has all scopes, once in the life of an installation.
 *
 * @returns the key at the first call; `null` ever after.
 */
export async function bootstrap(
  database: SqlDatabase,
  tenants: TenantStore,
  apiKeys: ApiKeyStore,
): Promise<string | null> {
  return database.transaction(async (connection) => {
    // Two processes that start at once: the second waits here and finds the tenant.
    await connection.query('select single from installation for update');
    const [existing] = await connection.query('select tenant from tenants where operator');
    if (existing !== undefined) return null;
    await tenants.create({ key: operatorTenant, name: 'Operator' }, { operator: true, connection });
    const { text } = await apiKeys.create(
      { tenant: operatorTenant, name: 'admin', scopes, mode: 'live', expiresAt: null },
      connection,
    );
    return text;
  });
}
