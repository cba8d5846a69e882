export { migrateClickHouse } from './migrate-clickhouse.ts';
export { migratePostgres } from './migrate-postgres.ts';
export { readMigrations } from './migration-file.ts';
export type { Migration } from './migration-file.ts';
