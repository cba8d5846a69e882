/**
 * Usage of a meter by window of event time, customer and dimensions, from the stored events below the greatest progress.
 * Sums and counts are aggregated by ClickHouse, everything else by folding the events with the pure meter.
 */
import { AppError } from '@tidemark/platform/errors';
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import type { Instant } from '@tidemark/platform/clock';
import type { MeterChange } from '@tidemark/rater/catalog';
import { formatQuantity } from '@tidemark/rater/money';
import type { Filter, Meter } from '@tidemark/rater/meters';
import { compileCharge, parseCharge } from '@tidemark/rater/pricing';
import type { ChargeRater } from '@tidemark/rater/pricing';
import { boundOfProgress } from '../store/log-bound.ts';
import { logPositions } from '../store/log-position.ts';
import type { LogPosition } from '../store/log-position.ts';
import { readProgress } from '../store/read-progress.ts';
import { foldUsage } from './fold-usage.ts';
import { meterSpans } from './meter-spans.ts';
import type { MeterSpan } from './meter-spans.ts';
import { sumUsage } from './sum-usage.ts';
import type { UsageCell, UsageScan } from './usage-scan.ts';
import { windowBoundaries } from './windows.ts';
import type { WindowQuery } from './windows.ts';

export interface UsageQuery extends WindowQuery {
  readonly tenant: string;
  /** The meter's key. */
  readonly meter: string;
  /** All customers by default, each with its own rows. */
  readonly customer?: string | undefined;
  /** Dimensions of the meter. */
  readonly groupBy?: readonly string[] | undefined;
  /** Accepted values by dimension of the meter. */
  readonly filters?: Filter | undefined;
}

export interface UsageRow {
  readonly from: Instant;
  readonly to: Instant;
  readonly customer: string;
  /** Value by dimension; `null` where the events have none. */
  readonly group: Readonly<Record<string, string | null>>;
  /** Decimal string, never zero. */
  readonly quantity: string;
}

export interface UsageAnswer {
  /** The log prefix that the answer includes. */
  readonly asOf: readonly LogPosition[];
  /** By window, customer and group. */
  readonly rows: readonly UsageRow[];
}

export interface UsageReads {
  /**
   * Half-open by event time. Where another version of the meter takes effect, a window is cut in two.
   *
   * @throws AppError `aggregator/unknown-meter`, `aggregator/unknown-dimension`, `aggregator/empty-span`,
   *   `aggregator/unknown-time-zone`, `aggregator/too-many-windows`, `aggregator/usage-too-large`
   */
  readUsage(query: UsageQuery): Promise<UsageAnswer>;
}

export interface UsageReadOptions {
  readonly clickHouse: ClickHouse;
  /** All versions of a meter, in any order; none when it is not known. */
  readonly findMeter: (tenant: string, key: string) => Promise<readonly MeterChange[]>;
}

export function createUsageReads({ clickHouse, findMeter }: UsageReadOptions): UsageReads {
  return {
    async readUsage(query) {
      const versions = effectiveVersions(await findMeter(query.tenant, query.meter), query);
      const boundaries = windowBoundaries(query);
      const progress = await readProgress(clickHouse);
      const bound = boundOfProgress(progress);
      const rows: UsageRow[] = [];
      for (const { meter, from, to } of versions) {
        checkDimensions(query, meter);
        const inside = boundaries.filter((boundary) => boundary > from && boundary < to);
        const scan: UsageScan = {
          tenant: query.tenant,
          customer: query.customer,
          meter,
          boundaries: [from, ...inside, to],
          groupBy: query.groupBy ?? [],
          filters: [meter.filter, query.filters ?? {}],
          bound,
        };
        rows.push(...(await readVersion(clickHouse, scan)));
      }
      return { asOf: logPositions(progress), rows };
    },
  };
}

async function readVersion(clickHouse: ClickHouse, scan: UsageScan): Promise<UsageRow[]> {
  const rater = measuringRater(scan.meter);
  const cells =
    (await sumUsage(clickHouse, scan, rater)) ?? (await foldUsage(clickHouse, scan, rater));
  return cells.flatMap((cell) => toRow(cell, scan, rater)).sort(compareRows);
}

function toRow(cell: UsageCell, scan: UsageScan, rater: ChargeRater): UsageRow[] {
  const quantity = rater.quantity(cell.state);
  if (quantity === null || quantity === 0n) return [];
  const at = scan.boundaries.indexOf(cell.from);
  return [
    {
      from: cell.from,
      to: scan.boundaries[at + 1] ?? cell.from,
      customer: cell.customer,
      group: Object.fromEntries(
        scan.groupBy.map((name, index) => [name, cell.group[index] ?? null]),
      ),
      quantity: formatQuantity(quantity),
    },
  ];
}

/** A charge of no price: what it measures is the meter's quantity. */
function measuringRater(meter: Meter): ChargeRater {
  const charge = parseCharge({
    key: 'usage',
    meter: meter.key,
    price: { model: 'per_unit', currency: 'USD', unitAmount: '0' },
  });
  return compileCharge(charge, meter);
}

function effectiveVersions(changes: readonly MeterChange[], query: UsageQuery): MeterSpan[] {
  if (changes.every(({ definition }) => definition === null)) {
    const message = `There is no meter "${query.meter}".`;
    throw new AppError('invalid-input', 'aggregator/unknown-meter', message);
  }
  return meterSpans(changes, query);
}

function checkDimensions(query: UsageQuery, meter: Meter): void {
  const named = [...(query.groupBy ?? []), ...Object.keys(query.filters ?? {})];
  for (const name of named) {
    if (meter.dimensions.includes(name)) continue;
    throw new AppError(
      'invalid-input',
      'aggregator/unknown-dimension',
      `The meter "${meter.key}" has no dimension "${name}".`,
    );
  }
}

function compareRows(left: UsageRow, right: UsageRow): number {
  if (left.from !== right.from) return left.from - right.from;
  const key = (row: UsageRow): string => JSON.stringify([row.customer, row.group]);
  return key(left) < key(right) ? -1 : key(left) > key(right) ? 1 : 0;
}
