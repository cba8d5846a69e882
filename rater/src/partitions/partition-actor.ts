/**
 * The life of one partition in this process: recover -> rate -> (rebuild and rate again) until it is taken away or halts.
 * Fetched records are only queued by the log's handler; everything else happens here, one step at a time:
 *
 *   fill a hole from the log -> wait for room -> rate a few records -> marker? confirm? halt?
 *
 * The group commit takes rows in between through `collect`.
 */
import { toAppError } from '@tidemark/platform/errors';
import type { PartitionSkip } from '@tidemark/ingest/contract';
import type { LogRecord } from '@tidemark/ingest/log';
import type { Progress } from '../ports.ts';
import { packRecords } from '../pool/packed-records.ts';
import type { RatedReply, RateStop, RateTask, StateFigures } from '../pool/protocol.ts';
import type { TakenBatch } from '../rating/partition-batch.ts';
import { emptyFigures } from './empty-figures.ts';
import type { CommitSource, GroupCommit } from './group-commit.ts';
import type { Interruption, PartitionContext } from './partition-context.ts';
import { readPatiently, rebuildAfter } from './partition-context.ts';
import {
  awaitSkip,
  findSkip,
  readHole,
  skipRecords,
  type PassedRecords,
} from './partition-skip.ts';
import type { PartitionHalt, PartitionPhase, PartitionStatus } from './partition-status.ts';
import { passEpoch } from './pass-epoch.ts';
import type { RaterMetrics } from './rater-metrics.ts';
import { RecordQueue } from './record-queue.ts';
import { recoverPartition } from './recovery.ts';
import { backoffMs } from './retry.ts';
import { pause, Wakeup } from './scheduler.ts';

export interface ActorOptions extends Omit<PartitionContext, 'signal'> {
  readonly commit: GroupCommit;
  readonly metrics: RaterMetrics;
  /** Where `progress` stood at the assignment; shown until the state is built. */
  readonly start: number;
  /** Numbers states in this process: no two states of a partition share one. */
  readonly nextAssignment: () => number;
  readonly flow: { pause(partition: number): void; resume(partition: number): void };
}

export class PartitionActor implements CommitSource {
  readonly #options: ActorOptions;
  readonly #context: PartitionContext;
  readonly #abort = new AbortController();
  readonly #queue = new RecordQueue();
  readonly #changed = new Wakeup();
  readonly #idle = new Wakeup();
  #phase: PartitionPhase = 'recovering';
  #halt: PartitionHalt | null = null;
  #assignment = 0;
  #figures: StateFigures;
  /** Whether a proven state of `#assignment` lives in the pool. */
  #live = false;
  /** The state was lost behind the loop's back. */
  #lost: Interruption | null = null;
  #takenNext: number;
  /** Offset after the last record that a fetch brought. */
  #fetched: number;
  #paused = false;
  #rating = false;
  #rebuilds = 0;
  /** Tasks of the state run one after the other, whoever asks. */
  #tail: Promise<unknown> = Promise.resolve();
  #ended: Promise<void> = Promise.resolve();

  constructor(options: ActorOptions) {
    this.#options = options;
    this.#context = { ...options, signal: this.#abort.signal };
    this.#figures = emptyFigures(options.start);
    this.#takenNext = options.start;
    this.#fetched = options.start;
  }

  start(): void {
    this.#options.commit.add(this);
    this.#ended = this.#run();
  }

