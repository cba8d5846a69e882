/**
 * How fast a soak sends. At its peak it sends as fast as everything behind it takes, and waits while the raters are behind: what
 * then comes through is what the installation sustains.
 */
import { setTimeout as delay } from 'node:timers/promises';

export interface Pace {
  readonly eventsPerSecond: number;
}

const lookEveryMs = 250;
const behindSecondsMax = 1;
/** More than two cores take, and little enough that what is made at once fits a client's buffer. */
const headlong = 400_000;

/** @param readBehindSeconds age of the oldest record that is not rated. */
export function createPeakPace(
  readBehindSeconds: () => Promise<number>,
  signal: AbortSignal,
): Pace {
  const pace = { eventsPerSecond: headlong };
  const watch = async (): Promise<void> => {
    while (!signal.aborted) {
      const isBehind = (await readBehindSeconds()) > behindSecondsMax;
      pace.eventsPerSecond = isBehind ? 0 : headlong;
      await delay(lookEveryMs);
    }
  };
  void watch();
  return pace;
}
