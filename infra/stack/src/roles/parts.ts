/** The working parts of a process, each started into a lifecycle: gateway, rater, close worker, HTTP server. */
import { createCloseWorker, createReEmitter } from '@tidemark/aggregator/close';
import type { CloseWorker } from '@tidemark/aggregator/close';
import { createUsageSink, createUsageStore } from '@tidemark/aggregator/store';
import type { CloseLedger } from '@tidemark/aggregator/ports';
import type { AcceptanceWindow, InstallationKeys } from '@tidemark/ingest/contract';
import { createEventPublisher, registerGateway } from '@tidemark/ingest/gateway';
import type { EventTypeRules, KeyVerifier } from '@tidemark/ingest/gateway';
import type { EventLog } from '@tidemark/ingest/log';
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import { systemClock } from '@tidemark/platform/clock';
import { closeHttpServer } from '@tidemark/platform/http';
import type { createHttpServer } from '@tidemark/platform/http';
import type { Lifecycle } from '@tidemark/platform/lifecycle';
import type { Logger } from '@tidemark/platform/log';
import type { Metrics } from '@tidemark/platform/metrics';
import {
  createPiscinaRatingPool,
  createRater,
  InProcessRatingPool,
} from '@tidemark/rater/partitions';
import type { Rater, RatingEngineSettings } from '@tidemark/rater/partitions';
import type { CatalogSource } from '@tidemark/rater/ports';
import type { EmbeddedConfig } from './config.ts';

export interface ProcessParts {
  readonly lifecycle: Lifecycle;
  readonly log: Logger;
  readonly metrics: Metrics;
}

type HttpServer = ReturnType<typeof createHttpServer>;

const stopDeadlineMs = 15_000;

export interface GatewayParts {
  readonly app: HttpServer;
  readonly eventLog: EventLog;
  readonly keys: InstallationKeys;
  readonly keyVerifier: KeyVerifier;
  readonly rules: EventTypeRules;
  readonly config: EmbeddedConfig['gateway'];
}

/** Adds `POST /v1/events` to the server; at the stop everything accepted is acknowledged or answered first. */
export async function startGateway(process: ProcessParts, parts: GatewayParts): Promise<void> {
  const { metrics, log } = process;
  const publisher = await process.lifecycle.start('gateway', {
    start: () =>
      createEventPublisher({
        log: parts.eventLog,
        keys: parts.keys,
        metrics,
        logger: log,
        clock: systemClock,
        limits: { bytesInFlightMax: parts.config.bytesInFlightMax },
      }),
    stop: async (started) => {
      await started.stop(stopDeadlineMs);
    },
    stopTimeoutMs: stopDeadlineMs + 5_000,
  });
  const { keyVerifier, rules } = parts;
  registerGateway(parts.app, { keys: keyVerifier, rules, publisher, clock: systemClock, metrics });
}

export interface RaterParts {
  readonly eventLog: EventLog;
  readonly clickHouse: ClickHouse;
  readonly catalogSource: CatalogSource;
  readonly keys: InstallationKeys;
  readonly config: EmbeddedConfig['rater'];
  /** The consumer cannot go on: the process must end, for a supervisor to start it again. */
  readonly onFailed: (error: Error) => void;
}

export async function startRater(process: ProcessParts, parts: RaterParts): Promise<Rater> {
  const { lifecycle, log, metrics } = process;
  const settings = engineSettings(parts);
  const pool = await lifecycle.start('rating threads', {
    start: () =>
      parts.config.threads === 0
        ? new InProcessRatingPool(settings)
        : createPiscinaRatingPool({ settings, threads: parts.config.threads, log }),
    stop: (started) => started.close(),
  });
  const rater = createRater({
    log: parts.eventLog,
    sink: createUsageSink(parts.clickHouse),
    store: createUsageStore(parts.clickHouse),
    catalogSource: parts.catalogSource,
    pool,
    keys: parts.keys,
    metrics,
    logger: log,
    onFailed: parts.onFailed,
  });
  return lifecycle.start('rater', {
    start: async () => {
      await rater.start();
      return rater;
    },
    stop: (started) => started.stop(),
    stopTimeoutMs: stopDeadlineMs,
  });
}

