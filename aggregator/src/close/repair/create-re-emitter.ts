/**
 * Writes the rows of a range of the log again after the store has lost some: what the rater would have written there, made by
 * the rater's own step from the log. Rows that are still there collapse with their copies.
 */
import type { InstallationKeys } from '@tidemark/ingest/contract';
import type { EventLog } from '@tidemark/ingest/log';
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import type { Logger } from '@tidemark/platform/log';
import {
  defaultRaterConfig,
  InProcessRatingPool,
  reEmitRange,
  systemScheduler,
} from '@tidemark/rater/partitions';
import type { RatingEngineSettings, Scheduler } from '@tidemark/rater/partitions';
import type { CatalogSource } from '@tidemark/rater/ports';
import { readProgress } from '../../store/read-progress.ts';
import { createUsageSink } from '../../store/usage-sink.ts';
import { createUsageStore } from '../../store/usage-store.ts';
import { readOutcomesBelow } from './read-outcomes-below.ts';

interface OffsetRange {
  readonly partition: number;
  /** Where the log has begun after it, the range begins there. */
  readonly from: number;
  /** Exclusive; what is not promised yet is left to the rater. */
  readonly to: number;
}

/** Rejects where log and store do not hold what is needed: then an operator has to decide. */
export type ReEmit = (range: OffsetRange) => Promise<void>;

export interface ReEmitterOptions {
  readonly clickHouse: ClickHouse;
  readonly eventLog: EventLog;
  readonly catalogSource: CatalogSource;
  readonly keys: InstallationKeys;
  /** The same as in the raters. */
  readonly settings: RatingEngineSettings;
  readonly log: Logger;
  /** The system's by default. */
  readonly scheduler?: Scheduler;
}

export function createReEmitter(options: ReEmitterOptions): ReEmit {
  const { catalogSource, clickHouse, eventLog, keys, log, settings } = options;
  return async ({ from: wanted, partition, to }) => {
    const { incarnation } = eventLog;
    const progress = (await readProgress(clickHouse)).find(
      (row) => row.partition === partition && row.incarnation === incarnation,
    );
    if (progress === undefined) return;
    const bases = await eventLog.beginningOffsets();
    const from = Math.max(wanted, bases[partition] ?? 0);
    const bound = { incarnation, partition, below: from };
    const before = await readOutcomesBelow(clickHouse, bound);
    const pool = new InProcessRatingPool(settings);
    const context = {
      partition,
      log: eventLog,
      store: createUsageStore(clickHouse),
      sink: createUsageSink(clickHouse),
      catalogSource,
      pool,
      scheduler: options.scheduler ?? systemScheduler,
      config: defaultRaterConfig,
      logger: log,
      keys,
      signal: new AbortController().signal,
    };
    const end = Math.min(to, progress.next);
    await reEmitRange(context, { from, to: end, before, epochNow: progress.epoch });
    await pool.close();
    log.warn({ partition, from, to: end }, 'lost rows were written again from the log');
  };
}
