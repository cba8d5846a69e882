/**
 * The same fixed work before every round: how fast is the machine just now? Where it takes much longer in one round than in
 * another, something else ran, and rates of the two rounds do not belong in one table.
 */
const document = JSON.stringify(
  Array.from({ length: 2000 }, (_, index) => ({
    index,
    text: `entry ${index}`,
    values: [index / 7, index * 3],
  })),
);
const parses = 40;

/** Milliseconds of wall time for a piece of parsing and copying that fills one core for a moment. */
export function calibrate(): number {
  const from = Buffer.alloc(8 * 1024 * 1024, 7);
  const to = Buffer.alloc(from.length);
  const startMs = performance.now();
  let entries = 0;
  for (let i = 0; i < parses; i++) {
    entries += (JSON.parse(document) as unknown[]).length;
    from.copy(to);
  }
  if (entries !== parses * 2000) throw new Error('The calibration did not do its work.');
  return performance.now() - startMs;
}

/** By how much the slowest is slower than the fastest, as a share of the fastest; the first is a warm-up and left out. */
export function driftOf(calibrationsMs: readonly number[]): number {
  const counted = calibrationsMs.slice(1);
  return counted.length < 2 ? 0 : Math.max(...counted) / Math.min(...counted) - 1;
}
