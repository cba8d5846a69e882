/**
 * The pool on worker threads. Piscina starts and replaces the threads; which thread gets a task is our decision: the one that
 * hosts the partition. When a thread ends, its partitions have no thread any more and are answered `no-state` until they are
 * opened again, on whichever thread hosts the fewest.
 */
import { Piscina } from 'piscina';
import type { Logger } from '@tidemark/platform/log';
import type { RatingTask, ReplyTo } from './protocol.ts';
import { transferablesOf } from './protocol.ts';
import type { RatingEngineSettings } from './rating-engine.ts';
import type { RatingPool } from './rating-pool.ts';

export interface PiscinaRatingPoolOptions {
  readonly settings: RatingEngineSettings;
  /** Fixed size; one less than the machine's cores is a good choice. */
  readonly threads: number;
  readonly log: Logger;
}

type LoadBalancer = NonNullable<
  NonNullable<ConstructorParameters<typeof Piscina>[0]>['loadBalancer']
>;
type Thread = Parameters<LoadBalancer>[1][number];

/** Starts the threads; they are ready when the first task of each is answered. */
export function createPiscinaRatingPool(options: PiscinaRatingPoolOptions): PiscinaRatingPool {
  return new PiscinaRatingPool(options);
}

export class PiscinaRatingPool implements RatingPool {
  readonly #piscina: Piscina;
  readonly #log: Logger;
  /** partition -> id of the thread that hosts it. */
  readonly #hosts = new Map<number, number>();

  constructor({ settings, threads, log }: PiscinaRatingPoolOptions) {
    this.#log = log;
    this.#piscina = new Piscina({
      filename: new URL('./rating-worker.ts', import.meta.url).href,
      name: 'handleRatingTask',
      minThreads: threads,
      maxThreads: threads,
      idleTimeout: Infinity,
      // Waiting on shared memory would stop a thread from taking the tasks of its other partitions as they come.
      atomics: 'disabled',
      workerData: settings,
      loadBalancer: (task, workers) => this.#threadFor(taskOf(task), workers),
    });
    this.#piscina.on('workerDestroy', (thread: Thread) => {
      for (const [partition, host] of this.#hosts) {
        if (host === thread.id) this.#hosts.delete(partition);
      }
    });
    this.#piscina.on('error', (error: unknown) => {
      this.#log.error({ err: error }, 'a rating thread failed');
    });
  }

  async run<Task extends RatingTask>(task: Task): Promise<ReplyTo<Task>> {
    if (task.kind !== 'open' && !this.#hosts.has(task.partition)) return { kind: 'no-state' };
    try {
      const transferList = transferablesOf(task);
      const reply: unknown = await this.#piscina.run(routed(task), { transferList });
      if (task.kind === 'drop' && isDone(reply)) this.#hosts.delete(task.partition);
      // The thread answers each kind of task with the replies that `ReplyTo` lists for it.
      return reply as ReplyTo<Task>;
    } catch (error) {
      this.#hosts.delete(task.partition);
      this.#log.warn({ err: error, partition: task.partition }, 'a rating task was lost');
      const message = error instanceof Error ? error.message : String(error);
      return { kind: 'fault', code: 'rater/thread-ended', message };
    }
  }

  /** Ends the threads, for fault tests: their state is lost, and Piscina starts others. */
  async endThreads(): Promise<void> {
    await Promise.all(this.#piscina.threads.map((thread) => thread.terminate()));
  }

  async close(): Promise<void> {
    await this.#piscina.destroy();
  }

  #threadFor(task: RatingTask, threads: Thread[]): Thread | null {
    const host = this.#hosts.get(task.partition);
    const known = threads.find(({ id }) => id === host);
    if (known !== undefined) return known;
    // No thread yet, or it ended while the task waited: the new one has no state and says so.
    const load = new Map<number, number>();
    for (const id of this.#hosts.values()) load.set(id, (load.get(id) ?? 0) + 1);
    const [fewest] = threads.toSorted((a, b) => (load.get(a.id) ?? 0) - (load.get(b.id) ?? 0));
    if (fewest === undefined) return null;
    this.#hosts.set(task.partition, fewest.id);
    return fewest;
  }
}

/** Piscina shows a balancer only what stands under this symbol of a task. */
function routed(task: RatingTask): RatingTask {
  return Object.assign(task, { [Piscina.queueOptionsSymbol]: task });
}

function taskOf(task: Parameters<LoadBalancer>[0]): RatingTask {
  return (task as unknown as Record<symbol, RatingTask>)[Piscina.queueOptionsSymbol] as RatingTask;
}

/** A drop for an assignment that has been followed by another one is answered `no-state` and changes nothing. */
function isDone(reply: unknown): boolean {
  return typeof reply === 'object' && reply !== null && 'kind' in reply && reply.kind === 'done';
}
