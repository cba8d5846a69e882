/** Time and chance, injected so that tests decide when time passes. */
export interface Timers {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** Calls back once after `delayMs`; the returned function takes the call back. */
  schedule(delayMs: number, callback: () => void): () => void;
}

export const systemTimers: Timers = {
  now: () => Date.now(),
  random: () => Math.random(),
  schedule: (delayMs, callback) => {
    // Not unref'ed: a process must not end by itself while events wait in the buffer.
    const handle = setTimeout(callback, delayMs);
    return () => {
      clearTimeout(handle);
    };
  },
};

/** Resolves after `delayMs`, or at once when the signal aborts. Never rejects. */
export function sleep(timers: Timers, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = () => {
      cancel();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = timers.schedule(delayMs, finish);
    signal.addEventListener('abort', finish);
  });
}
