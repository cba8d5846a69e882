/** The processes of a run, each made of the product's own parts; one that ends is started again a while later. */
import { closePeriod, createReEmitter, defaultCloseLimits } from '@tidemark/aggregator/close';
import type { CloseDependencies } from '@tidemark/aggregator/close';
import { createUsageSink, createUsageStore } from '@tidemark/aggregator/store';
import { createEventPublisher } from '@tidemark/ingest/gateway';
import type { EventPublisher } from '@tidemark/ingest/gateway';
import { isAppError } from '@tidemark/platform/errors';
import { hashCatalogChanges } from '@tidemark/rater/catalog';
import { InProcessRatingPool, createRater } from '@tidemark/rater/partitions';
import type { Rater, RatingEngineSettings, Scheduler } from '@tidemark/rater/partitions';
import { SimulatedProcess } from '../engine/simulated-process.ts';
import { ControlClient, catalogSource, closeLedger } from '../fakes/control-client.ts';
import type { CatalogEpoch } from '../fakes/control-plane.ts';
import { LogClient } from '../fakes/log-client.ts';
import { storeClient } from '../fakes/simulated-store.ts';
import type { StoreDistortion } from '../fakes/simulated-store.ts';
import { acceptedPastMs } from '../scenario/scenario.ts';
import { installationKeys, processLogger, processMetrics } from './world.ts';
import type { World } from './world.ts';

/** The smallest generations of the dedup index: 8 slots of 28 bytes, or of 4 once only tags are left, for 6 identities. */
const dedupGenerationBytes = 8 * 28;
const dedupTagBytes = 8 * 4;
export const eventBytes = 100;
/** No more events at once than such a generation has room for: then no record is too large for the index. */
const eventsInFlightMax = 6;

export interface RaterProcess {
  readonly process: SimulatedProcess;
  readonly rater: Rater;
  readonly pool: InProcessRatingPool;
}

export function startRater(world: World, name: string, onFailed: () => void): RaterProcess {
  const { distortions, scenario } = world;
  const process = new SimulatedProcess(name, world.loop, world.network);
  const log = new LogClient(world.log, process, 'rater', distortions.raterLog?.(world));
  const clickHouse = storeClient(world.store, process, distortions.raterStore);
  const sink = createUsageSink(clickHouse);
  const store = createUsageStore(clickHouse);
  const pool = new InProcessRatingPool(engineSettings(world));
  const rater = createRater({
    log,
    sink: distortions.sink?.(sink) ?? sink,
    store: distortions.store?.(store, world, log) ?? store,
    catalogSource: catalogSource(world.plane, process, (changes) =>
      world.distortCatalog === null ? changes : world.distortCatalog(changes),
    ),
    pool: distortions.pool?.(pool) ?? pool,
    metrics: processMetrics(world),
    logger: processLogger(world, process),
    config: { taskRecordsMax: scenario.taskRecordsMax, queueRecordsMax: 12 },
    scheduler: schedulerOf(world, process),
    onFailed,
  });
  void rater.start();
  return { process, rater, pool };
}

function engineSettings({ distortions, scenario }: World): RatingEngineSettings {
  return {
    keys: installationKeys,
    acceptance: {
      past: (distortions.acceptedPastMs ?? acceptedPastMs) * 1000,
      future: 300_000_000,
    },
    dedupLimits: {
      ownerBytesMax: scenario.dedupGenerations * dedupGenerationBytes,
      tagBytesMax: scenario.dedupTagGenerations * dedupTagBytes,
    },
    ...(distortions.raterGuards !== undefined && { guards: distortions.raterGuards }),
  };
}

function schedulerOf(world: World, process: SimulatedProcess): Scheduler {
  return {
    nowMs: () => world.loop.nowMs,
    after: (delayMs, callback) => process.after(delayMs, `${process.name} timer`, callback),
  };
}

export interface GatewayProcess {
  readonly process: SimulatedProcess;
  readonly publisher: EventPublisher;
}

export function startGateway(world: World, name: string): GatewayProcess {
  const process = new SimulatedProcess(name, world.loop, world.network);
  const log = new LogClient(world.log, process, 'other');
  const { append } = world.distortions;
  const publisher = createEventPublisher({
    log: {
      partitionCount: log.partitionCount,
      append: (records) => log.append(append === undefined ? records : records.map(append)),
    },
    keys: installationKeys,
    metrics: processMetrics(world),
    logger: processLogger(world, process),
    scheduler: {
      nowMs: () => world.loop.nowMs,
      schedule: (delayMs, callback) => process.after(delayMs, `${name} timer`, callback),
    },
    gatewayId: name,
    limits: { bytesInFlightMax: eventsInFlightMax * eventBytes },
  });
  return { process, publisher };
}

