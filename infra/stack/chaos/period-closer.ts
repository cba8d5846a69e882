/** Closes one day after the other while everything goes on; a job that halts is asked for again. */
import { setTimeout as delay } from 'node:timers/promises';
import { isoOf } from './calendar.ts';
import type { RoundCalendar } from './calendar.ts';
import type { ChaosApi } from './chaos-api.ts';

interface CloseJob {
  readonly id: string;
  readonly status: string;
  readonly halted: readonly { readonly reason: string }[];
}

export class PeriodCloser {
  done = 0;
  /** Reasons of jobs that did not end as done. */
  readonly notDone: string[] = [];
  readonly #api: ChaosApi;
  readonly #calendar: RoundCalendar;

  constructor(api: ChaosApi, calendar: RoundCalendar) {
    this.#api = api;
    this.#calendar = calendar;
  }

  /** Closes every day that has passed, until the signal aborts. */
  async run(today: () => number, signal: AbortSignal): Promise<void> {
    for (let day = 0; !signal.aborted;) {
      if (day < today()) {
        await this.close(day, signal);
        day += 1;
      } else await delay(100);
    }
  }

  /** Bills all days up to and with this one, of all customers or some; gives up when the signal aborts. */
  async close(day: number, signal: AbortSignal, customers?: readonly string[]): Promise<void> {
    const through = isoOf(this.#calendar, day + 1);
    while (!signal.aborted) {
      const job = await this.#runJob({ through, ...(customers && { customers }) }, signal);
      if (job?.status === 'done') {
        this.done += 1;
        return;
      }
      if (job !== undefined) {
        this.notDone.push(`${job.status}: ${job.halted.map(({ reason }) => reason).join(', ')}`);
      }
      await delay(500);
    }
  }

  async #runJob(request: unknown, signal: AbortSignal): Promise<CloseJob | undefined> {
    const opened = await this.#api.post('/v1/period-closes', request);
    if (opened.status >= 300) return undefined;
    let job = opened.body as CloseJob;
    while (job.status === 'queued' || job.status === 'running') {
      if (signal.aborted) return undefined;
      await delay(150);
      job = (await this.#api.get(`/v1/period-closes/${job.id}`)).body as CloseJob;
    }
    return job;
  }
}
