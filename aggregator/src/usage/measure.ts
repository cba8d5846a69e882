import type { Filter, Meter } from '@tidemark/rater/meters';
import { decimalSql, filterSql, plainRow } from './property-sql.ts';
import type { BoundValues } from './property-sql.ts';

/** What ClickHouse can aggregate to the state {count, sum}: a count of events, or the sum of one property. */
export interface SumCountMeasure {
  /** All of them must accept an event: the meter's filter and the charge's. */
  readonly filters: readonly Filter[];
  /** `null` counts events. */
  readonly property: string | null;
}

/** The measure of a meter that SQL can aggregate; `null` where events must be folded one by one. */
export function sumCountMeasure(meter: Meter, filters: readonly Filter[]): SumCountMeasure | null {
  if (meter.carry) return null;
  if (meter.aggregation === 'count') return { filters: [meter.filter, ...filters], property: null };
  if (meter.aggregation === 'sum' && meter.value?.kind === 'property') {
    return { filters: [meter.filter, ...filters], property: meter.value.name };
  }
  return null;
}

/** Aggregates over plain rows: how many were measured, and their exact sum as decimal text. */
export function measureSql(
  values: BoundValues,
  measure: SumCountMeasure,
): { count: string; sum: string } {
  const accepted = filterSql(values, measure.filters);
  if (measure.property === null) {
    return { count: `countIf(${plainRow} AND ${accepted})`, sum: `'0'` };
  }
  const value = decimalSql(values, measure.property);
  return {
    count: `countIf(${plainRow} AND ${accepted} AND isNotNull(${value}))`,
    // Decimal256: a sum of single values of 38 digits would wrap in the narrower type without a word.
    sum: `toString(sumIf(ifNull(${value}, toDecimal256(0, 18)), ${plainRow} AND ${accepted}))`,
  };
}

/** The state as `ChargeRater.decode` reads it. */
export function sumCountState(count: string, sum: string): string {
  return JSON.stringify({ count: Number(count), sum });
}
