/** A log, a store, a catalog and any number of raters over them; waits on what is stored, never on time. */
import { createMetrics } from '@tidemark/platform/metrics';
import { silentLogger } from '@tidemark/platform/log';
import { createRater, systemScheduler } from '../../src/partitions/index.ts';
import type { Rater, RaterConfig, Scheduler } from '../../src/partitions/index.ts';
import type { RatingPool } from '../../src/pool/rating-pool.ts';
import type { CatalogChange } from '../../src/catalog/index.ts';
import { MemoryCatalog } from '../fakes/memory-catalog.ts';
import { MemoryEventLog } from '../fakes/memory-event-log.ts';
import type { MemoryEventLogOptions } from '../fakes/memory-event-log.ts';
import { MemoryUsageStore } from '../fakes/memory-usage-store.ts';
import { Gateway, keys, startMs } from '../fakes/usage-scene.ts';

/** Retries and flushes as soon as can be: outages of a test last a few turns of the event loop. */
const hastyScheduler: Scheduler = {
  ...systemScheduler,
  after: (delayMs, callback) => systemScheduler.after(Math.min(delayMs, 2), callback),
};

export type CreatePool = () => RatingPool;

export class RaterWorld {
  readonly log: MemoryEventLog;
  readonly store = new MemoryUsageStore();
  readonly catalog = new MemoryCatalog();
  readonly gateway: Gateway;
  readonly #createPool: CreatePool;
  readonly #running: { readonly rater: Rater; readonly pool: RatingPool }[] = [];

  constructor(createPool: CreatePool, options: MemoryEventLogOptions = {}) {
    this.#createPool = createPool;
    this.log = new MemoryEventLog(options);
    this.gateway = new Gateway(this.log);
  }

  publish(...changes: CatalogChange[]): number {
    return this.catalog.publish(this.log, changes, keys, startMs);
  }

  async startRater(config: Partial<RaterConfig> = {}): Promise<{ rater: Rater; pool: RatingPool }> {
    const running = this.createRater(config);
    await running.rater.start();
    return running;
  }

  /** One that is not started yet. */
  createRater(config: Partial<RaterConfig> = {}): { rater: Rater; pool: RatingPool } {
    const pool = this.#createPool();
    const { log, store, catalog } = this;
    const rater = createRater({
      log,
      sink: store,
      store,
      catalogSource: catalog,
      pool,
      keys,
      metrics: createMetrics({ processMetrics: false }),
      logger: silentLogger,
      scheduler: hastyScheduler,
      config: { flushIntervalMinMs: 1, flushIntervalFewMs: 1, ...config },
    });
    const running = { rater, pool };
    this.#running.push(running);
    return running;
  }

  /** Resolves when every record of the log is covered by `progress`. */
  async caughtUp(): Promise<void> {
    const ends = await this.log.endOffsets();
    await this.stored(() =>
      ends.every((end, partition) => {
        const rows = this.store.progressRows(partition);
        return end === 0 || rows.some(({ next }) => next >= end);
      }),
    );
  }

  /** Resolves after the write that makes `reached` true. */
  stored(reached: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!reached()) return;
        this.store.onWrite = undefined;
        resolve();
      };
      this.store.onWrite = look;
      look();
    });
  }

  /** Stops every rater; what is queued is rated first. */
  async close(): Promise<void> {
    for (const { rater, pool } of this.#running.splice(0)) {
      await rater.stop();
      await pool.close();
    }
  }
}
