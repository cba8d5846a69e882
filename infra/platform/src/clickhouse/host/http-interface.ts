/**
 * The part of ClickHouse's HTTP interface that `@clickhouse/client` uses, over the chDB engine of this process: queries
 * with bound parameters, Native inserts, exceptions in ClickHouse's shape, `/ping`.
 */
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { once } from 'node:events';
import { unlink } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { failpoint } from '../../failpoint/index.ts';
import type { Logger } from '../../log/index.ts';
import { bindParameters, quoteText } from './bind-parameters.ts';
import {
  EngineException,
  formatException,
  httpStatusOfException,
  toEngineException,
} from './engine-exception.ts';
import type { Engine, StatementSummary } from './engine.ts';
import { readHostRequest, tooLarge } from './host-request.ts';
import type { HostRequest } from './host-request.ts';
import { readStatement, settingsClause, withSettings } from './statement.ts';
import type { Statement } from './statement.ts';

export interface HttpInterfaceOptions {
  readonly engine: Engine;
  /** Folder on tmpfs where the bodies of inserts are put for the engine; wiped at start. */
  readonly stagingDirectory: string;
  readonly insertBytesMax: number;
  readonly queryBytesMax: number;
  readonly log: Logger;
}

type InsertData = Extract<Statement, { kind: 'insert-data' }>;

/** Creates the server; it does not listen yet. */
export function createHttpInterface(options: HttpInterfaceOptions): Server {
  rmSync(options.stagingDirectory, { recursive: true, force: true });
  mkdirSync(options.stagingDirectory, { recursive: true, mode: 0o700 });
  const handler = new RequestHandler(options);
  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 300_000 });
  server.on('request', (request, response) => void handler.handle(request, response));
  return server;
}

class RequestHandler {
  readonly #options: HttpInterfaceOptions;
  #sequence = 0;

  constructor(options: HttpInterfaceOptions) {
    this.#options = options;
  }

  /** Answers one request; never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/ping' || request.url?.startsWith('/ping?') === true) {
      response.end('Ok.\n');
      return;
    }
    try {
      const read = await readHostRequest(request, this.#options.queryBytesMax);
      response.setHeader('X-ClickHouse-Query-Id', read.queryId);
      response.setHeader('X-ClickHouse-Timezone', 'UTC');
      await this.#run(read, request, response);
    } catch (thrown) {
      this.#answerException(toEngineException(thrown), request, response);
    }
  }

  async #run(read: HostRequest, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const statement = readStatement(read.sql);
    const settings = settingsClause(read.settings);
    const bind = (sql: string) => bindParameters(sql, read.parameters);
    switch (statement.kind) {
      case 'insert-data':
        await this.#insert(statement, settings, request, response);
        break;
      case 'select':
        if (statement.streams) await this.#stream(bind(statement.sql) + settings, read, response);
        else await this.#answer(bind(statement.sql) + settings, response);
        break;
      case 'insert-select':
        await this.#answer(withSettings(bind(statement.sql), settings), response);
        break;
      case 'other':
        // SETTINGS of a CREATE TABLE are the table's: those of the request have no place in such a statement.
        await this.#answer(bind(statement.sql), response);
    }
  }

  /**
   * Writes the body to a tmpfs file and lets the engine read it: ten times cheaper in chDB than data inside the
   * statement. The answer is sent when the engine has the rows.
   */
  async #insert(
    statement: InsertData,
    settings: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (statement.format.toLowerCase() !== 'native') {
      throw new EngineException(
        48,
        'NOT_IMPLEMENTED',
        `Inserts of data in format ${statement.format} are not implemented, only Native`,
      );
    }
    this.#sequence += 1;
    const file = join(this.#options.stagingDirectory, `${this.#sequence}.native`);
    try {
      await receiveBody(request, file, this.#options.insertBytesMax);
      const columns = statement.columns === undefined ? '' : ` (${statement.columns})`;
      const source = `file(${quoteText(file)}, 'Native')`;
      const serial = 'max_threads = 1, schema_inference_use_cache_for_file = 0';
      const clause = settings === '' ? `\nSETTINGS ${serial}` : `${settings}, ${serial}`;
      failpoint('store/before-insert');
      const inserting = this.#options.engine.run(
        `INSERT INTO ${statement.table}${columns} SELECT ${statement.columns ?? '*'} FROM ${source}${clause}`,
      );
      failpoint('store/mid-insert');
      const { summary } = await inserting;
      failpoint('store/after-insert');
      response.setHeader('X-ClickHouse-Summary', formatSummary(summary));
      response.end();
    } finally {
      await unlink(file).catch(() => undefined);
    }
  }

  async #answer(sql: string, response: ServerResponse): Promise<void> {
    const { body, summary } = await this.#options.engine.run(sql);
    response.setHeader('X-ClickHouse-Summary', formatSummary(summary));
    response.end(body);
  }

  async #stream(sql: string, read: HostRequest, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    let target: Writable = response;
    if (read.acceptsGzip) {
      response.setHeader('Content-Encoding', 'gzip');
      const gzip = createGzip({ level: 1 });
      gzip.pipe(response);
      target = gzip;
    }
    await this.#options.engine.stream(
      sql,
      (chunk) => writeChunk(target, chunk, gone.signal),
      gone.signal,
    );
    target.end();
  }

  #answerException(
    exception: EngineException,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    this.#options.log.debug({ err: exception }, 'statement failed');
    if (response.headersSent) {
      // Part of the result is out: only a broken connection tells the reader that it is not the whole.
      response.destroy();
      return;
    }
    response.removeHeader('Content-Encoding');
    response.statusCode = httpStatusOfException(exception);
    response.setHeader('X-ClickHouse-Exception-Code', String(exception.code));
    response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
    if (!request.complete) response.setHeader('Connection', 'close');
    response.end(formatException(exception, this.#options.engine.version));
    request.resume();
  }
}

async function writeChunk(target: Writable, chunk: Uint8Array, signal: AbortSignal): Promise<void> {
  if (target.write(chunk)) return;
  await once(target, 'drain', { signal }).catch(() => undefined);
}

/**
 * Writes a body to a file in memory: at once, for a copy of a chunk takes less time than handing it to another thread. The
 * request itself is never destroyed, so that a refusal can still be answered.
 */
async function receiveBody(
  request: IncomingMessage,
  file: string,
  bytesMax: number,
): Promise<void> {
  const descriptor = openSync(file, 'w', 0o600);
  let bytes = 0;
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const take = (chunk: Buffer): void => {
    bytes += chunk.length;
    try {
      if (bytes > bytesMax) throw tooLarge(bytesMax);
      for (let at = 0; at < chunk.length;) at += writeSync(descriptor, chunk, at);
    } catch (thrown) {
      request.off('data', take);
      reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
  };
  request.on('data', take);
  request.once('end', () => resolve(undefined));
  request.once('close', () => {
    if (!request.complete) reject(new EngineException(210, 'NETWORK_ERROR', 'Aborted'));
  });
  try {
    await promise;
  } finally {
    closeSync(descriptor);
  }
}

function formatSummary({ rowsRead, bytesRead }: StatementSummary): string {
  return JSON.stringify({
    read_rows: String(rowsRead),
    read_bytes: String(bytesRead),
    written_rows: String(rowsRead),
    written_bytes: String(bytesRead),
    total_rows_to_read: '0',
    result_rows: '0',
    result_bytes: '0',
    elapsed_ns: '0',
  });
}
