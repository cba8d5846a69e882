/**
 * Progress of long work on standard error: a bar with rate and time left when a person looks, else a plain line now and
 * then.
 */
import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  /** Moves to an absolute count. */
  update(done: number): void;
  stop(): void;
}

export interface ProgressOptions {
  readonly label: string;
  readonly total: number;
  readonly unit: string;
  readonly silent?: boolean;
}

const plainLineEveryMs = 2_000;

export function createProgress(options: ProgressOptions): Progress {
  if (options.silent === true || options.total === 0) {
    return { update: () => undefined, stop: () => undefined };
  }
  return process.stderr.isTTY ? createBar(options) : createPlainLines(options);
}

function createBar({ label, total, unit }: ProgressOptions): Progress {
  const startedAt = performance.now();
  const bar = new SingleBar(
    {
      format: `${label} {bar} {percentage}% {value}/{total} ${unit} {rate}/s, {eta_formatted} left`,
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: false,
    },
    Presets.shades_classic,
  );
  bar.start(total, 0, { rate: 0 });
  return {
    update: (done) => bar.update(done, { rate: rateSince(startedAt, done) }),
    stop: () => bar.stop(),
  };
}

function createPlainLines({ label, total, unit }: ProgressOptions): Progress {
  const startedAt = performance.now();
  let lastLineAt = startedAt;
  let last = 0;
  const line = (done: number): void => {
    process.stderr.write(`${label}: ${done}/${total} ${unit}, ${rateSince(startedAt, done)}/s\n`);
  };
  return {
    update: (done) => {
      last = done;
      if (performance.now() - lastLineAt < plainLineEveryMs) return;
      lastLineAt = performance.now();
      line(done);
    },
    stop: () => line(last),
  };
}

function rateSince(startedAt: number, done: number): number {
  return Math.round(done / Math.max((performance.now() - startedAt) / 1000, 0.001));
}
