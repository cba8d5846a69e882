/** The API on a real server and port, with reads of usage from memory. */
import { createHttpServer, closeHttpServer } from '@tidemark/platform/http';
import { silentLogger } from '@tidemark/platform/log';
import { createMetrics } from '@tidemark/platform/metrics';
import type { Clock } from '@tidemark/platform/clock';
import type { SqlDatabase } from '@tidemark/platform/postgres';
import { registerApi } from '../../src/server/index.ts';
import type { RateLimit, UsageReads } from '../../src/server/index.ts';
import type { ControlPlane } from '../../src/control-plane.ts';
import { createFixture } from './control-plane-fixture.ts';
import type { ControlPlaneFixture } from './control-plane-fixture.ts';
import { MemoryUsageReads } from './memory-usage-reads.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // Tests look at whatever a document has.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

export interface ApiServer extends ControlPlaneFixture {
  readonly url: string;
  readonly reads: MemoryUsageReads;
  /** How often a close was poked. */
  readonly pokes: { count: number };
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Calls with one key. */
  as(key: string): Caller;
  stop(): Promise<void>;
}

interface CallOptions {
  readonly key?: string;
  readonly body?: unknown;
  /** Sent as it is. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Caller {
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  patch(path: string, body: unknown): Promise<Answer>;
  delete(path: string): Promise<Answer>;
}

export async function startApi(
  database: SqlDatabase,
  options: {
    clock?: Clock;
    rateLimit?: RateLimit;
    /** Reads over a real store in place of those from memory. */
    readsOf?: (controlPlane: ControlPlane) => UsageReads;
  } = {},
): Promise<ApiServer> {
  const fixture = await createFixture(database, options.clock);
  const reads = new MemoryUsageReads();
  const pokes = { count: 0 };
  const app = createHttpServer({ log: silentLogger, metrics: createMetrics() });
  registerApi(app, {
    controlPlane: fixture.controlPlane,
    reads: options.readsOf?.(fixture.controlPlane) ?? reads,
    wakeCloses: () => {
      pokes.count += 1;
    },
    ...(options.rateLimit === undefined ? {} : { rateLimit: options.rateLimit }),
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const call = async (method: string, path: string, given: CallOptions = {}): Promise<Answer> => {
    const {
      body,
      headers = {},
      key,
      text = body === undefined ? undefined : JSON.stringify(body),
    } = given;
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(text === undefined ? {} : { body: text }),
    });
    const answer = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: answer === '' ? null : (JSON.parse(answer) as unknown),
    };
  };
  return {
    ...fixture,
    url,
    reads,
    pokes,
    call,
    as: (key) => ({
      get: (path) => call('GET', path, { key }),
      post: (path, body, headers) =>
        call('POST', path, { key, body, ...(headers === undefined ? {} : { headers }) }),
      patch: (path, body) => call('PATCH', path, { key, body }),
      delete: (path) => call('DELETE', path, { key }),
    }),
    async stop() {
      await fixture.controlPlane.stop();
      await closeHttpServer(app, 1000);
    },
  };
}
