import type { ClickHouse } from '@tidemark/platform/clickhouse';
import type { ChargeRater } from '@tidemark/rater/pricing';
import { z } from 'zod';
import { belowBound } from '../store/log-bound.ts';
import { measureSql, sumCountMeasure, sumCountState } from './measure.ts';
import { BoundValues, plainRow, textSql } from './property-sql.ts';
import { scanParameters, scanParts, usageCellsMax, usageTooLarge } from './usage-scan.ts';
import type { UsageCell, UsageScan } from './usage-scan.ts';

const row = z.object({
  window_from: z.string().transform(Number),
  customer: z.string(),
  groups: z.array(z.string().nullable()),
  measured: z.string(),
  total: z.string(),
  /** Rows that SQL cannot read. */
  nested: z.string(),
});

/**
 * Cells of a meter that sums or counts; `null` when the meter does something else, or where some events cannot be read by SQL:
 * then they must be folded.
 */
export async function sumUsage(
  clickHouse: ClickHouse,
  scan: UsageScan,
  rater: ChargeRater,
): Promise<UsageCell[] | null> {
  const measure = sumCountMeasure(scan.meter, scan.filters.slice(1));
  if (measure === null || rater.aggregate !== 'sum-count') return null;
  const cells: UsageCell[] = [];
  for (const part of scanParts(scan)) {
    const values = new BoundValues();
    const { count, sum } = measureSql(values, measure);
    // What groups a row that SQL cannot read does not matter: it makes the whole answer void.
    const groups = part.groupBy.map((name) => textSql(values, name)).join(', ');
    const windows = values.bind('Array(Int64)', part.boundaries.slice(0, -1));
    const sql = `
SELECT toString(roundDown(time_us, ${windows})) AS window_from, subject AS customer,
  ${groups === '' ? `CAST([], 'Array(Nullable(String))')` : `[${groups}]`} AS groups,
  toString(${count}) AS measured, ${sum} AS total, toString(countIf(NOT ${plainRow})) AS nested
FROM (
  SELECT subject, toUnixTimestamp64Micro(time) AS time_us, data
  FROM usage_events FINAL
  WHERE tenant = {tenant:String} AND type = {type:String}
    AND ({anyCustomer:UInt8} = 1 OR subject = {customer:String})
    AND time >= fromUnixTimestamp64Micro({from:Int64}, 'UTC') AND time < fromUnixTimestamp64Micro({to:Int64}, 'UTC')
    AND ${belowBound}
)
GROUP BY window_from, customer, groups
LIMIT ${usageCellsMax + 1}
SETTINGS do_not_merge_across_partitions_select_final = 1`;
    const parameters = { ...scanParameters(part), ...values.parameters };
    for (const read of await clickHouse.query({ sql, parameters, row })) {
      if (read.nested !== '0') return null;
      if (read.measured === '0') continue;
      cells.push({
        from: read.window_from,
        customer: read.customer,
        group: read.groups,
        state: rater.decode(sumCountState(read.measured, read.total)),
      });
      if (cells.length > usageCellsMax) throw usageTooLarge();
    }
  }
  return cells;
}
