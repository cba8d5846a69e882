import type { Instant } from '@tidemark/platform/clock';
import type { MeterChange } from '@tidemark/rater/catalog';
import { parseMeter } from '@tidemark/rater/meters';
import type { Meter } from '@tidemark/rater/meters';

/** One version of a meter over the event times in which it is in force. */
export interface MeterSpan {
  readonly meter: Meter;
  readonly from: Instant;
  /** Exclusive. */
  readonly to: Instant;
}

/** The versions of one meter that are in force within [from, to), each with its part of it; where it is deleted, none. */
export function meterSpans(
  changes: readonly MeterChange[],
  { from, to }: { readonly from: Instant; readonly to: Instant },
): MeterSpan[] {
  const effect = (change: MeterChange): number => change.effectiveFrom ?? -Infinity;
  const versions = [...changes].sort(
    (left, right) => effect(left) - effect(right) || left.version - right.version,
  );
  return versions.flatMap((version, position) => {
    const next = versions[position + 1];
    const start = Math.max(from, effect(version));
    const end = next === undefined ? to : Math.min(to, effect(next));
    if (start >= end || version.definition === null) return [];
    return [{ meter: parseMeter(version.definition), from: start, to: end }];
  });
}
