import type { ClickHouse } from '@tidemark/platform/clickhouse';
import type { Filter } from '@tidemark/rater/meters';
import type { ChargeRater, UsageSample } from '@tidemark/rater/pricing';
import { z } from 'zod';
import { StoredSample } from '../events/stored-sample.ts';
import { belowBound } from '../store/log-bound.ts';
import { scanParameters, usageCellsMax, usageTooLarge } from './usage-scan.ts';
import type { UsageCell, UsageScan } from './usage-scan.ts';

const sql = `
SELECT subject AS customer, toString(toUnixTimestamp64Micro(time)) AS time_us, data,
  toString(offset) AS log_offset, \`index\` AS log_index
FROM usage_events FINAL
WHERE tenant = {tenant:String} AND type = {type:String}
  AND ({anyCustomer:UInt8} = 1 OR subject = {customer:String})
  AND time >= fromUnixTimestamp64Micro({from:Int64}, 'UTC') AND time < fromUnixTimestamp64Micro({to:Int64}, 'UTC')
  AND ${belowBound}
ORDER BY subject, time, incarnation, offset, \`index\`
SETTINGS do_not_merge_across_partitions_select_final = 1`;

const row = z
  .object({
    customer: z.string(),
    time_us: z.string().transform(Number),
    data: z.string(),
    log_offset: z.string().transform(Number),
    log_index: z.number(),
  })
  .transform(({ customer, time_us, data, log_offset, log_index }) => ({
    customer,
    time: time_us,
    data,
    offset: log_offset,
    index: log_index,
  }));

/** Cells of any meter, from its events in (customer, time, coordinate) order. */
export async function foldUsage(
  clickHouse: ClickHouse,
  scan: UsageScan,
  rater: ChargeRater,
): Promise<UsageCell[]> {
  const cells = new Map<string, UsageCell>();
  const sample = new StoredSample();
  const parameters = scanParameters(scan);
  for await (const events of clickHouse.stream({ sql, parameters, row })) {
    for (const event of events) {
      sample.moveTo(event);
      if (!scan.filters.every((filter) => passes(filter, sample))) continue;
      rater.add(cellOf(cells, scan, { event, sample, rater }).state, sample);
    }
  }
  return [...cells.values()];
}

interface CellEvent {
  readonly event: { readonly customer: string; readonly time: number };
  readonly sample: UsageSample;
  readonly rater: ChargeRater;
}

function cellOf(
  cells: Map<string, UsageCell>,
  { boundaries, groupBy }: UsageScan,
  { event, sample, rater }: CellEvent,
): UsageCell {
  const at = windowAt(boundaries, event.time);
  const group = groupBy.map((name) => sample.text(name) ?? null);
  const key = JSON.stringify([at, event.customer, group]);
  let cell = cells.get(key);
  if (cell === undefined) {
    if (cells.size >= usageCellsMax) throw usageTooLarge();
    const from = boundaries[at] ?? 0;
    const state = rater.empty({ from, to: boundaries[at + 1] ?? from });
    cell = { from, customer: event.customer, group, state };
    cells.set(key, cell);
  }
  return cell;
}

/** The last boundary at or before `time`; the events are known to lie within. */
function windowAt(boundaries: readonly number[], time: number): number {
  let low = 0;
  let high = boundaries.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((boundaries[middle] ?? Infinity) <= time) low = middle;
    else high = middle;
  }
  return low;
}

function passes(filter: Filter, sample: UsageSample): boolean {
  return Object.entries(filter).every(([name, accepted]) => {
    const value = sample.text(name);
    return value !== undefined && accepted.includes(value);
  });
}
