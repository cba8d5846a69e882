/** The naive truth: one pass over all events in log order with a set of identities, no batching, no columns, no state. */
import { boundaries } from '../fakes/usage-scene.ts';
import type { EventSketch } from '../fakes/usage-scene.ts';
import type { Row } from '../fakes/memory-usage-store.ts';

export interface ExpectedTotal {
  readonly count: number;
  readonly sum: number;
}

/** Expected totals by `customer period`, of events with a JSON number in `bytes`. */
export function expectedTotals(events: readonly EventSketch[]): Map<string, ExpectedTotal> {
  const seen = new Set<string>();
  const totals = new Map<string, ExpectedTotal>();
  for (const event of events) {
    const identity = JSON.stringify([event.customer, event.source ?? 'edge', event.id]);
    if (seen.has(identity)) continue;
    seen.add(identity);
    const time = event.time ?? boundaries[0]!;
    const period = boundaries.findLast((boundary) => boundary <= time);
    const key = `${event.customer} ${period}`;
    const total = totals.get(key) ?? { count: 0, sum: 0 };
    const bytes = Number((event.data ?? { bytes: 1 })['bytes']);
    totals.set(key, { count: total.count + 1, sum: total.sum + bytes });
  }
  return totals;
}

/** The stored totals in the same form. */
export function storedTotals(rows: readonly Row[]): Map<string, ExpectedTotal> {
  const totals = new Map<string, ExpectedTotal>();
  for (const row of rows) {
    const key = `${row['customer'] ?? ''} ${row['period_start'] ?? ''}`;
    const state = JSON.parse(row['state'] ?? '{}') as { count: number; sum: string };
    const total = totals.get(key) ?? { count: 0, sum: 0 };
    totals.set(
      key,
      row['charge'] === 'calls'
        ? { ...total, count: Number(row['events']) }
        : { ...total, sum: Number(state.sum) },
    );
  }
  return totals;
}
