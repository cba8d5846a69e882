import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@tidemark/platform/log';

export interface PeriodicJob {
  readonly name: string;
  /** From the end of one run to the start of the next. */
  readonly everyMs: number;
  run(): Promise<unknown>;
}

/** Runs each job again and again until stopped; a run that fails is logged and tried again at its next time. */
export class PeriodicJobs {
  readonly #log: Logger;
  readonly #jobs: readonly PeriodicJob[];
  readonly #stopped = new AbortController();
  #loops: Promise<void>[] = [];

  constructor(log: Logger, jobs: readonly PeriodicJob[]) {
    this.#log = log;
    this.#jobs = jobs;
  }

  start(): void {
    this.#loops = this.#jobs.map((job) => this.#loop(job));
  }

  /** Resolves when no run is under way. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.all(this.#loops);
  }

  async #loop(job: PeriodicJob): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        await job.run();
      } catch (error) {
        this.#log.warn({ err: error, job: job.name }, 'periodic job failed');
      }
      await delay(job.everyMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
