import type { ClickHouse } from '@tidemark/platform/clickhouse';
import type { Instant } from '@tidemark/platform/clock';
import { exactAmountOf } from '@tidemark/rater/money';
import type { ExactAmount } from '@tidemark/rater/money';
import { z } from 'zod';
import { batchesOfTexts } from '../../store/text-batches.ts';

/** Newest row of a charge total; one a partition and life of the log. */
export interface StreamTotal {
  readonly customer: string;
  readonly subscription: string;
  readonly charge: string;
  readonly periodStart: Instant;
  readonly segmentStart: Instant;
  readonly incarnation: number;
  readonly partition: number;
  readonly version: number;
  readonly events: number;
  readonly state: string;
  readonly amount: ExactAmount;
}

/** The amount travels as its scaled integer, which no formatting can touch. */
const sql = `
SELECT customer, subscription, charge, toString(toUnixTimestamp64Micro(period_start)) AS period_us,
  toString(toUnixTimestamp64Micro(segment_start)) AS segment_us, incarnation, partition,
  toString(version) AS newest, toString(events) AS event_count, state, toString(reinterpretAsInt256(amount)) AS amount_scaled
FROM charge_totals FINAL
WHERE tenant = {tenant:String} AND customer IN {customers:Array(String)}
  AND period_start >= fromUnixTimestamp64Micro({earliest:Int64}, 'UTC')
  AND period_start <= fromUnixTimestamp64Micro({latest:Int64}, 'UTC')
SETTINGS do_not_merge_across_partitions_select_final = 1`;

const integer = z.string().transform(Number);

const row = z
  .object({
    customer: z.string(),
    subscription: z.string(),
    charge: z.string(),
    period_us: integer,
    segment_us: integer,
    incarnation: z.number(),
    partition: z.number(),
    newest: integer,
    event_count: integer,
    state: z.string(),
    amount_scaled: z.string(),
  })
  .transform((raw): StreamTotal => ({
    customer: raw.customer,
    subscription: raw.subscription,
    charge: raw.charge,
    periodStart: raw.period_us,
    segmentStart: raw.segment_us,
    incarnation: raw.incarnation,
    partition: raw.partition,
    version: raw.newest,
    events: raw.event_count,
    state: raw.state,
    amount: exactAmountOf(BigInt(raw.amount_scaled)),
  }));

export interface StreamTotalsQuery {
  readonly tenant: string;
  readonly customers: readonly string[];
  /** Bounds of the period starts, both inclusive. */
  readonly earliest: number;
  readonly latest: number;
}

/** The newest row of every total of these customers, whatever its version. */
export async function readStreamTotals(
  clickHouse: ClickHouse,
  query: StreamTotalsQuery,
): Promise<StreamTotal[]> {
  const totals: StreamTotal[] = [];
  for (const customers of batchesOfTexts([...new Set(query.customers)].sort())) {
    const { tenant, earliest, latest } = query;
    const parameters = { tenant, customers, earliest, latest };
    totals.push(...(await clickHouse.query({ sql, parameters, row })));
  }
  return totals;
}
