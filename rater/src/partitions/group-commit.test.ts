import { describe, expect, it } from 'vitest';
import type { Progress } from '../ports.ts';
import type { TakenBatch } from '../rating/partition-batch.ts';
import { GroupCommit } from './group-commit.ts';
import type { CommitSource } from './group-commit.ts';
import { defaultRaterConfig } from './rater-config.ts';
import type { Scheduler } from './scheduler.ts';

const counts = { logged: 0, stored: 0, duplicate: 0, conflict: 0, dead: 0, control: 0 };

class TestSource implements CommitSource {
  unflushedRows = 0;
  waitingEvents = 0;
  next = 0;
  readonly #partition: number;

  constructor(partition: number) {
    this.#partition = partition;
  }

  get dirty(): boolean {
    return this.unflushedRows > 0;
  }

  collect(): Promise<TakenBatch | null> {
    const rows = this.unflushedRows;
    this.unflushedRows = 0;
    const progress: Progress = {
      incarnation: 1,
      partition: this.#partition,
      next: this.next,
      counts,
      epoch: 0,
      logTimeMs: 0,
      lastCrc: 0,
      gateways: '[]',
    };
    return Promise.resolve({ blocks: { usage_events: [Uint8Array.of(rows)] }, rows, progress });
  }

  committed(): void {
    // Nothing to do.
  }
}

