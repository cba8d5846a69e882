/** The comparison of both sides of the conservation equation. Pure. */
import type { Instant } from '@tidemark/platform/clock';

interface ConservationKey {
  readonly tenant: string;
  readonly type: string;
  /** Start of the hour of the log. */
  readonly hour: Instant;
}

export interface OutcomeCounts extends ConservationKey {
  readonly logged: number;
  readonly stored: number;
  readonly duplicate: number;
  /** A part of `duplicate`. */
  readonly conflict: number;
  readonly dead: number;
}

export interface StoredCount extends ConservationKey {
  readonly rows: number;
}

export interface ConservationRow extends OutcomeCounts {
  /** Stored events that are really there. */
  readonly storedRows: number;
  /** 0 where logged = stored + duplicate + dead and every stored event is there; else how far off it is. */
  readonly difference: number;
}

export function joinConservation(
  outcomes: readonly OutcomeCounts[],
  stored: readonly StoredCount[],
): ConservationRow[] {
  const rest = new Map(stored.map((row) => [keyOf(row), row]));
  const rows = outcomes.map((outcome): ConservationRow => {
    const storedRows = rest.get(keyOf(outcome))?.rows ?? 0;
    rest.delete(keyOf(outcome));
    const { logged, stored: promised, duplicate, dead } = outcome;
    const difference =
      Math.abs(logged - promised - duplicate - dead) + Math.abs(promised - storedRows);
    return { ...outcome, storedRows, difference };
  });
  for (const { tenant, type, hour, rows: storedRows } of rest.values()) {
    const none = { logged: 0, stored: 0, duplicate: 0, conflict: 0, dead: 0 };
    rows.push({ tenant, type, hour, ...none, storedRows, difference: storedRows });
  }
  return rows.sort(
    (left, right) =>
      compare(left.tenant, right.tenant) ||
      compare(left.type, right.type) ||
      left.hour - right.hour,
  );
}

function keyOf({ tenant, type, hour }: ConservationKey): string {
  return JSON.stringify([tenant, type, hour]);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
