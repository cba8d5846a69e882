/**
 * The server of the HTTP benchmarks: the gateway as production runs it, over a log that is named on the command line, and a
 * bare fastify route beside it that reads a body and answers. Tells its CPU time and what its log has acknowledged.
 */
import type { Server } from 'node:http';
import fastify from 'fastify';
import { createEventPublisher, registerGateway } from '@tidemark/ingest/gateway';
import { createKafkaEventLog, createLmdbEventLog } from '@tidemark/ingest/log';
import type { EventLog, LogAppend } from '@tidemark/ingest/log';
import { systemClock } from '@tidemark/platform/clock';
import { createHttpServer } from '@tidemark/platform/http';
import { createKafkaClient } from '@tidemark/platform/kafka';
import { silentLogger } from '@tidemark/platform/log';
import { createMetrics } from '@tidemark/platform/metrics';
import { keys, tenant } from '../workload/catalog.ts';

export type GatewayLog =
  | { readonly kind: 'memory' }
  | { readonly kind: 'lmdb'; readonly directory: string }
  | { readonly kind: 'kafka'; readonly brokers: readonly string[]; readonly topic: string };

export interface GatewayOptions {
  readonly partitions: number;
  readonly log: GatewayLog;
}

export interface GatewayUsage {
  readonly cpuMicroseconds: number;
  readonly residentBytes: number;
  /** Events in envelopes that the log has acknowledged. */
  readonly events: number;
  readonly envelopes: number;
  readonly envelopeBytes: number;
  readonly bareRequests: number;
}

type WriteLog = Pick<EventLog, 'append' | 'partitionCount'>;

const options = JSON.parse(process.argv[2] ?? '') as GatewayOptions;
const acknowledged = { events: 0, envelopes: 0, envelopeBytes: 0 };
let bareRequests = 0;

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const residentBytes = process.memoryUsage.rss();
  process.send?.({ cpuMicroseconds: user + system, residentBytes, ...acknowledged, bareRequests });
});
process.on('disconnect', () => process.exit(0));

async function startGateway(log: WriteLog): Promise<Server> {
  const metrics = createMetrics({ role: 'gateway' });
  const app = createHttpServer({ log: silentLogger, metrics });
  const publisher = createEventPublisher({ log, keys, metrics, logger: silentLogger });
  const key = { kind: 'ok', tenant, keyId: 'bench', scopes: new Set(['ingest'] as const) } as const;
  const numeric = new Set(['amount']);
  const window = { past: 35 * 86_400_000_000, future: 300_000_000 };
  registerGateway(app, {
    keys: { verify: () => Promise.resolve(key) },
    rules: { numericProperties: () => numeric, acceptanceWindow: () => window },
    publisher,
    clock: systemClock,
    metrics,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return app.server;
}

/** The upper bound: what the web framework costs when nothing is done with a body. */
async function startBare(): Promise<Server> {
  const app = fastify({ bodyLimit: 8 * 1024 * 1024 });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.post('/bare', () => {
    bareRequests += 1;
    return { accepted: 0, rejected: [] };
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return app.server;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function openLog({ partitions, log }: GatewayOptions): Promise<WriteLog> {
  switch (log.kind) {
    case 'memory':
      return new ForgetfulLog(partitions);
    case 'lmdb':
      return createLmdbEventLog({ directory: log.directory, partitionCount: partitions });
    case 'kafka':
      return createKafkaEventLog({
        kafka: createKafkaClient({ clientId: 'bench', brokers: log.brokers, log: silentLogger }),
        topic: {
          name: log.topic,
          partitionCount: partitions,
          replicationFactor: 1,
          minInSyncReplicas: 1,
          messageBytesMax: 1_048_576,
          retentionMs: -1,
        },
        groupId: 'bench',
        incarnation: 1,
      });
  }
}

/** Acknowledges everything in the next turn and keeps nothing: the gateway alone. */
class ForgetfulLog implements WriteLog {
  readonly partitionCount: number;
  readonly #ends: number[];

  constructor(partitionCount: number) {
    this.partitionCount = partitionCount;
    this.#ends = new Array<number>(partitionCount).fill(0);
  }

  async append(records: readonly LogAppend[]): Promise<number[]> {
    const offsets = records.map(({ partition }) => {
      const offset = this.#ends[partition] ?? 0;
      this.#ends[partition] = offset + 1;
      return offset;
    });
    await new Promise(setImmediate);
    return offsets;
  }
}

const decoder = new TextDecoder();

function counting(log: WriteLog): WriteLog {
  return {
    partitionCount: log.partitionCount,
    append: async (records) => {
      const offsets = await log.append(records);
      for (const { value, headers } of records) {
        acknowledged.events += Number(decoder.decode(headers['tm-n']));
        acknowledged.envelopes += 1;
        acknowledged.envelopeBytes += value.byteLength;
      }
      return offsets;
    },
  };
}

const gateway = await startGateway(counting(await openLog(options)));
const bare = await startBare();
process.send?.({ gatewayPort: portOf(gateway), barePort: portOf(bare) });
