/**
 * The `ClickHouse` interface over HTTP with the official client; a server and `clickhouse-host` cannot be told apart.
 * Rows must be idempotent: an insert that rejected may have landed all the same.
 */
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createClient } from '@clickhouse/client';
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';
import { z } from 'zod';
import { AppError } from '../errors/index.ts';
import type { ClickHouse, ClickHouseParameter, ClickHouseQuery } from './clickhouse.ts';
import { translateClickHouseError } from './clickhouse-error.ts';

export interface ClickHouseOptions {
  /** `http://user:password@host:8123/database`. */
  readonly url: string;
  readonly applicationName?: string;
  /** Of one query or insert, until its answer is complete; default 60 s. */
  readonly timeoutMs?: number;
  readonly connectionsMax?: number;
  /** Ask for gzip answers; worth it across a network, not on loopback. */
  readonly compressAnswers?: boolean;
  /** Further settings of every insert, such as `insert_quorum: 'auto'` on a cluster. */
  readonly insertSettings?: Readonly<Record<string, string | number>>;
}

type Parameters = Readonly<Record<string, ClickHouseParameter>>;

/** Creates a client; connects lazily. */
export function createClickHouse(options: ClickHouseOptions): ClickHouse {
  return new HttpClickHouse(options);
}

// Numbers that JavaScript cannot hold would be rounded by JSON.parse; as texts they arrive as they are.
const exactJson: ClickHouseSettings = {
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_decimals: 1,
};

const identifier = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$/;
const settingRow = z.object({ name: z.string() });

class HttpClickHouse implements ClickHouse {
  readonly #client: ClickHouseClient;
  readonly #options: ClickHouseOptions;
  readonly #timeoutMs: number;
  #insertSettings: Promise<ClickHouseSettings> | undefined;

  constructor(options: ClickHouseOptions) {
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? 60_000;
    this.#client = createClient({
      url: options.url,
      application: options.applicationName ?? 'tidemark',
      request_timeout: this.#timeoutMs,
      max_open_connections: options.connectionsMax ?? 10,
      // Below the server's own limit of 3 s and more: it must be us who closes an idle connection, or a request meets a
      // socket that is being closed.
      keep_alive: { enabled: true, idle_socket_ttl: 2000, eagerly_destroy_stale_sockets: true },
      compression: { request: false, response: options.compressAnswers ?? false },
      use_multipart_params_auto: true,
      clickhouse_settings: exactJson,
      log: { level: 127 },
    });
  }

  async query<Schema extends z.ZodType>(
    query: ClickHouseQuery<Schema>,
  ): Promise<z.output<Schema>[]> {
    const rows: z.output<Schema>[] = [];
    for await (const chunk of this.stream(query)) rows.push(...chunk);
    return rows;
  }

  async *stream<Schema extends z.ZodType>(
    query: ClickHouseQuery<Schema>,
  ): AsyncGenerator<z.output<Schema>[]> {
    try {
      const result = await this.#client.query({
        query: query.sql,
        format: 'JSONEachRow',
        query_params: query.parameters ?? {},
        clickhouse_settings: this.#readSettings(),
      });
      for await (const rows of result.stream()) {
        yield rows.map((row) => parseRow(query.row, row.json()));
      }
    } catch (thrown) {
      throw translateClickHouseError(thrown, 'query');
    }
  }

  async queryNative(sql: string, parameters: Parameters = {}): Promise<Uint8Array> {
    try {
      const { stream } = await this.#client.exec({
        query: `${sql}\nFORMAT Native`,
        query_params: parameters,
        clickhouse_settings: this.#readSettings(),
      });
      const chunks: Buffer[] = [];
      for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
      return Buffer.concat(chunks);
    } catch (thrown) {
      throw translateClickHouseError(thrown, 'query');
    }
  }

  async command(sql: string): Promise<void> {
    try {
      await this.#client.command({
        query: sql,
        // The answer waits for the end, so that a failure midway is an error and not a broken stream.
        clickhouse_settings: { wait_end_of_query: 1 },
      });
    } catch (thrown) {
      throw translateClickHouseError(thrown, 'command');
    }
  }

  async insertNative(
    table: string,
    columns: readonly string[],
    blocks: readonly Uint8Array[],
  ): Promise<void> {
    const names = columns.map((column) => quoted(column)).join(', ');
    const query = `INSERT INTO ${checked(table)} (${names}) FORMAT Native`;
    try {
      const clickhouse_settings = await this.#settingsOfInserts();
      const { stream } = await this.#client.exec({
        query,
        // Raw bytes: an object-mode stream of buffers keeps the blocks as they are, without a copy.
        values: Readable.from(
          blocks.map((block) => Buffer.from(block.buffer, block.byteOffset, block.byteLength)),
          { objectMode: false },
        ),
        clickhouse_settings,
      });
      // Only the complete answer is the acknowledgement.
      stream.resume();
      await finished(stream);
    } catch (thrown) {
      throw translateClickHouseError(thrown, `insert into ${table}`);
    }
  }

  async ping(): Promise<void> {
    const result = await this.#client.ping();
    if (!result.success) throw translateClickHouseError(result.error, 'ping');
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  #readSettings(): ClickHouseSettings {
    // The server gives up a little before we do, so that a slow query ends on its side too.
    return { max_execution_time: Math.max(1, Math.floor(this.#timeoutMs / 1000)) };
  }

  /**
   * Synchronous inserts whose blocks are never dropped as duplicates: with rows keyed by log coordinate, block dedup can
   * only lose rows. Newer servers replaced `insert_deduplicate` by `deduplicate_insert` and ignore the old one alone.
   */
  #settingsOfInserts(): Promise<ClickHouseSettings> {
    this.#insertSettings ??= this.#readInsertSettings().catch((error: unknown) => {
      this.#insertSettings = undefined;
      throw error;
    });
    return this.#insertSettings;
  }

  async #readInsertSettings(): Promise<ClickHouseSettings> {
    const known = await this.query({
      sql: `SELECT name FROM system.settings WHERE name = 'deduplicate_insert'`,
      row: settingRow,
    });
    const withoutDedup: Record<string, string | number> =
      known.length === 0 ? { insert_deduplicate: 0 } : { deduplicate_insert: 'disable' };
    return {
      async_insert: 0,
      // One block a batch: an insert into one partition is atomic only then.
      input_format_parallel_parsing: 0,
      max_insert_block_size: '10000000',
      // Rows of one insert are distinct already; collapsing them once more costs as much as writing them.
      optimize_on_insert: 0,
      ...withoutDedup,
      ...this.#options.insertSettings,
    };
  }
}

function parseRow<Schema extends z.ZodType>(schema: Schema, row: unknown): z.output<Schema> {
  const parsed = schema.safeParse(row);
  if (parsed.success) return parsed.data;
  throw new AppError(
    'invariant',
    'platform/clickhouse-row',
    'A row of the analytics store does not have the expected shape.',
    { details: { problems: z.prettifyError(parsed.error) } },
  );
}

function checked(name: string): string {
  if (identifier.test(name)) return name;
  throw new AppError('invariant', 'platform/clickhouse-name', 'Not a table or column name.', {
    details: { name },
  });
}

function quoted(column: string): string {
  return `\`${checked(column)}\``;
}
