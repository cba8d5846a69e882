export { serveClickHouse } from './serve.ts';
export type { ServeClickHouseOptions, ServedClickHouse } from './serve.ts';
export { startClickHouseHost } from './start-host.ts';
export type { ClickHouseHost, ClickHouseHostOptions } from './start-host.ts';
