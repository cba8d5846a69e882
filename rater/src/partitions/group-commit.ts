/**
 * Makes rated rows durable, several partitions in one insert. The order is the promise of the whole design: rows, then
 * progress, then the hint for lag tools. What was taken from a partition is kept unchanged and repeated until the store has
 * it, however long that takes; rows that land twice are the same rows.
 */
import type { AppError } from '@tidemark/platform/errors';
import { failpoint } from '@tidemark/platform/failpoint';
import type { Progress, UsageSink } from '../ports.ts';
import type { TakenBatch } from '../rating/partition-batch.ts';
import type { RowTable } from '../rating/rows.ts';
import type { RaterConfig } from './rater-config.ts';
import { retry } from './retry.ts';
import { Wakeup } from './scheduler.ts';
import type { Scheduler } from './scheduler.ts';

/** A partition as the group commit sees it. */
export interface CommitSource {
  /** Something was applied that is not taken yet. */
  readonly dirty: boolean;
  readonly unflushedRows: number;
  /** Fetched events that wait to be rated: a larger block is near. `Infinity` when no more are fetched before some are rated. */
  readonly waitingEvents: number;
  /** The rows since the last time; `null` when there is nothing or the state was lost. */
  collect(): Promise<TakenBatch | null>;
  /** The rows up to this progress are durable. */
  committed(progress: Progress): void;
}

export interface GroupCommitOptions {
  readonly sink: UsageSink;
  readonly scheduler: Scheduler;
  readonly config: RaterConfig;
  readonly commitHint: (positions: ReadonlyMap<number, number>) => Promise<void>;
  readonly onFlush: (seconds: number, rows: number) => void;
  readonly onSinkFailure: (error: AppError, failures: number) => void;
}

interface Taken {
  readonly source: CommitSource;
  readonly batch: TakenBatch;
}

