/**
 * Computes totals anew from stored events, for charges whose definition changed at a marker and for totals whose newest row
 * runs ahead of `progress`. Stored events become columns again and go through the same code as events of the log, so both
 * ways give the same state.
 */
import { ColumnsBuilder } from '@tidemark/ingest/contract';
import type { JsonObject } from '@tidemark/ingest/contract';
import type { ChargeSegment } from '../catalog/charge-segment.ts';
import type { PartitionBound, StoredUsageEvent, UsageEventQuery } from '../ports.ts';
import { emptyTotal } from './charge-totals.ts';
import type { RunningTotal } from './charge-totals.ts';
import { ColumnSample } from './column-sample.ts';

/** Customers asked for in one query. */
const subjectsPerQueryMax = 500;

export class TotalsRecompute {
  /** In the order of the segments that were asked for. */
  readonly totals: readonly RunningTotal[];
  readonly #bySubject = new Map<string, RunningTotal[]>();

  constructor(segments: readonly ChargeSegment[]) {
    this.totals = segments.map(emptyTotal);
    for (const total of this.totals) {
      const { tenant, customer, metered } = total.segment;
      const key = subjectKey(tenant, customer, metered.eventType);
      const totals = this.#bySubject.get(key);
      if (totals === undefined) this.#bySubject.set(key, [total]);
      else totals.push(total);
    }
  }

  /** What must be read from the store, all of it, and given to `add`. */
  queries(bound: PartitionBound): UsageEventQuery[] {
    const byTenant = Map.groupBy(this.totals, ({ segment }) => segment.tenant);
    return [...byTenant].flatMap(([tenant, totals]) => {
      const subjects = [...new Set(totals.map(({ segment }) => segment.customer))].sort();
      const queries: UsageEventQuery[] = [];
      for (let at = 0; at < subjects.length; at += subjectsPerQueryMax) {
        const some = subjects.slice(at, at + subjectsPerQueryMax);
        const theirs = new Set(some);
        const concerned = totals.filter(({ segment }) => theirs.has(segment.customer));
        queries.push({ ...bound, tenant, subjects: some, ...spanOf(concerned) });
      }
      return queries;
    });
  }

  /** Adds stored events; each must be given once, in any order. Others than those asked for are passed over. */
  add(events: readonly StoredUsageEvent[]): void {
    const builder = new ColumnsBuilder();
    for (const event of events) {
      const { tenant, subject, type, source, id, time } = event;
      const data = JSON.parse(event.data) as JsonObject;
      builder.add({ tenant, subject, type, source, id, time, data });
    }
    const sample = new ColumnSample(builder.build());
    events.forEach((event, row) => {
      const totals = this.#bySubject.get(subjectKey(event.tenant, event.subject, event.type));
      if (totals === undefined) return;
      sample.moveTo(row, event.offset, event.index);
      for (const total of totals) {
        const { segment } = total;
        if (event.time < segment.from || event.time >= segment.to) continue;
        if (segment.metered.rater.add(total.state, sample) !== 'measured') continue;
        total.events++;
        total.version = Math.max(total.version, event.offset + 1);
      }
    });
  }
}

function spanOf(totals: readonly RunningTotal[]): Pick<UsageEventQuery, 'types' | 'from' | 'to'> {
  const types = new Set<string>();
  let from = Infinity;
  let to = -Infinity;
  for (const { segment } of totals) {
    types.add(segment.metered.eventType);
    from = Math.min(from, segment.from);
    to = Math.max(to, segment.to);
  }
  return { types: [...types].sort(), from, to };
}

function subjectKey(tenant: string, subject: string, type: string): string {
  return JSON.stringify([tenant, subject, type]);
}
