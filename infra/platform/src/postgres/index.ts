export type { SqlConnection, SqlDatabase, SqlParameter } from './sql-database.ts';
export { createPgliteDatabase } from './pglite-database.ts';
export { createPostgresDatabase } from './postgres-database.ts';
export type { PostgresOptions } from './postgres-database.ts';
