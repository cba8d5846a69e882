import type { z } from 'zod';

/**
 * A value bound to a `{name:Type}` placeholder. Never concatenate text into SQL. Arrays become ClickHouse arrays. One value
 * may have up to 100 KB of text (ClickHouse's own limit is 128 KiB a form field): large values travel in the body
 * (`use_multipart_params_auto`), never in the URL.
 */
export type ClickHouseParameter =
  string | number | bigint | boolean | null | readonly string[] | readonly number[];

export interface ClickHouseQuery<Schema extends z.ZodType> {
  readonly sql: string;
  readonly parameters?: Readonly<Record<string, ClickHouseParameter>>;
  /** Parses each row (JSONEachRow; 64-bit integers and decimals arrive as strings: select them with `toString`). */
  readonly row: Schema;
}

/**
 * What the product asks of ClickHouse, over its HTTP interface: a server, or `clickhouse-host` (chDB in a child process).
 * Faults are `AppError`s: `unavailable` (`platform/clickhouse-unavailable`) when the store cannot be reached or did not
 * answer, `invariant` (`platform/clickhouse-query`) when it refused the statement.
 */
export interface ClickHouse {
  /** Reads all rows; use `stream` where there may be many. */
  query<Schema extends z.ZodType>(query: ClickHouseQuery<Schema>): Promise<z.output<Schema>[]>;
  /** Reads rows in chunks as they arrive. */
  stream<Schema extends z.ZodType>(
    query: ClickHouseQuery<Schema>,
  ): AsyncIterable<z.output<Schema>[]>;
  /** Reads the whole result in the Native format, as encoded blocks. */
  queryNative(
    sql: string,
    parameters?: Readonly<Record<string, ClickHouseParameter>>,
  ): Promise<Uint8Array>;
  /** DDL and other statements without a result. */
  command(sql: string): Promise<void>;
  /**
   * `INSERT INTO table (columns) FORMAT Native` with the given encoded blocks; resolves when the rows are durable
   * (`async_insert=0`, table fsync settings). May have landed although it rejected: rows must be idempotent.
   */
  insertNative(
    table: string,
    columns: readonly string[],
    blocks: readonly Uint8Array[],
  ): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