  /** Called by the log's handler: queues and returns. */
  enqueue(records: readonly LogRecord[]): void {
    if (this.#abort.signal.aborted || this.#halt !== null) return;
    this.#queue.append(records);
    this.#fetched = Math.max(this.#fetched, (records.at(-1)?.offset ?? -1) + 1);
    this.#queue.dropBelow(this.#figures.next);
    const { queueBytesMax, queueRecordsMax } = this.#options.config;
    if (this.#queue.bytes > queueBytesMax || this.#queue.length > queueRecordsMax) this.#pause();
    this.#changed.notify();
  }

  /** Drops the state; whatever is still under way for it is discarded. */
  async stop(): Promise<void> {
    if (!this.#abort.signal.aborted) this.#abort.abort(new Error('The partition was taken away.'));
    this.#options.commit.remove(this);
    await this.#ended;
  }

  /** Resolves when the queue is empty or the partition cannot go on. */
  async drained(): Promise<void> {
    while (this.#halt === null && (this.#rating || this.#queue.length > 0)) {
      await this.#idle.wait(this.#abort.signal);
    }
  }

  get dirty(): boolean {
    return this.#live && this.#figures.next !== this.#takenNext;
  }

  get unflushedRows(): number {
    return this.#live ? this.#figures.rows : 0;
  }

  get waitingEvents(): number {
    if (!this.#live) return 0;
    return this.#paused ? Infinity : this.#queue.events;
  }

  collect(): Promise<TakenBatch | null> {
    return this.#exclusive(async () => {
      if (!this.dirty || this.#abort.signal.aborted) return null;
      const { partition, pool } = this.#options;
      const assignment = this.#assignment;
      const reply = await pool.run({ kind: 'take-batch', partition, assignment });
      if (reply.kind !== 'batch') {
        this.#loseState(rebuildAfter(reply));
        return null;
      }
      this.#takenNext = reply.batch.progress.next;
      this.#figures = { ...this.#figures, rows: 0 };
      return reply.batch;
    });
  }

  committed(progress: Progress): void {
    this.#options.logger.trace({ partition: progress.partition, next: progress.next }, 'committed');
  }

  status(): PartitionStatus {
    const { next, epoch, counts, dedupIds, dedupBytes } = this.#figures;
    const first = this.#queue.first;
    return {
      partition: this.#options.partition,
      phase: this.#phase,
      next,
      epoch,
      counts,
      queueRecords: this.#queue.length,
      queueBytes: this.#queue.bytes,
      queueEvents: this.#queue.events,
      oldestLogTimeMs: first?.logTimeMs ?? null,
      unflushedRows: this.unflushedRows,
      dedupIds,
      dedupBytes,
      halt: this.#halt,
    };
  }

  async #run(): Promise<void> {
    const { partition, pool } = this.#options;
    try {
      for (;;) {
        const interruption = (await this.#recover()) ?? (await this.#rate());
        this.#live = false;
        if (interruption.kind === 'halt') {
          const { detail, offset = this.#figures.next, reason } = interruption;
          this.#haltBecause(reason, detail, offset);
          if (!(await awaitSkip(this.#context, reason, offset))) break;
          this.#halt = null;
          continue;
        }
        if (!(await this.#mayRebuild(interruption))) break;
      }
    } catch (thrown) {
      if (!this.#abort.signal.aborted) {
        const { code, message, cause } = toAppError(thrown);
        this.#haltBecause(code, cause instanceof Error ? `${message} ${cause.message}` : message);
      }
    } finally {
      this.#live = false;
      if (this.#abort.signal.aborted) this.#phase = 'stopped';
      this.#queue.clear();
      this.#idle.notify();
      await pool.run({ kind: 'drop', partition, assignment: this.#assignment });
    }
  }

  async #recover(): Promise<Interruption | null> {
    const { scheduler, metrics, logger, partition } = this.#options;
    this.#phase = 'recovering';
    this.#lost = null;
    this.#assignment = this.#options.nextAssignment();
    const startedAtMs = scheduler.nowMs();
    const recovered = await recoverPartition(this.#context, this.#assignment);
    if (recovered.kind !== 'ready') return recovered;
    this.#figures = recovered.figures;
    this.#takenNext = recovered.figures.next;
    this.#live = true;
    const seconds = (scheduler.nowMs() - startedAtMs) / 1000;
    metrics.rebuilt(seconds);
    logger.info({ partition, next: this.#figures.next, seconds }, 'partition ready');
    return null;
  }

  /** Rates records until something interrupts it. */
  async #rate(): Promise<Interruption> {
    let confirmed: RateTask['confirmed'] = null;
    for (;;) {
      this.#phase = 'rating';
      const interruption = (await this.#nextRecords()) ?? this.#lost;
      if (interruption !== null) return interruption;
      await this.#options.commit.room(this.#abort.signal);
      const reply = await this.#rateSome(confirmed);
      confirmed = null;
      if (reply.kind !== 'rated') return reply;
      const { stop } = reply;
      if (stop === null || stop.kind === 'gap') continue;
      // What a marker computes and what the store is asked must include all that was applied before.
      await this.#options.commit.flush(this.#abort.signal);
      if (stop.kind === 'halt') {
        const ended = await this.#passDamage(stop);
        if (ended !== null) return ended;
      } else if (stop.kind === 'confirm') confirmed = await this.#confirm(stop);
      else {
        const ended = await this.#passMarker(stop);
        if (ended !== null) return ended;
      }
    }
  }

  /** Waits until the queue holds the next record; reads what the fetch did not bring from the log. */
  async #nextRecords(): Promise<Interruption | null> {
    for (;;) {
      this.#abort.signal.throwIfAborted();
      if (this.#lost !== null) return null;
      const { next } = this.#figures;
      this.#queue.dropBelow(next);
      this.#resumeWhenRoom();
      const first = this.#queue.first?.offset;
      if (first === next) return null;
      // Records that a lost state had passed are in the queue no more, and no fetch brings them again.
      const end = first ?? this.#fetched;
      if (end > next) {
        const interruption = await this.#fillHole(next, end);
        if (interruption !== null) return interruption;
        continue;
      }
      this.#rating = false;
      this.#idle.notify();
      this.#options.commit.notify();
      await this.#changed.wait(this.#abort.signal);
    }
  }

  async #fillHole(from: number, to: number): Promise<Interruption | null> {
    const found = await readHole(this.#context, from, to);
    if (found[0]?.offset !== from) {
      const { skip } = await findSkip(this.#context, { at: from, from: to });
      if (skip !== null && skip.to >= to) return await this.#skip(skip, { records: [], to });
      const detail = `The log does not hold the records from ${from} to ${to}.`;
      return { kind: 'halt', reason: 'rater/log-gap', detail };
    }
    this.#queue.prepend(found);
    return null;
  }

  /** Goes on behind a damaged record where an operator has allowed it. */
  async #passDamage(stop: Extract<RateStop, { kind: 'halt' }>): Promise<Interruption | null> {
    const record = this.#queue.first;
    const { next } = this.#figures;
    if (stop.reason !== 'rater/record-corrupt' || record?.offset !== next) return stop;
    const { skip } = await findSkip(this.#context, { at: next, from: next + 1 });
    return skip === null ? stop : await this.#skip(skip, { records: [record], to: next + 1 });
  }

  async #skip(skip: PartitionSkip, passed: PassedRecords): Promise<Interruption | null> {
    const { next: from } = this.#figures;
    const reply = await this.#exclusive(async () => {
      const answer = await skipRecords(this.#context, this.#assignment, { ...passed, from, skip });
      if (answer.kind === 'rated') this.#advance(answer.figures);
      return answer;
    });
    return reply.kind === 'rated' ? null : rebuildAfter(reply);
  }

  async #rateSome(confirmed: RateTask['confirmed']): Promise<RatedReply | Interruption> {
    const { partition, pool, config } = this.#options;
    this.#rating = true;
    const records = packRecords(
      this.#queue.peek({
        bytesMax: config.taskBytesMax,
        recordsMax: config.taskRecordsMax,
        eventsMax: config.taskEventsMax,
      }),
    );
    const reply = await this.#exclusive(async () => {
      const assignment = this.#assignment;
      const answer = await pool.run({ kind: 'rate', partition, assignment, records, confirmed });
      if (answer.kind === 'rated') this.#advance(answer.figures);
      return answer;
    });
    this.#abort.signal.throwIfAborted();
    return reply.kind === 'rated' ? reply : rebuildAfter(reply);
  }

  async #confirm(stop: Extract<RateStop, { kind: 'confirm' }>): Promise<RateTask['confirmed']> {
    const { store, partition, log } = this.#options;
    this.#phase = 'confirming';
    const { next: offset } = this.#figures;
    const { incarnation } = log;
    const { fingerprints } = stop;
    const query = { incarnation, partition, below: offset, fingerprints };
    const owners = await readPatiently(this.#context, 'owners', () => store.findOwners(query));
    return { offset, owners };
  }

  async #passMarker(stop: Extract<RateStop, { kind: 'marker' }>): Promise<Interruption | null> {
    this.#phase = 'changing-epoch';
    const record = this.#queue.first;
    if (record?.offset !== this.#figures.next) return null;
    // The catalog moves before `next` does: nobody may take rows in between.
    const passed = await this.#exclusive(() =>
      passEpoch(this.#context, this.#assignment, stop.marker, record),
    );
    if (passed.kind !== 'passed') return passed;
    this.#advance(passed.figures);
    const { logger, partition } = this.#options;
    logger.info({ partition, epoch: stop.marker.epoch }, 'catalog epoch in force');
    return null;
  }

  #advance(figures: StateFigures): void {
    const before = this.#figures;
    const { metrics, commit } = this.#options;
    this.#figures = figures;
    metrics.counted(before.counts, figures.counts, figures.next - before.next);
    if (figures.lost > before.lost) metrics.lost(figures.lost - before.lost);
    if (figures.next > before.next) this.#rebuilds = 0;
    this.#queue.dropBelow(figures.next);
    commit.notify();
  }

  #loseState(interruption: Interruption): void {
    this.#live = false;
    this.#lost = interruption;
    this.#changed.notify();
  }

  /** False, and halted, when rebuilding does not help. */
  async #mayRebuild(interruption: Extract<Interruption, { kind: 'rebuild' }>): Promise<boolean> {
    const { partition, scheduler, config, logger } = this.#options;
    const { code, detail } = interruption;
    this.#rebuilds++;
    const { next } = this.#figures;
    logger.warn(
      { partition, next, code, detail, rebuilds: this.#rebuilds },
      'partition state lost',
    );
    if (this.#rebuilds > config.rebuildsMax) {
      this.#haltBecause(code, detail);
      return false;
    }
    await pause(scheduler, backoffMs(this.#rebuilds), this.#abort.signal);
    return true;
  }

  #haltBecause(reason: string, detail: string, offset = this.#figures.next): void {
    const { partition, logger } = this.#options;
    this.#halt = { partition, offset, reason, detail };
    this.#phase = 'halted';
    this.#pause();
    this.#idle.notify();
    logger.error({ ...this.#halt }, 'partition halted');
  }

  #pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#options.flow.pause(this.#options.partition);
  }

  #resumeWhenRoom(): void {
    const { queueBytesMax, queueRecordsMax } = this.#options.config;
    const room =
      this.#queue.bytes <= queueBytesMax / 2 && this.#queue.length <= queueRecordsMax / 2;
    if (!this.#paused || !room) return;
    this.#paused = false;
    this.#options.flow.resume(this.#options.partition);
  }

  #exclusive<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
