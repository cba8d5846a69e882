import { migratePostgres, readMigrations } from '@tidemark/platform/migrations';
import type { SqlDatabase } from '@tidemark/platform/postgres';

const migrationsFolder = new URL('../migrations', import.meta.url);

/** Brings the control plane's tables up to this version; safe to run twice and at once. */
export async function migrateControlPlane(database: SqlDatabase): Promise<string[]> {
  return migratePostgres(database, await readMigrations(migrationsFolder));
}
