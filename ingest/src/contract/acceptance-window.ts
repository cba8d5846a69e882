/**
 * Which event times are accepted at a moment of the log. The gateway applies the window with its clock; the rater allows
 * `raterTolerance` more against the log's own time, so that an accepted event never turns into a dead letter.
 */
import type { Instant } from '@tidemark/platform/clock';

/** Both in microseconds, both bounds inclusive. */
export interface AcceptanceWindow {
  readonly past: number;
  readonly future: number;
}

const second = 1_000_000;

/** 35 days back, 5 minutes ahead; a tenant may have its own. */
export const defaultAcceptanceWindow: AcceptanceWindow = {
  past: 35 * 24 * 3600 * second,
  future: 300 * second,
};

/** One hour, in microseconds. */
export const raterTolerance = 3600 * second;

export type Acceptance = 'accepted' | 'ingest/event-too-old' | 'ingest/event-too-new';

/**
 * `logTime - past - tolerance <= time <= logTime + future + tolerance`. Backfill has no window: do not call this for it.
 */
export function checkAcceptance(
  time: Instant,
  logTime: Instant,
  window: AcceptanceWindow,
  tolerance = 0,
): Acceptance {
  if (time < logTime - window.past - tolerance) return 'ingest/event-too-old';
  if (time > logTime + window.future + tolerance) return 'ingest/event-too-new';
  return 'accepted';
}
