/**
 * From a client's socket to where the usage can be queried, everything on one machine and fsync on: gateway, log, deduplication,
 * rating, store. Embedded, where one process does all but the engine's work, and as production runs it, with a gateway of its own
 * and Apache Kafka between. A round ends when the last event is queryable, and counts only if the store then holds the exact sum.
 */
import { createLmdbEventLog } from '@tidemark/ingest/log';
import type { EventLog } from '@tidemark/ingest/log';
import { setTimeout as delay } from 'node:timers/promises';
import { Child } from '../http/child.ts';
import { startGateway } from '../http/gateway.ts';
import type { GatewayLog, GatewayPorts } from '../http/gateway-process.ts';
import { expectedOf, httpLoads, LoadGenerator } from '../http/http-load.ts';
import type { HttpLoad } from '../http/http-load.ts';
import { mustEqual, WrongResult } from '../lib/comparison.ts';
import type {
  BenchmarkCase,
  Comparison,
  Measurement,
  OpenCase,
  RunSize,
} from '../lib/comparison.ts';
import { CpuMeter } from '../lib/cpu-meter.ts';
import { Shared } from '../lib/shared.ts';
import { openTopic } from '../workload/kafka-topics.ts';
import { createUsageLog } from '../workload/log-records.ts';
import {
  checkStored,
  createBenchmarkPool,
  createBenchmarkRater,
  queryableEvents,
} from '../workload/rate-log.ts';
import { createScratchDirectory } from '../workload/scratch-directory.ts';
import { startBroker, startStore } from '../workload/servers.ts';
import type { RunningBroker, RunningStore } from '../workload/servers.ts';
import { standardUsage } from '../workload/usage.ts';
import { bareRouteCase } from './http-formats.ts';

const { columnar, json, single } = httpLoads;
const loads: readonly HttpLoad[] = [columnar, json, single];

export const httpToQueryable: Comparison = {
  name: 'http-to-queryable',
  question:
    'How fast does usage sent over HTTP become deduplicated, rated and queryable, embedded?',
  quick: false,
  cases: [...loads.map((load) => queryableCase(load, openEmbedded)), ...loads.map(bareRouteCase)],
  ratios: loads.map(({ name }) => ({
    name: `${name}: queryable / bare route`,
    of: name,
    to: `bare-${name}`,
    by: 'rate',
  })),
};

export const httpKafkaToQueryable: Comparison = {
  name: 'http-kafka-to-queryable',
  question: 'The same through Apache Kafka, the gateway and the rater in processes of their own.',
  quick: false,
  cases: loads.map((load) => queryableCase(load, openThroughKafka)),
  ratios: [],
};

/** One life of a pipeline: an empty log that begins with the catalog. */
interface Pipeline {
  readonly port: number;
  readonly log: EventLog;
  /** Beside this one, the store's and the generator's. */
  readonly processes: Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

interface PipelineSource {
  /** Every round measures a new one. */
  begin(round: number): Promise<Pipeline>;
  close(): Promise<void>;
}

type OpenSource = (load: HttpLoad) => Promise<PipelineSource>;

function queryableCase(load: HttpLoad, openSource: OpenSource): BenchmarkCase {
  const { name, title } = load;
  return { name, title, unit: 'event', open: (size) => openCase(load, openSource, size) };
}

async function openCase(load: HttpLoad, openSource: OpenSource, size: RunSize): Promise<OpenCase> {
  const [source, store] = await Promise.all([openSource(load), startStore()]);
  const generator = new LoadGenerator();
  const pool = createBenchmarkPool(1);
  const { changes, records: markers } = createUsageLog({ events: 0 });
  return {
    measure: async (round) => {
      await store.empty();
      const pipeline = await source.begin(round);
      await pipeline.log.append(markers);
      const { log } = pipeline;
      const { clickHouse } = store;
      const rater = createBenchmarkRater({ log, clickHouse, changes, pool });
      await rater.start();
      try {
        await until('the catalog is in force', () =>
          Promise.resolve(rater.status().filter(({ next }) => next > 0).length === partitions),
        );
        return await measure({ load, pipeline, store, generator }, load.events(size));
      } finally {
        await rater.stop();
        await pipeline.stop();
      }
    },
    close: async () => {
      await Promise.all([source.close(), generator.stop(), pool.close()]);
      await store.stop();
    },
  };
}

const { partitions } = standardUsage;

interface MeasuredPipeline {
  readonly load: HttpLoad;
  readonly pipeline: Pipeline;
  readonly store: RunningStore;
  readonly generator: LoadGenerator;
}

/** From the first byte sent to the moment at which the last event can be queried. */
async function measure(given: MeasuredPipeline, events: number): Promise<Measurement> {
  const { load, pipeline, store, generator } = given;
  const { incarnation } = pipeline.log;
  const others = {
    ...pipeline.processes,
    store: store.processId,
    generator: generator.processId,
  };
  const meter = new CpuMeter({ own: 'tidemark', others });
  const report = await generator.send(load, pipeline.port, events);
  mustEqual('accepted events', report.accepted, report.events);
  await until('all events are queryable', async () => {
    return (await queryableEvents(store.clickHouse, incarnation)) >= report.events;
  });
  const used = meter.stop();
  await checkStored(store.clickHouse, incarnation, expectedOf(report));
  const figures = {
    'requests/s': (report.events / load.eventsPerRequest / used.wallMs) * 1000,
    'visible after the last answer ms': used.wallMs - report.seconds * 1000,
  };
  return { units: report.events, ...used, figures };
}

const pollMs = 10;
const stalledMs = 60_000;

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const giveUpAtMs = performance.now() + stalledMs;
  while (!(await isSo())) {
    if (performance.now() > giveUpAtMs) throw new WrongResult(`Waited in vain until ${what}.`);
    await delay(pollMs);
  }
}

function openEmbedded(): Promise<PipelineSource> {
  return Promise.resolve({
    begin: async () => {
      const directory = createScratchDirectory('log');
      const log = await createLmdbEventLog({
        directory,
        partitionCount: partitions,
      });
      const gateway = await startGateway(log);
      return {
        port: gateway.port,
        log,
        processes: {},
        stop: async () => {
          await gateway.stop();
          await log.close();
        },
      };
    },
    close: () => Promise.resolve(),
  });
}

const broker = new Shared<RunningBroker>(startBroker);

async function openThroughKafka({ name }: HttpLoad): Promise<PipelineSource> {
  const { client, brokers, processId } = await broker.acquire();
  return {
    begin: async (round) => {
      const topic = `http-${name}-${round}`;
      const log = await openTopic({ client }, topic, partitions);
      const gatewayLog: GatewayLog = { kind: 'kafka', brokers, topic };
      const file = new URL('../http/gateway-process.ts', import.meta.url);
      const gateway = new Child(file, [JSON.stringify(gatewayLog)]);
      const ports = await gateway.receive<GatewayPorts>();
      return {
        port: ports.gateway,
        log,
        processes: { gateway: gateway.processId, broker: processId },
        stop: async () => {
          await gateway.stop();
          await log.close();
        },
      };
    },
    close: () => broker.release(),
  };
}
