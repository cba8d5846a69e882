/** Everything that a simulated run consists of: servers, what is known of them, and how guards are taken away. */
import { deriveKeys } from '@tidemark/ingest/contract';
import type { InstallationKeys } from '@tidemark/ingest/contract';
import type { EventLog, LogAppend } from '@tidemark/ingest/log';
import type { Logger } from '@tidemark/platform/log';
import type { Metrics } from '@tidemark/platform/metrics';
import type { CatalogChange } from '@tidemark/rater/catalog';
import type { RaterGuards, RatingPool } from '@tidemark/rater/partitions';
import type { UsageSink, UsageStore } from '@tidemark/rater/ports';
import { Network } from '../engine/network.ts';
import { Random } from '../engine/random.ts';
import type { SimulatedProcess } from '../engine/simulated-process.ts';
import { VirtualLoop } from '../engine/virtual-loop.ts';
import type { Trace } from '../engine/virtual-loop.ts';
import { ControlPlane } from '../fakes/control-plane.ts';
import type { LogDistortion } from '../fakes/log-client.ts';
import { SimulatedLog } from '../fakes/simulated-log.ts';
import { SimulatedStore } from '../fakes/simulated-store.ts';
import type { StoreDistortion } from '../fakes/simulated-store.ts';
import { startMs } from '../scenario/scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Truth } from '../check/truth.ts';

export const installationKeys: InstallationKeys = deriveKeys(new Uint8Array(32).fill(7));
/** Of somebody who would like to write to the log. */
export const foreignKeys: InstallationKeys = deriveKeys(new Uint8Array(32).fill(8));

/** What is left out of a run; every part is absent where all guards are on. */
export interface Distortions {
  readonly raterGuards?: RaterGuards;
  readonly raterStore?: StoreDistortion;
  readonly closeStore?: () => StoreDistortion;
  readonly raterLog?: (world: World) => LogDistortion;
  readonly append?: (append: LogAppend) => LogAppend;
  readonly sink?: (sink: UsageSink) => UsageSink;
  readonly store?: (store: UsageStore, world: World, log: EventLog) => UsageStore;
  readonly pool?: (pool: RatingPool) => RatingPool;
  readonly acceptedPastMs?: number;
  /** The row that landed last wins, not the one of the greatest version. */
  readonly versions?: false;
  readonly catalogHashes?: false;
  readonly incarnations?: false;
  readonly uniqueInvoices?: false;
  readonly cutUnderLock?: false;
  readonly comparison?: false;
}

export interface ObservedHalt {
  readonly atMs: number;
  readonly process: string;
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
  readonly detail: string;
}

/** A part that a close did not bill. */
export interface ObservedPart {
  readonly close: string;
  readonly reason: string;
  readonly detail: string;
}

export class World {
  readonly scenario: Scenario;
  readonly distortions: Distortions;
  readonly loop: VirtualLoop;
  readonly network: Network;
  readonly log: SimulatedLog;
  readonly store: SimulatedStore;
  readonly plane: ControlPlane;
  readonly truth: Truth;
  readonly halts: ObservedHalt[] = [];
  readonly parts: ObservedPart[] = [];
  /** Envelopes that the raters reported as lost. */
  lostReported = 0;
  /** What an accident makes of the catalog. */
  distortCatalog: ((changes: readonly CatalogChange[]) => readonly CatalogChange[]) | null = null;
  /** What an accident makes of the sums of the store. */
  distortSums: ((rows: Record<string, unknown>[], tos: readonly number[]) => void) | null = null;
  /** Records that were damaged, as they would read if nobody looked at their checksum. */
  readonly unchecked = new Map<string, LogAppend>();

  constructor(scenario: Scenario, distortions: Distortions, truth: Truth, trace: Trace | null) {
    this.scenario = scenario;
    this.distortions = distortions;
    this.truth = truth;
    this.loop = new VirtualLoop(startMs - 1000, new Random(scenario.seed, 'order'), trace);
    this.network = new Network(new Random(scenario.seed, 'network'), scenario.intensity);
    this.log = new SimulatedLog(scenario.partitionCount, this.loop, this.network);
    this.store = new SimulatedStore(this.loop, this.network, distortions.versions ?? true);
    this.plane = new ControlPlane(this.loop, distortions.uniqueInvoices ?? true);
  }

  /** Where progress stands for whoever reads all of it. */
  greatestProgress(partition: number): number {
    const rows = this.store.tables.table('progress').rows(false);
    return rows
      .filter((row) => row['partition'] === partition)
      .reduce((greatest, row) => Math.max(greatest, Number(row['next'])), 0);
  }
}

const nothing = (): void => undefined;

/** Notes what a process says, and takes down its halts. */
export function processLogger(world: World, process: SimulatedProcess): Logger {
  const say = (fields: object, message = ''): void =>
    world.loop.note(() => `${process.name}: ${message} ${JSON.stringify(fields, plainErrors)}`);
  const logger: Logger = {
    level: 'info',
    trace: nothing,
    debug: nothing,
    info: say,
    warn: say,
    error: (fields, message) => {
      say(fields, message);
      if (message !== 'partition halted') return;
      const halt = fields as Omit<ObservedHalt, 'atMs' | 'process'>;
      world.halts.push({ ...halt, atMs: world.loop.nowMs, process: process.name });
    },
    fatal: say,
    child: () => logger,
  };
  return logger;
}

function plainErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? value.message : value;
}

/** Counts the alarm of the loss detector; nothing else is looked at. */
export function processMetrics(world: World): Metrics {
  return {
    counter: ({ name }) => ({
      inc: (_labels, by = 1) => {
        if (name === 'tidemark_rater_envelopes_lost_total') world.lostReported += by;
      },
    }),
    gauge: () => ({ set: nothing, remove: nothing }),
    histogram: () => ({ observe: nothing, startTimer: () => () => 0 }),
    expose: () => Promise.resolve({ contentType: 'text/plain', text: '' }),
  };
}
