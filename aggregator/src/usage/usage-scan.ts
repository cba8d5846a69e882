import { AppError } from '@tidemark/platform/errors';
import type { ClickHouseParameter } from '@tidemark/platform/clickhouse';
import type { Instant } from '@tidemark/platform/clock';
import type { Filter, Meter } from '@tidemark/rater/meters';
import { boundParameters } from '../store/log-bound.ts';
import type { LogBound } from '../store/log-bound.ts';

/** One version of a meter over some windows. */
export interface UsageScan {
  readonly tenant: string;
  readonly customer: string | undefined;
  readonly meter: Meter;
  /** Ascending; window k is [boundaries[k], boundaries[k + 1]). */
  readonly boundaries: readonly Instant[];
  readonly groupBy: readonly string[];
  /** The meter's own filter and the reader's; an event must pass all. */
  readonly filters: readonly Filter[];
  readonly bound: LogBound;
}

/** State of the meter in one window for one customer and group. */
export interface UsageCell {
  readonly from: Instant;
  readonly customer: string;
  /** Values in the order of `groupBy`. */
  readonly group: readonly (string | null)[];
  readonly state: unknown;
}

/** Cells of one answer. */
export const usageCellsMax = 100_000;

export function usageTooLarge(): AppError {
  return new AppError(
    'invalid-input',
    'aggregator/usage-too-large',
    `The answer has more than ${usageCellsMax} rows; take longer windows, fewer dimensions or one customer.`,
  );
}

/** Boundaries of one statement: the list travels as one parameter. */
const windowsOfStatement = 4000;

/** The scan in parts whose windows fit into one statement. */
export function* scanParts(scan: UsageScan): Generator<UsageScan> {
  const { boundaries } = scan;
  for (let from = 0; from < boundaries.length - 1; from += windowsOfStatement) {
    yield { ...scan, boundaries: boundaries.slice(from, from + windowsOfStatement + 1) };
  }
}

export function scanParameters(scan: UsageScan): Record<string, ClickHouseParameter> {
  return {
    tenant: scan.tenant,
    type: scan.meter.eventType,
    customer: scan.customer ?? '',
    anyCustomer: scan.customer === undefined ? 1 : 0,
    from: scan.boundaries[0] ?? 0,
    to: scan.boundaries.at(-1) ?? 0,
    ...boundParameters(scan.bound),
  };
}
