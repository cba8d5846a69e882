/**
 * Starts the parts of a process in order and stops them in reverse. A part that fails to start rolls back those that
 * did; a part that fails or hangs while stopping never keeps the others from stopping.
 */
import { AppError } from '../errors/index.ts';
import type { Logger } from '../log/index.ts';

export interface Part<Value> {
  /** `signal` aborts at the start deadline or when `stop` was asked for meanwhile. */
  readonly start: (signal: AbortSignal) => Promise<Value> | Value;
  readonly stop?: (value: Value) => Promise<void> | void;
  readonly startTimeoutMs?: number;
  readonly stopTimeoutMs?: number;
}

export interface StopReport {
  readonly stopped: readonly string[];
  /** Parts whose stop threw or passed its deadline, with the reason. */
  readonly failed: readonly { readonly name: string; readonly error: unknown }[];
}

export interface Lifecycle {
  /** Starts one part and keeps its stop hook; when it fails, everything started before is stopped and it throws. */
  start<Value>(name: string, part: Part<Value>): Promise<Value>;
  /** Stops all parts, last started first. Idempotent: later calls await the same stop. */
  stop(): Promise<StopReport>;
  readonly state: 'running' | 'stopping' | 'stopped';
}

export interface LifecycleOptions {
  readonly log: Logger;
  readonly startTimeoutMs?: number;
  readonly stopTimeoutMs?: number;
}

interface StartedPart {
  readonly name: string;
  readonly stopTimeoutMs: number;
  readonly stop: () => Promise<void> | void;
}

export function createLifecycle(options: LifecycleOptions): Lifecycle {
  return new OrderedLifecycle(options);
}

class OrderedLifecycle implements Lifecycle {
  readonly #options: LifecycleOptions;
  readonly #started: StartedPart[] = [];
  readonly #stopRequested = new AbortController();
  #starting: Promise<unknown> = Promise.resolve();
  #stopping: Promise<StopReport> | undefined;
  #state: Lifecycle['state'] = 'running';

  constructor(options: LifecycleOptions) {
    this.#options = options;
  }

  get state(): Lifecycle['state'] {
    return this.#state;
  }

  async start<Value>(name: string, part: Part<Value>): Promise<Value> {
    const run = this.#starting.then(() => this.#startPart(name, part));
    this.#starting = run.catch(() => undefined);
    try {
      return await run;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  stop(): Promise<StopReport> {
    this.#stopRequested.abort();
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #startPart<Value>(name: string, part: Part<Value>): Promise<Value> {
    if (this.#state !== 'running' || this.#stopRequested.signal.aborted) {
      throw new AppError('unavailable', 'platform/stopping', `Cannot start ${name}: stopping.`);
    }
    const timeoutMs = part.startTimeoutMs ?? this.#options.startTimeoutMs ?? 60_000;
    const giveUp = new AbortController();
    const signal = AbortSignal.any([giveUp.signal, this.#stopRequested.signal]);
    const starting = Promise.resolve(part.start(signal));
    const outcome = await settleWithin(starting, timeoutMs, this.#stopRequested.signal);
    const stopTimeoutMs = part.stopTimeoutMs ?? this.#options.stopTimeoutMs ?? 10_000;
    if (outcome.kind !== 'done') {
      giveUp.abort();
      // The part may still come up after we gave up on it: then it is stopped at once, not leaked.
      void starting.then((value) => part.stop?.(value)).catch(() => undefined);
      throw outcome.kind === 'timeout'
        ? new AppError('unavailable', 'platform/start-timeout', `${name} did not start in time.`, {
            details: { name, timeoutMs },
          })
        : new AppError('unavailable', 'platform/stopping', `${name} was stopped while it started.`);
    }
    this.#started.push({ name, stopTimeoutMs, stop: () => part.stop?.(outcome.value) });
    this.#options.log.debug({ part: name }, 'started');
    return outcome.value;
  }

  async #stopAll(): Promise<StopReport> {
    await this.#starting;
    this.#state = 'stopping';
    const stopped: string[] = [];
    const failed: { name: string; error: unknown }[] = [];
    for (const part of this.#started.toReversed()) {
      try {
        await stopWithinDeadline(part);
        stopped.push(part.name);
        this.#options.log.debug({ part: part.name }, 'stopped');
      } catch (error) {
        failed.push({ name: part.name, error });
        this.#options.log.error({ part: part.name, err: error }, 'could not stop');
      }
    }
    this.#state = 'stopped';
    return { stopped, failed };
  }
}

async function stopWithinDeadline(part: StartedPart): Promise<void> {
  const outcome = await settleWithin(Promise.resolve(part.stop()), part.stopTimeoutMs);
  if (outcome.kind === 'done') return;
  throw new AppError('unavailable', 'platform/stop-timeout', `${part.name} did not stop in time.`, {
    details: { name: part.name, timeoutMs: part.stopTimeoutMs },
  });
}

type Settled<Value> =
  { readonly kind: 'done'; readonly value: Value } | { readonly kind: 'timeout' | 'aborted' };

/** Waits for `work` at most `timeoutMs`; the timer holds the process, so that a part that hangs is reported. */
async function settleWithin<Value>(
  work: Promise<Value>,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Settled<Value>> {
  const { promise, resolve } = Promise.withResolvers<Settled<Value>>();
  const timer = setTimeout(() => resolve({ kind: 'timeout' }), timeoutMs);
  const onAbort = () => resolve({ kind: 'aborted' });
  signal?.addEventListener('abort', onAbort);
  try {
    return await Promise.race([
      work.then((value): Settled<Value> => ({ kind: 'done', value })),
      promise,
    ]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
