import type { RatingTask, ReplyTo } from './protocol.ts';

/**
 * Runs rating tasks in threads. A partition's state lives in one thread from `open` until `drop`, or until that thread ends:
 * then every task for it is answered `no-state`. Tasks of one partition run one at a time, in the order of the calls.
 */
export interface RatingPool {
  /** Never rejects: a thread that ends during the task is a `fault`. Buffers of the task are gone afterwards. */
  run<Task extends RatingTask>(task: Task): Promise<ReplyTo<Task>>;
  close(): Promise<void>;
}
