import type { Logger } from '../log/index.ts';
import type { Lifecycle } from './lifecycle.ts';

export type StopSignal = 'SIGTERM' | 'SIGINT';

/** What the function needs of `process`, so that a test can hand in an emitter. */
export interface SignalSource {
  on(signal: StopSignal, listener: () => void): unknown;
  off(signal: StopSignal, listener: () => void): unknown;
  exit(code: number): void;
}

const exitCodes: Readonly<Record<StopSignal, number>> = { SIGTERM: 143, SIGINT: 130 };

/**
 * Waits for SIGTERM or SIGINT and stops the lifecycle; resolves to the exit code: 0 when all parts stopped, else 1.
 * A second signal exits at once, for people who press Ctrl-C twice.
 */
export async function stopOnSignal(
  lifecycle: Lifecycle,
  log: Logger,
  source: SignalSource = process,
): Promise<number> {
  const { promise: first, resolve } = Promise.withResolvers<StopSignal>();
  let asked = false;
  const listeners = (['SIGTERM', 'SIGINT'] as const).map((signal) => ({
    signal,
    listener: () => {
      if (asked) source.exit(exitCodes[signal]);
      asked = true;
      resolve(signal);
    },
  }));
  for (const { signal, listener } of listeners) source.on(signal, listener);
  try {
    log.info({ signal: await first }, 'stopping');
    const report = await lifecycle.stop();
    return report.failed.length === 0 ? 0 : 1;
  } finally {
    for (const { signal, listener } of listeners) source.off(signal, listener);
  }
}
