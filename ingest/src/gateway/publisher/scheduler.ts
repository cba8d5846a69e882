/** Time for the publisher, injected so that tests decide when it passes. */
export interface Scheduler {
  /** Monotonic milliseconds. */
  nowMs(): number;
  /** Calls back once after `delayMs`; the returned function takes the call back. */
  schedule(delayMs: number, callback: () => void): () => void;
}

export const systemScheduler: Scheduler = {
  nowMs: () => performance.now(),
  schedule: (delayMs, callback) => {
    const handle = setTimeout(callback, delayMs);
    return () => {
      clearTimeout(handle);
    };
  },
};