export class GroupCommit {
  readonly #options: GroupCommitOptions;
  readonly #sources = new Set<CommitSource>();
  /** Something became dirty, urgent or stopped. */
  readonly #work = new Wakeup();
  /** A flush ended. */
  readonly #flushed = new Wakeup();
  readonly #abort = new AbortController();
  #cyclesStarted = 0;
  #cyclesDone = 0;
  #urgent = false;
  #startedAtMs = -Infinity;
  /** Since when something waits that no flush has begun to take, also while one is under way. */
  #dirtySinceMs: number | null = null;
  #ended: Promise<void> = Promise.resolve();

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  start(): void {
    this.#ended = this.#run().catch((error: unknown) => {
      if (!this.#abort.signal.aborted) throw error;
    });
  }

  add(source: CommitSource): void {
    this.#sources.add(source);
  }

  remove(source: CommitSource): void {
    this.#sources.delete(source);
    this.#work.notify();
    this.#flushed.notify();
  }

  /** A source became dirty, or nothing waits for it any more. */
  notify(): void {
    if ([...this.#sources].some((source) => source.dirty)) {
      this.#dirtySinceMs ??= this.#options.scheduler.nowMs();
    }
    this.#work.notify();
  }

  /** Resolves when everything that was applied before the call is durable with its progress. */
  async flush(signal: AbortSignal): Promise<void> {
    const needed = this.#cyclesStarted + 1;
    while (this.#cyclesDone < needed) {
      this.#urgent = true;
      this.#work.notify();
      await this.#flushed.wait(signal);
    }
  }

  /** Resolves when rating may go on: not too many rows wait for the store. */
  async room(signal: AbortSignal): Promise<void> {
    while (this.#unflushedRows() >= this.#options.config.unflushedRowsMax) {
      this.#work.notify();
      await this.#flushed.wait(signal);
    }
  }

  /** Gives up what is not durable yet; the next owner rates it again. */
  async stop(): Promise<void> {
    this.#abort.abort(new Error('The rater stops.'));
    await this.#ended;
  }

  async #run(): Promise<void> {
    for (;;) {
      await this.#untilDue();
      this.#urgent = false;
      this.#dirtySinceMs = null;
      this.#startedAtMs = this.#options.scheduler.nowMs();
      this.#cyclesStarted++;
      const taken = await this.#collect();
      if (taken.length > 0) await this.#write(taken);
      this.#cyclesDone = this.#cyclesStarted;
      this.#flushed.notify();
    }
  }

  async #collect(): Promise<Taken[]> {
    const dirty = [...this.#sources].filter((source) => source.dirty);
    const taken = dirty.map(async (source): Promise<Taken[]> => {
      const batch = await source.collect();
      return batch === null ? [] : [{ source, batch }];
    });
    return (await Promise.all(taken)).flat();
  }

  /** Rows, then progress, then hint. */
  async #write(taken: readonly Taken[]): Promise<void> {
    const { sink, scheduler, commitHint, onFlush } = this.#options;
    const rows = taken.reduce((sum, { batch }) => sum + batch.rows, 0);
    const blocks = mergeBlocks(taken);
    failpoint('rater/before-rows');
    if (rows > 0) await this.#persist(() => sink.writeRows(blocks));
    failpoint('rater/after-rows');
    const progress = taken.map(({ batch }) => batch.progress);
    await this.#persist(() => sink.writeProgress(progress));
    failpoint('rater/after-progress');
    for (const { source, batch } of taken) source.committed(batch.progress);
    onFlush((scheduler.nowMs() - this.#startedAtMs) / 1000, rows);
    failpoint('rater/before-hint');
    // Never read back, so it is neither awaited nor repeated.
    void commitHint(new Map(progress.map(({ partition, next }) => [partition, next]))).catch(
      () => undefined,
    );
  }

  #persist(write: () => Promise<void>): Promise<void> {
    const { scheduler, onSinkFailure } = this.#options;
    const { signal } = this.#abort;
    return retry(write, { scheduler, signal, onFailure: onSinkFailure, what: 'always' });
  }

  async #untilDue(): Promise<void> {
    for (;;) {
      this.#abort.signal.throwIfAborted();
      const waitMs = this.#msUntilDue();
      if (waitMs <= 0) return;
      const cancel =
        waitMs === Infinity
          ? undefined
          : this.#options.scheduler.after(waitMs, () => this.#work.notify());
      try {
        await this.#work.wait(this.#abort.signal);
      } finally {
        cancel?.();
      }
    }
  }

  /** 0 when a flush is due; `Infinity` when nothing is dirty. */
  #msUntilDue(): number {
    const dirty = [...this.#sources].filter((source) => source.dirty);
    if (this.#urgent) return 0;
    if (dirty.length === 0) return Infinity;
    const { flushIntervalMinMs, flushIntervalFewMs } = this.#options.config;
    const { flushRowsFew, unflushedRowsMax } = this.#options.config;
    const now = this.#options.scheduler.nowMs();
    this.#dirtySinceMs ??= now;
    const rows = this.#unflushedRows();
    const apartMs = rows < flushRowsFew ? flushIntervalFewMs : flushIntervalMinMs;
    const untilAllowed = this.#startedAtMs + apartMs - now;
    if (untilAllowed > 0) return untilAllowed;
    const { rowsTarget, intervalMaxMs } = this.#blockSize();
    if (rows >= Math.min(rowsTarget, unflushedRowsMax)) return 0;
    if (dirty.every((source) => source.waitingEvents === 0)) return 0;
    return this.#dirtySinceMs + intervalMaxMs - now;
  }

  /** How large a block is worth waiting for, and how long. */
  #blockSize(): { readonly rowsTarget: number; readonly intervalMaxMs: number } {
    const { config } = this.#options;
    let waiting = 0;
    for (const source of this.#sources) waiting += source.waitingEvents;
    return waiting < config.behindEvents
      ? { rowsTarget: config.flushRowsTarget, intervalMaxMs: config.flushIntervalMaxMs }
      : {
          rowsTarget: config.behindFlushRowsTarget,
          intervalMaxMs: config.behindFlushIntervalMaxMs,
        };
  }

  #unflushedRows(): number {
    let rows = 0;
    for (const source of this.#sources) rows += source.unflushedRows;
    return rows;
  }
}

function mergeBlocks(taken: readonly Taken[]): Partial<Record<RowTable, Uint8Array[]>> {
  const merged: Partial<Record<RowTable, Uint8Array[]>> = {};
  for (const { batch } of taken) {
    for (const [table, blocks] of Object.entries(batch.blocks)) {
      (merged[table as RowTable] ??= []).push(...blocks);
    }
  }
  return merged;
}
