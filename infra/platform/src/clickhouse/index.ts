export type { ClickHouse, ClickHouseParameter, ClickHouseQuery } from './clickhouse.ts';
export { createClickHouse } from './create-clickhouse.ts';
export type { ClickHouseOptions } from './create-clickhouse.ts';
