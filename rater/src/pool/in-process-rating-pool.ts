/**
 * The pool without threads: the same engine and protocol on the caller's thread, for tests, simulations and single-core
 * machines. Replies come in a later turn of the event loop, as they do from a thread.
 */
import type { RatingTask, ReplyTo } from './protocol.ts';
import { RatingEngine } from './rating-engine.ts';
import type { RatingEngineSettings } from './rating-engine.ts';
import type { RatingPool } from './rating-pool.ts';

export class InProcessRatingPool implements RatingPool {
  readonly #settings: RatingEngineSettings;
  #engine: RatingEngine;

  constructor(settings: RatingEngineSettings) {
    this.#settings = settings;
    this.#engine = new RatingEngine(settings);
  }

  async run<Task extends RatingTask>(task: Task): Promise<ReplyTo<Task>> {
    await Promise.resolve();
    // The engine answers each kind of task with the replies that `ReplyTo` lists for it.
    return this.#engine.handle(task) as ReplyTo<Task>;
  }

  /** Loses all state, as the end of a thread does. */
  crash(): void {
    this.#engine = new RatingEngine(this.#settings);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