/** Time that stands still until the test moves it. */
class ManualScheduler implements Scheduler {
  #nowMs = 0;
  readonly #timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  async advance(ms: number): Promise<void> {
    this.#nowMs += ms;
    for (const timer of this.#timers) {
      if (timer.atMs > this.#nowMs) continue;
      this.#timers.delete(timer);
      timer.callback();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function createCommit(): {
  written: string[];
  scheduler: ManualScheduler;
  commit: GroupCommit;
  failures: ('rows' | 'progress')[];
} {
  const written: string[] = [];
  const failures: ('rows' | 'progress')[] = [];
  const scheduler = new ManualScheduler();
  const write = (what: 'rows' | 'progress', text: string): Promise<void> => {
    if (failures[0] === what) {
      failures.shift();
      written.push(`${what} failed`);
      return Promise.reject(new Error('away'));
    }
    written.push(text);
    return Promise.resolve();
  };
  const commit = new GroupCommit({
    sink: {
      writeRows: (blocks) =>
        write('rows', `rows ${String(blocks.usage_events?.map(([row]) => row))}`),
      writeProgress: (rows) =>
        write('progress', `progress ${String(rows.map(({ next }) => next))}`),
    },
    scheduler,
    config: defaultRaterConfig,
    commitHint: (positions) => {
      written.push(`hint ${String([...positions.values()])}`);
      return Promise.resolve();
    },
    onFlush: () => undefined,
    onSinkFailure: () => undefined,
  });
  return { written, scheduler, commit, failures };
}

describe('GroupCommit', () => {
  it('writes the rows of several partitions together, then their progress, then the hint', async () => {
    const { written, scheduler, commit } = createCommit();
    const sources = [new TestSource(0), new TestSource(1)];
    sources.forEach((source, position) => {
      commit.add(source);
      source.unflushedRows = position + 3;
      source.next = 10 + position;
    });
    commit.start();
    await scheduler.advance(0);
    expect(written).toEqual(['rows 3,4', 'progress 10,11', 'hint 10,11']);
    await commit.stop();
  });

  it('never writes progress while its rows are not acknowledged, and repeats the same rows', async () => {
    const { written, scheduler, commit, failures } = createCommit();
    failures.push('rows', 'rows', 'progress');
    const source = new TestSource(0);
    commit.add(source);
    source.unflushedRows = 5;
    source.next = 1;
    commit.start();
    await scheduler.advance(0);
    source.unflushedRows = 9;
    commit.notify();
    await scheduler.advance(100);
    await scheduler.advance(200);
    await scheduler.advance(100);
    expect(written.slice(0, 5)).toEqual([
      'rows failed',
      'rows failed',
      'rows 5',
      'progress failed',
      'progress 1',
    ]);
    await commit.stop();
  });

  it('keeps flushes apart, and waits for a large block while more records are near', async () => {
    const { written, scheduler, commit } = createCommit();
    const source = new TestSource(0);
    commit.add(source);
    source.unflushedRows = 1;
    commit.start();
    await scheduler.advance(0);
    source.unflushedRows = 2;
    source.waitingEvents = 1;
    commit.notify();
    await scheduler.advance(24);
    expect(written.filter((line) => line.startsWith('rows'))).toEqual(['rows 1']);
    await scheduler.advance(225);
    expect(written.filter((line) => line.startsWith('rows'))).toEqual(['rows 1']);
    await scheduler.advance(1);
    expect(written.filter((line) => line.startsWith('rows'))).toEqual(['rows 1', 'rows 2']);
    source.unflushedRows = defaultRaterConfig.flushRowsTarget;
    commit.notify();
    await scheduler.advance(25);
    expect(written.filter((line) => line.startsWith('rows'))).toHaveLength(3);
    await commit.stop();
  });

  it('waits for a larger block while the raters are behind, and no longer', async () => {
    const { behindEvents, behindFlushRowsTarget, behindFlushIntervalMaxMs, flushRowsTarget } =
      defaultRaterConfig;
    const { written, scheduler, commit } = createCommit();
    const source = new TestSource(0);
    commit.add(source);
    commit.start();
    const flushes = () => written.filter((line) => line.startsWith('rows')).length;
    source.waitingEvents = behindEvents;
    source.unflushedRows = flushRowsTarget;
    commit.notify();
    await scheduler.advance(0);
    await scheduler.advance(behindFlushIntervalMaxMs - 1);
    expect(flushes()).toBe(0);
    await scheduler.advance(1);
    expect(flushes()).toBe(1);
    source.unflushedRows = behindFlushRowsTarget;
    commit.notify();
    await scheduler.advance(25);
    expect(flushes()).toBe(2);
    source.unflushedRows = flushRowsTarget;
    commit.notify();
    await scheduler.advance(25);
    expect(flushes()).toBe(2);
    source.waitingEvents = behindEvents - 1;
    commit.notify();
    await scheduler.advance(0);
    expect(flushes()).toBe(3);
    await commit.stop();
  });

  it('counts the wait for a large block from when it began, also during a flush', async () => {
    const { written, scheduler, commit, failures } = createCommit();
    failures.push('rows');
    const source = new TestSource(0);
    commit.add(source);
    source.unflushedRows = 1;
    commit.start();
    await scheduler.advance(0);
    source.unflushedRows = 2;
    source.waitingEvents = 1;
    commit.notify();
    await scheduler.advance(200);
    expect(written.filter((line) => line.startsWith('rows'))).toEqual(['rows failed', 'rows 1']);
    await scheduler.advance(50);
    expect(written.filter((line) => line === 'rows 2')).toHaveLength(1);
    await commit.stop();
  });

  it('waits longer after a flush while few rows wait', async () => {
    const { written, scheduler, commit } = createCommit();
    const source = new TestSource(0);
    commit.add(source);
    source.unflushedRows = 1;
    commit.start();
    await scheduler.advance(0);
    source.unflushedRows = defaultRaterConfig.flushRowsFew - 1;
    commit.notify();
    await scheduler.advance(defaultRaterConfig.flushIntervalFewMs - 1);
    expect(written.filter((line) => line.startsWith('rows'))).toHaveLength(1);
    await scheduler.advance(1);
    expect(written.filter((line) => line.startsWith('rows'))).toHaveLength(2);
    source.unflushedRows = defaultRaterConfig.flushRowsFew;
    commit.notify();
    await scheduler.advance(defaultRaterConfig.flushIntervalMinMs);
    expect(written.filter((line) => line.startsWith('rows'))).toHaveLength(3);
    await commit.stop();
  });

  it('flushes at once when somebody waits for it', async () => {
    const { written, scheduler, commit } = createCommit();
    const source = new TestSource(0);
    commit.add(source);
    commit.start();
    source.unflushedRows = 1;
    source.waitingEvents = 1;
    await commit.flush(new AbortController().signal);
    expect(written.slice(0, 2)).toEqual(['rows 1', 'progress 0']);
    await scheduler.advance(0);
    await commit.stop();
  });

  it('lets rating go on only while few rows wait', async () => {
    const { scheduler, commit, failures } = createCommit();
    failures.push('rows');
    const source = new TestSource(0);
    commit.add(source);
    commit.start();
    const { signal } = new AbortController();
    await commit.room(signal);
    source.unflushedRows = defaultRaterConfig.unflushedRowsMax;
    let room = false;
    const waiting = commit.room(signal).then(() => {
      room = true;
    });
    await scheduler.advance(0);
    expect(room).toBe(false);
    await scheduler.advance(100);
    await waiting;
    await commit.stop();
  });
});