const microsecondsPerDay = 86_400_000_000;
/**
 * The widest window that a tenant may have: the gateway has applied the tenant's own before it accepted an event, and what
 * it accepted must never turn into a dead letter.
 */
const widestAcceptanceWindow: AcceptanceWindow = {
  past: 3650 * microsecondsPerDay,
  future: 366 * microsecondsPerDay,
};

const bytesPerMiB = 1_048_576;
/** Identities with their owner's place, against those kept as a tag only. */
const ownerShare = 2 / 3;

/** A repair reads one partition at a time, and what does not fit is looked up. */
const repairDedupBytes = 256 * bytesPerMiB;

function repairSettings({ keys }: ClosePartsOfProcess['repair']): RatingEngineSettings {
  return {
    keys,
    acceptance: widestAcceptanceWindow,
    clockToleranceMs: Infinity,
    dedupLimits: {
      ownerBytesMax: Math.floor(repairDedupBytes * ownerShare),
      tagBytesMax: Math.floor(repairDedupBytes * (1 - ownerShare)),
    },
  };
}

function engineSettings({ keys, config, eventLog }: RaterParts): RatingEngineSettings {
  const bytes = (config.dedupMemoryMiB * bytesPerMiB) / eventLog.partitionCount;
  return {
    keys,
    acceptance: widestAcceptanceWindow,
    clockToleranceMs: config.clockToleranceMinutes * 60_000,
    dedupLimits: {
      ownerBytesMax: Math.floor(bytes * ownerShare),
      tagBytesMax: Math.floor(bytes * (1 - ownerShare)),
    },
  };
}

export interface ClosePartsOfProcess {
  readonly ledger: CloseLedger;
  readonly clickHouse: ClickHouse;
  /** What lost rows can be made of again. */
  readonly repair: {
    readonly eventLog: EventLog;
    readonly catalogSource: CatalogSource;
    readonly keys: InstallationKeys;
  };
}

export function startCloseWorker(
  { lifecycle, log, metrics }: ProcessParts,
  { repair, ...parts }: ClosePartsOfProcess,
): Promise<CloseWorker> {
  const ended = metrics.counter({
    name: 'tidemark_close_jobs_total',
    help: 'Period closes that ended, by status.',
    labelNames: ['status'],
  });
  const alarms = metrics.counter({
    name: 'tidemark_close_alarms_total',
    help: 'Differences between stored events, outcomes and totals that stopped a subscription or a job.',
  });
  const repaired = metrics.counter({
    name: 'tidemark_close_repairs_total',
    help: 'Ranges of the log whose rows the store had lost and a close had written again.',
  });
  return lifecycle.start('close worker', {
    start: () =>
      createCloseWorker({
        ...parts,
        reEmit: createReEmitter({ ...parts, ...repair, log, settings: repairSettings(repair) }),
        onProgress: (progress) => {
          if (progress.kind === 'repairing') repaired.inc({});
        },
        onAlarm: (close, part) => {
          alarms.inc({});
          log.error({ close: close.id, part }, 'the close found a difference');
        },
        onEnd: (close, error) => {
          const status = error === undefined ? close.status : 'failed';
          ended.inc({ status });
          if (error === undefined) log.info({ close: close.id, status }, 'the close ended');
          else log.error({ close: close.id, err: error }, 'the close failed');
        },
      }),
    stop: (worker) => worker.stop(),
  });
}

/** Listens and resolves with the address. */
export async function listen(
  { lifecycle }: ProcessParts,
  app: HttpServer,
  http: EmbeddedConfig['http'],
): Promise<string> {
  await lifecycle.start('http server', {
    start: () => app.listen({ host: http.host, port: http.port }),
    stop: () => closeHttpServer(app),
  });
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : http.port;
  const host = http.host.includes(':') ? `[${http.host}]` : http.host;
  return `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`;
}
