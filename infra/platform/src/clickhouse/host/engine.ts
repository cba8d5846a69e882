/**
 * The chDB engine of this process: a fixed pool of connections to one data directory, each running one statement at a
 * time. It must live in a main thread or a forked child; in a worker thread it ends the process with a fault.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import type * as chDB from 'chdb';
import type { Session } from 'chdb';
import { AppError, assert } from '../../errors/index.ts';
import { EngineException, toEngineException } from './engine-exception.ts';

export interface EngineOptions {
  readonly directory: string;
  /** Statements that run at once; further ones wait. */
  readonly concurrencyMax: number;
  /** Statements that wait; further ones are refused as a server does (202). */
  readonly waitingMax: number;
  /** Most memory of one query; 0 for no limit. */
  readonly queryMemoryBytesMax: number;
}

export interface StatementSummary {
  readonly rowsRead: number;
  readonly bytesRead: number;
}

/**
 * Merges yield: on a machine that the rater shares, one that rewrites millions of rows would take half of it for seconds, in which
 * every flush, and with it every live total, comes late. Where nothing is idle they still get a tenth (docs/adr/0046).
 */
const serverConfig = `<clickhouse>
    <os_threads_nice_value_merge_mutate>10</os_threads_nice_value_merge_mutate>
</clickhouse>
`;

export class Engine {
  readonly #idle: Session[];
  readonly #all: readonly Session[];
  readonly #waiting: ((session: Session) => void)[] = [];
  readonly #waitingMax: number;
  readonly #drain: () => Promise<void>;
  readonly version: string;

  private constructor(
    sessions: readonly Session[],
    waitingMax: number,
    drain: () => Promise<void>,
  ) {
    this.#all = sessions;
    this.#idle = [...sessions];
    this.#waitingMax = waitingMax;
    this.#drain = drain;
    const [first] = sessions;
    assert(first, 'The engine needs at least one connection.');
    this.version = first.query('SELECT version()', 'TabSeparated').trim();
  }

  static async open(options: EngineOptions): Promise<Engine> {
    assert(isMainThread, 'chDB must not be loaded in a worker thread.');
    const chdb = await loadChdb();
    mkdirSync(options.directory, { recursive: true });
    const configFile = `${options.directory}.xml`;
    writeFileSync(configFile, serverConfig);
    // Defaults of every connection. What a client sets for one statement goes into that statement.
    const connectionArgs = [
      `--config-file=${configFile}`,
      '--async_insert=0',
      '--deduplicate_insert=disable',
      '--output_format_json_quote_64bit_integers=1',
      '--output_format_json_quote_decimals=1',
      // Bound arrays become part of the text.
      '--max_query_size=134217728',
      `--max_memory_usage=${options.queryMemoryBytesMax}`,
    ];
    const sessions = Array.from(
      { length: options.concurrencyMax },
      () => new chdb.Session(options.directory, { connectionArgs }),
    );
    return new Engine(sessions, options.waitingMax, chdb.drainPending);
  }

  /** Runs a statement and keeps its whole result. */
  run(sql: string): Promise<{ readonly body: Uint8Array; readonly summary: StatementSummary }> {
    return this.#withSession(async (session) => {
      const result = await session.queryAsync(sql, { format: 'TabSeparated' });
      const { rowsRead, bytesRead } = result;
      return { body: result.bytes(), summary: { rowsRead, bytesRead } };
    });
  }

  /** Runs a query chunk by chunk; `write` waits for the reader. Stops the query when `signal` aborts. */
  stream(
    sql: string,
    write: (chunk: Uint8Array) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    return this.#withSession(async (session) => {
      const stream = session.queryStream(sql, { format: 'JSONEachRow' });
      for await (const chunk of stream) {
        if (signal.aborted) break;
        await write(chunk.raw());
      }
    });
  }

  async close(): Promise<void> {
    for (const session of this.#all) session.close();
    await this.#drain();
  }

  async #withSession<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    const session = await this.#acquire();
    try {
      return await work(session);
    } catch (thrown) {
      throw toEngineException(thrown);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(session);
      else next(session);
    }
  }

  #acquire(): Promise<Session> {
    const session = this.#idle.pop();
    if (session !== undefined) return Promise.resolve(session);
    if (this.#waiting.length >= this.#waitingMax) {
      throw new EngineException(
        202,
        'TOO_MANY_SIMULTANEOUS_QUERIES',
        'Too many simultaneous queries',
      );
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

async function loadChdb(): Promise<typeof chDB> {
  try {
    return await import('chdb');
  } catch (cause) {
    throw new AppError(
      'unavailable',
      'platform/chdb-missing',
      'The embedded ClickHouse engine (npm package chdb) is not installed for this system; use a ClickHouse server.',
      { cause, retryable: false },
    );
  }
}
