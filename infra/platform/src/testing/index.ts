export { findFreePort } from './free-port.ts';
export { checkPostgresServer, startPostgresServer } from './postgres-server.ts';
export type { PostgresServer, PostgresServerAvailability } from './postgres-server.ts';
export { createTemporaryDirectory } from './temporary-directory.ts';
export type { TemporaryDirectory } from './temporary-directory.ts';
