/**
 * The same fixed work before every round: how fast is the machine just then? Where it takes much longer in one round than in
 * another, something else ran, and rates of the two rounds do not belong in one table.
 *
 * What this program itself has started must not disturb it: an engine still merges what the last case has written. So the
 * calibration waits until its own processes rest, and takes the fastest of some short turns; what runs beside the benchmark for
 * longer than a moment is in all of them.
 */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { treeMicroseconds } from './cpu-meter.ts';

const from = Buffer.alloc(8 * 1024 * 1024, 7);
const to = Buffer.alloc(from.length);
const turns = 10;

/**
 * Milliseconds of wall time for hashing and copying that fills one core for a moment. Neither allocates: what this process has on
 * its heap by then must not count as the machine's speed.
 */
export async function calibrate(): Promise<number> {
  await settle();
  let least = Infinity;
  for (let turn = 0; turn < turns; turn++) {
    const startMs = performance.now();
    createHash('sha256').update(from).digest();
    from.copy(to);
    least = Math.min(least, performance.now() - startMs);
  }
  return least;
}

const windowMs = 100;
/** Of one core, taken by all our processes together. */
const restingShare = 0.2;
const settleMsMax = 2000;

/** Until this process and those that it has started do next to nothing. */
async function settle(): Promise<void> {
  const giveUpAtMs = performance.now() + settleMsMax;
  while (performance.now() < giveUpAtMs) {
    const before = treeMicroseconds(process.pid);
    await delay(windowMs);
    if (treeMicroseconds(process.pid) - before <= windowMs * 1000 * restingShare) return;
  }
}

/** By how much the slowest is slower than the fastest, as a share of the fastest; the first is a warm-up and left out. */
export function driftOf(calibrationsMs: readonly number[]): number {
  const counted = calibrationsMs.slice(1);
  return counted.length < 2 ? 0 : Math.max(...counted) / Math.min(...counted) - 1;
}
