/** The ClickHouse side of the rater's ports, and the tables they need. */
export { createUsageSink } from './usage-sink.ts';
export { createUsageStore } from './usage-store.ts';
export { readProgress } from './read-progress.ts';
/** Numbered ClickHouse migrations, for the migration runner. */
export const migrationsFolder: URL = new URL('../../migrations/', import.meta.url);
