/**
 * The rater of one process: a member of the log's consuming group with one actor per partition, one group commit and one pool
 * of rating threads. What it is given is closed by whoever made it.
 */
import type { InstallationKeys } from '@tidemark/ingest/contract';
import type { EventLog, LogConsumer } from '@tidemark/ingest/log';
import { failpoint } from '@tidemark/platform/failpoint';
import type { Logger } from '@tidemark/platform/log';
import type { Metrics } from '@tidemark/platform/metrics';
import type { CatalogSource, Progress, UsageSink, UsageStore } from '../ports.ts';
import type { RatingPool } from '../pool/rating-pool.ts';
import { GroupCommit } from './group-commit.ts';
import { PartitionActor } from './partition-actor.ts';
import type { PartitionStatus } from './partition-status.ts';
import { defaultRaterConfig } from './rater-config.ts';
import type { RaterConfig } from './rater-config.ts';
import { createRaterMetrics } from './rater-metrics.ts';
import type { RaterMetrics } from './rater-metrics.ts';
import { retry } from './retry.ts';
import { systemScheduler } from './scheduler.ts';
import type { Scheduler } from './scheduler.ts';

export interface RaterOptions {
  readonly log: EventLog;
  readonly sink: UsageSink;
  readonly store: UsageStore;
  readonly catalogSource: CatalogSource;
  readonly pool: RatingPool;
  /** Prove an operator's decision to pass a hole in the log; without them every hole halts for good. */
  readonly keys?: InstallationKeys;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly config?: Partial<RaterConfig>;
  readonly scheduler?: Scheduler;
  /** The consumer cannot go on; the process should exit and be started again. */
  readonly onFailed?: (error: Error) => void;
}

export interface Rater {
  /** Joins the group; partitions follow as they are assigned. */
  start(): Promise<void>;
  /**
   * Rates what is queued, makes it durable and leaves the group, within the configured deadline; what is left then is rated
   * by the next owner. Idempotent.
   */
  stop(): Promise<void>;
  /** The partitions of this process, in order. */
  status(): PartitionStatus[];
}

export function createRater(options: RaterOptions): Rater {
  return new GroupRater(options);
}

class GroupRater implements Rater {
  readonly #options: RaterOptions;
  readonly #config: RaterConfig;
  readonly #scheduler: Scheduler;
  readonly #metrics: RaterMetrics;
  readonly #commit: GroupCommit;
  readonly #consumer: LogConsumer;
  readonly #actors = new Map<number, PartitionActor>();
  readonly #abort = new AbortController();
  #assignments = 0;
  #stopped: Promise<void> | null = null;

