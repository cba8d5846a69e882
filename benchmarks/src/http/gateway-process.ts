/**
 * A gateway in a process of its own, over a log that keeps nothing or over Kafka, and beside it a bare route of the same web
 * framework that reads a body and answers. Told anything, it tells what its log has acknowledged.
 */
import fastify from 'fastify';
import type { EventLog, LogAppend } from '@tidemark/ingest/log';
import { createKafkaClient } from '@tidemark/platform/kafka';
import { silentLogger } from '@tidemark/platform/log';
import { openTopic } from '../workload/kafka-topics.ts';
import { standardUsage } from '../workload/usage.ts';
import { portOf, startGateway } from './gateway.ts';

export type GatewayLog =
  | { readonly kind: 'forgetful' }
  | { readonly kind: 'kafka'; readonly brokers: readonly string[]; readonly topic: string };

export interface GatewayPorts {
  readonly gateway: number;
  readonly bare: number;
}

/** Since the process started. */
export interface GatewayCounts {
  /** User and system time of all threads: exact, where the kernel's counters have ticks of 10 ms. */
  readonly cpuMicroseconds: number;
  /** Events in envelopes that the log has acknowledged. */
  readonly events: number;
  readonly envelopes: number;
}

type WriteLog = Pick<EventLog, 'append' | 'partitionCount'>;

const acknowledged = { events: 0, envelopes: 0 };

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMicroseconds: user + system, ...acknowledged } satisfies GatewayCounts);
});
process.on('disconnect', () => process.exit(0));

/** The bound: what the web framework costs when nothing is done with a body. */
async function startBareRoute(): Promise<number> {
  const app = fastify({ bodyLimit: 8 * 1024 * 1024 });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.post('/v1/events', () => ({ accepted: 0, rejected: [] }));
  await app.listen({ host: '127.0.0.1', port: 0 });
  return portOf(app.server);
}

async function openLog(log: GatewayLog): Promise<WriteLog> {
  if (log.kind === 'forgetful') return new ForgetfulLog();
  const client = createKafkaClient({
    clientId: 'gateway',
    brokers: log.brokers,
    log: silentLogger,
  });
  return openTopic({ client }, log.topic, standardUsage.partitions);
}

/** Acknowledges everything in the next turn and keeps nothing: the gateway alone. */
class ForgetfulLog implements WriteLog {
  readonly partitionCount = standardUsage.partitions;
  readonly #ends = new Array<number>(this.partitionCount).fill(0);

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
      for (const { headers } of records) {
        acknowledged.events += Number(decoder.decode(headers['tm-n']));
        acknowledged.envelopes += 1;
      }
      return offsets;
    },
  };
}

const log = counting(await openLog(JSON.parse(process.argv[2] ?? '') as GatewayLog));
const [{ port: gateway }, bare] = await Promise.all([startGateway(log), startBareRoute()]);
process.send?.({ gateway, bare } satisfies GatewayPorts);