export interface ControlProcess {
  readonly process: SimulatedProcess;
  readonly control: ControlClient;
}

export function startControl(world: World, name: string): ControlProcess {
  const process = new SimulatedProcess(name, world.loop, world.network);
  const control = new ControlClient({
    plane: world.plane,
    process,
    log: new LogClient(world.log, process, 'other'),
    store: storeClient(world.store, process),
    keys: installationKeys,
    cutUnderLock: world.distortions.cutUnderLock ?? true,
    hashOf: hashFor(world),
  });
  const publishLater = (): void => {
    process.after(world.network.random.delayMs(1200), `${name} looks for changes`, () => {
      const { acknowledged, epochs, pending } = world.plane;
      if (pending.length === 0 && acknowledged === epochs.length) {
        world.plane.whenWork(publishLater);
        return;
      }
      control.publish().then(publishLater, publishLater);
    });
  };
  publishLater();
  return { process, control };
}

/** Works on every close that is not done, as the product's close worker does; two of them may work on one. */
export function startCloser(world: World, name: string): { readonly process: SimulatedProcess } {
  const process = new SimulatedProcess(name, world.loop, world.network);
  const log = new LogClient(world.log, process, 'other');
  const control = new ControlClient({
    plane: world.plane,
    process,
    log,
    store: storeClient(world.store, process),
    keys: installationKeys,
    cutUnderLock: true,
    hashOf: hashFor(world),
  });
  const ledger = closeLedger(world.plane, process, control);
  const sleep = (delayMs: number): Promise<void> =>
    new Promise((resolve) => {
      process.after(delayMs, `${name} sleeps`, resolve);
    });
  const reEmit = createReEmitter({
    clickHouse: storeClient(world.store, process),
    eventLog: log,
    catalogSource: catalogSource(world.plane, process, (changes) => changes),
    keys: installationKeys,
    settings: engineSettings(world),
    log: processLogger(world, process),
    scheduler: schedulerOf(world, process),
  });
  const dependencies = (): CloseDependencies => ({
    ledger,
    clickHouse: storeClient(world.store, process, closeDistortion(world)),
    limits: { ...defaultCloseLimits, stallMs: 120_000, pollMs: 3000, waveSize: 3, issueSize: 2 },
    sleep,
    nowMs: () => world.loop.nowMs,
    ...(world.scenario.repairs && { reEmit }),
    ...(world.distortions.comparison === false && { guards: { comparison: false } }),
  });
  const work = async (): Promise<void> => {
    for (;;) {
      await sleep(world.network.random.delayMs(1600));
      if (world.plane.unfinishedCloses().length === 0) {
        await new Promise<void>((wake) => {
          world.plane.whenWork(() => process.after(1, `${name} wakes`, wake));
        });
      }
      const closes = await ledger.unfinishedCloses().catch(() => []);
      for (const close of closes) {
        try {
          const ended = await closePeriod(close, dependencies());
          for (const { reason, detail = '' } of ended.halted) {
            world.parts.push({ close: close.id, reason, detail });
          }
        } catch (error) {
          world.loop.note(() => `${name}: ${close.id} faults: ${String(error)}`);
          if (isAppError(error) && error.retryable) continue;
          world.parts.push({ close: close.id, reason: 'fault', detail: describe(error) });
        }
      }
    }
  };
  void work();
  return { process };
}

/** Without the guard a marker agrees with whatever the catalog answers. */
function hashFor(world: World): (epoch: CatalogEpoch) => string {
  return ({ changes, hash }) =>
    world.distortions.catalogHashes === false && world.distortCatalog !== null
      ? hashCatalogChanges(world.distortCatalog(changes))
      : hash;
}

function closeDistortion(world: World): StoreDistortion {
  const given = world.distortions.closeStore?.() ?? {};
  return {
    ...given,
    rows: (sql, rows, parameters) => {
      const answered = given.rows?.(sql, rows, parameters) ?? rows;
      if (sql.includes('AS nested,')) {
        world.distortSums?.(answered, parameters['spanTos'] as readonly number[]);
      }
      return answered;
    },
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
