/** A gateway on a real HTTP server over a real log, as a composition root would build it. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixedClock, parseInstant } from '@tidemark/platform/clock';
import { closeHttpServer, createHttpServer } from '@tidemark/platform/http';
import { createMetrics } from '@tidemark/platform/metrics';
import type { Metrics } from '@tidemark/platform/metrics';
import { columnsEvent } from '../../src/contract/canonical-data.ts';
import { deriveKeys } from '../../src/contract/log-keys.ts';
import type { EnvelopeMessage } from '../../src/contract/log-message.ts';
import { decodeLogRecord } from '../../src/contract/log-message-codec.ts';
import type { AcceptedEvent } from '../../src/contract/usage-event.ts';
import { createEventPublisher, registerGateway } from '../../src/gateway/index.ts';
import type { EventPublisher, PublisherLimits } from '../../src/gateway/index.ts';
import type { EventLog, LogAppend } from '../../src/log/event-log.ts';
import { createLmdbEventLog } from '../../src/log/index.ts';
import { silentLogger } from './silent-logger.ts';
import { StaticEventRules } from './static-event-rules.ts';
import { StaticKeys } from './static-keys.ts';

/** The gateway's clock. */
export const nowText = '2026-01-31T12:00:00Z';
const now = parseInstant(nowText) ?? 0;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: {
    readonly accepted?: number;
    readonly rejected?: readonly {
      index: number;
      id: string | null;
      code: string;
      message: string;
    }[];
    readonly code?: string;
    readonly detail?: string;
  };
}

export class GatewayUnderTest {
  readonly url: string;
  readonly publisher: EventPublisher;
  readonly metrics: Metrics;
  readonly #log: EventLog;
  readonly #keys: ReturnType<typeof deriveKeys>;
  readonly #stop: () => Promise<void>;

  private constructor(given: {
    url: string;
    publisher: EventPublisher;
    metrics: Metrics;
    log: EventLog;
    keys: ReturnType<typeof deriveKeys>;
    stop: () => Promise<void>;
  }) {
    this.url = given.url;
    this.publisher = given.publisher;
    this.metrics = given.metrics;
    this.#log = given.log;
    this.#keys = given.keys;
    this.#stop = given.stop;
  }

  /** `through` may stand between publisher and log, to make appends fail or wait. */
  static async start(
    given: {
      readonly limits?: Partial<PublisherLimits>;
      readonly through?: (log: EventLog) => Pick<EventLog, 'append' | 'partitionCount'>;
    } = {},
  ): Promise<GatewayUnderTest> {
    const directory = await mkdtemp(join(tmpdir(), 'tidemark-gateway-'));
    const log = await createLmdbEventLog({ directory, partitionCount: 4 });
    const metrics = createMetrics({ processMetrics: false });
    const keys = deriveKeys(randomBytes(32));
    const publisher = createEventPublisher({
      log: given.through?.(log) ?? log,
      keys,
      metrics,
      logger: silentLogger,
      ...(given.limits === undefined ? {} : { limits: given.limits }),
    });
    const app = createHttpServer({ log: silentLogger, metrics });
    registerGateway(app, {
      keys: new StaticKeys(),
      rules: new StaticEventRules(),
      publisher,
      clock: fixedClock(now),
      metrics,
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const stop = async () => {
      await publisher.stop(5000);
      await closeHttpServer(app, 1000);
      await log.close();
      await rm(directory, { recursive: true, force: true });
    };
    return new GatewayUnderTest({
      url: `http://127.0.0.1:${port}`,
      publisher,
      metrics,
      log,
      keys,
      stop,
    });
  }

  stop(): Promise<void> {
    return this.#stop();
  }

  /** Sends a body to `/v1/events`; strings and bytes go as they are. */
  async post(
    body: string | Uint8Array | null,
    given: {
      readonly type?: string;
      readonly key?: string;
      readonly query?: string;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<Answer> {
    const key = given.key ?? 'live-key';
    const response = await fetch(`${this.url}/v1/events${given.query ?? ''}`, {
      method: 'POST',
      headers: {
        ...(key === '' ? {} : { authorization: `Bearer ${key}` }),
        ...(given.type === '' ? {} : { 'content-type': given.type ?? 'application/json' }),
        ...given.headers,
      },
      body: body as string | Uint8Array<ArrayBuffer> | null,
    });
    return {
      status: response.status,
      headers: response.headers,
      json: (await response.json()) as Answer['json'],
    };
  }

  postJson(value: unknown, given: Parameters<GatewayUnderTest['post']>[1] = {}): Promise<Answer> {
    return this.post(JSON.stringify(value), given);
  }

  /** Every envelope in the log, with the partition it stands in. */
  async envelopes(): Promise<(EnvelopeMessage & { readonly partition: number })[]> {
    const ends = await this.#log.endOffsets();
    const envelopes = [];
    for (const [partition, end] of ends.entries()) {
      for await (const records of this.#log.read(partition, 0, end)) {
        for (const record of records) {
          const message = decodeLogRecord(record, this.#keys);
          if (message.kind !== 'envelope') throw new Error(`A record is ${message.kind}.`);
          envelopes.push({ ...message, partition });
        }
      }
    }
    return envelopes;
  }

  /** Every event in the log. */
  async events(): Promise<AcceptedEvent[]> {
    return (await this.envelopes()).flatMap(({ columns }) =>
      Array.from({ length: columns.count }, (_, row) => columnsEvent(columns, row)),
    );
  }

  /** Those of these ids that the log holds, as often as it holds them, sorted. */
  async logged(ids: readonly unknown[]): Promise<string[]> {
    const events = await this.events();
    return events
      .map(({ id }) => id)
      .filter((id) => ids.includes(id))
      .sort();
  }
}

/** Stands between publisher and log: appends can be made to fail or to wait. */
export class FaultyAppend implements Pick<EventLog, 'append' | 'partitionCount'> {
  readonly partitionCount: number;
  readonly #log: EventLog;
  readonly #gates: Promise<unknown>[] = [];
  failures = 0;
  /** Whether a failing append lands all the same. */
  failuresLand = false;
  appends = 0;

  constructor(log: EventLog) {
    this.#log = log;
    this.partitionCount = log.partitionCount;
  }

  /** The next appends wait until the gate opens. */
  hold(gate: Promise<unknown>): void {
    this.#gates.push(gate);
  }

  async append(records: readonly LogAppend[]): Promise<number[]> {
    this.appends += 1;
    await this.#gates.at(-1);
    if (this.failures === 0) return this.#log.append(records);
    this.failures -= 1;
    if (this.failuresLand) await this.#log.append(records);
    throw new Error('The log lost its voice.');
  }
}