  constructor(options: RaterOptions) {
    this.#options = options;
    this.#config = { ...defaultRaterConfig, ...options.config };
    const scheduler = options.scheduler ?? systemScheduler;
    this.#scheduler = scheduler;
    this.#metrics = createRaterMetrics(options.metrics, {
      statuses: () => this.status(),
      endOffsets: () => options.log.endOffsets(),
      nowMs: () => scheduler.nowMs(),
    });
    this.#commit = new GroupCommit({
      sink: options.sink,
      scheduler,
      config: this.#config,
      commitHint: (positions) => this.#consumer.commitHint(positions),
      onFlush: (seconds, rows) => this.#metrics.flushed(seconds, rows),
      onSinkFailure: (err, failures) => {
        this.#metrics.sinkFailed();
        options.logger.warn({ err, failures }, 'cannot write to the store, will repeat');
      },
    });
    this.#consumer = options.log.consumer({
      assigned: (partitions) => this.#assigned(partitions),
      records: (partition, records) => {
        failpoint('rater/fetched');
        this.#actors.get(partition)?.enqueue(records);
      },
      revoked: (partitions) => this.#revoked(partitions),
      failed: (error) => {
        options.logger.error({ err: error }, 'the consumer failed');
        options.onFailed?.(error);
      },
    });
  }

  async start(): Promise<void> {
    this.#commit.start();
    await this.#consumer.start();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  status(): PartitionStatus[] {
    return [...this.#actors.values()]
      .map((actor) => actor.status())
      .sort((a, b) => a.partition - b.partition);
  }

  /** The start offset is ours: where `progress` stands, whatever the group remembers. */
  async #assigned(partitions: readonly number[]): Promise<ReadonlyMap<number, number>> {
    const { store, log, logger } = this.#options;
    const read = (): Promise<[Progress[], number[], number[]]> =>
      Promise.all([store.readProgress(), log.beginningOffsets(), log.endOffsets()]);
    const [rows, bases, ends] = await retry(read, {
      scheduler: this.#scheduler,
      signal: this.#abort.signal,
      what: 'always',
      onFailure: (err, failures) => logger.warn({ err, failures }, 'cannot read where to start'),
    });
    // An answer that came too late must not start what nobody would stop.
    if (this.#abort.signal.aborted) return new Map();
    const starts = new Map<number, number>();
    for (const partition of partitions) {
      const own = rows.filter(
        (row) => row.partition === partition && row.incarnation === log.incarnation,
      );
      const next = own.reduce((greatest, row) => Math.max(greatest, row.next), 0);
      // Outside of the log the partition will halt; the fetch itself must not fail over it.
      const start = Math.min(Math.max(next, bases[partition] ?? 0), ends[partition] ?? 0);
      starts.set(partition, start);
      this.#startActor(partition, start);
    }
    return starts;
  }

  #startActor(partition: number, start: number): void {
    const { keys, log, store, catalogSource, pool, logger } = this.#options;
    void this.#actors.get(partition)?.stop();
    const actor = new PartitionActor({
      partition,
      start,
      log,
      store,
      catalogSource,
      pool,
      logger,
      keys,
      scheduler: this.#scheduler,
      config: this.#config,
      commit: this.#commit,
      metrics: this.#metrics,
      nextAssignment: () => ++this.#assignments,
      flow: {
        pause: (which) => this.#consumer.pause(which),
        resume: (which) => {
          // A rater that stops fetches nothing more, whatever room its queues have.
          if (this.#stopped === null) this.#consumer.resume(which);
        },
      },
    });
    this.#actors.set(partition, actor);
    actor.start();
  }

  #revoked(partitions: readonly number[]): void {
    for (const partition of partitions) {
      const actor = this.#actors.get(partition);
      this.#actors.delete(partition);
      void actor?.stop();
    }
  }

  async #stop(): Promise<void> {
    const { logger } = this.#options;
    const actors = [...this.#actors.values()];
    for (const { partition } of this.status()) this.#consumer.pause(partition);
    if (!(await this.#drainInTime(actors))) {
      logger.warn({}, 'stopped before everything fetched was rated; the next owner goes on');
    }
    this.#abort.abort(new Error('The rater stops.'));
    await this.#consumer.stop();
    // Partitions may have been assigned while the others were drained.
    const all = new Set([...actors, ...this.#actors.values()]);
    await Promise.all([...all].map((actor) => actor.stop()));
    await this.#commit.stop();
    this.#actors.clear();
  }

  /** Rates the queues empty and flushes; false when the deadline came first. */
  async #drainInTime(actors: readonly PartitionActor[]): Promise<boolean> {
    const deadline = new AbortController();
    const cancel = this.#scheduler.after(this.#config.stopDeadlineMs, () =>
      deadline.abort(new Error('The deadline has passed.')),
    );
    const late = new Promise<false>((resolve) => {
      deadline.signal.addEventListener('abort', () => resolve(false), { once: true });
    });
    const drained = Promise.all(actors.map((actor) => actor.drained()))
      .then(() => this.#commit.flush(deadline.signal))
      .then(() => true)
      .catch(() => false);
    const inTime = await Promise.race([drained, late]);
    cancel();
    return inTime;
  }
}
