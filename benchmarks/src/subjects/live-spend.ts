/**
 * What one customer owes now, by the path of the close, by the number of events that are stored: the sort key of the events
 * begins with tenant and customer, so an answer must cost what the customer's own events cost, however many others there are.
 */
import { readSpend } from '@tidemark/aggregator/spend';
import type { Spend, SpendQuery } from '@tidemark/aggregator/spend';
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import type { MeterChange, PlanVersionChange } from '@tidemark/rater/catalog';
import { build as buildHistogram } from 'hdr-histogram-js';
import { mustEqual } from '../lib/comparison.ts';
import type { BenchmarkCase, Comparison, OpenCase, RunSize } from '../lib/comparison.ts';
import { CpuMeter } from '../lib/cpu-meter.ts';
import { benchmarkCatalog, customerKey, eventTypes, tenant } from '../workload/catalog.ts';
import { startStore } from '../workload/servers.ts';

/** Events of each customer in its period. */
const own = 10_000;
const reads = { quick: 20, full: 100 };

export const liveSpend: Comparison = {
  name: 'live-spend',
  question: 'How long does the spend of one customer take, by the number of stored events?',
  quick: false,
  cases: [
    spendCase('few', () => 100_000),
    spendCase('many', ({ quick }) => (quick ? 1_000_000 : 10_000_000)),
  ],
  // Below 1, an answer costs more when there are more events of others.
  ratios: [{ name: 'many events stored / few', of: 'many', to: 'few', by: 'cpu' }],
};

function spendCase(name: string, stored: (size: RunSize) => number): BenchmarkCase {
  const title = `${name} events stored, ${own.toLocaleString('en')} of them the customer's`;
  return { name, title, unit: 'answer', open: (size) => openSpend(stored(size), size) };
}

async function openSpend(stored: number, { quick }: RunSize): Promise<OpenCase> {
  const store = await startStore();
  const now = Date.now() * 1000;
  const customers = stored / own;
  await insertUsage(store.clickHouse, { stored, customers, now });
  const count = quick ? reads.quick : reads.full;
  return {
    measure: async (round) => {
      const histogram = buildHistogram({ numberOfSignificantValueDigits: 3 });
      const meter = new CpuMeter({ own: 'reader', others: { store: store.processId } });
      for (let number = 0; number < count; number++) {
        const rank = (round * count + number) % customers;
        const startedAtMs = performance.now();
        const spend = await readSpend(store.clickHouse, queryOf(customerKey(rank), now));
        histogram.recordValue(Math.round((performance.now() - startedAtMs) * 1000));
        checkSpend(spend);
      }
      const used = meter.stop();
      const ms = (percentile: number): number => histogram.getValueAtPercentile(percentile) / 1000;
      const figures = { 'p50 ms': ms(50), 'p99 ms': ms(99), 'million events': stored / 1e6 };
      return { units: count, ...used, figures };
    },
    close: () => store.stop(),
  };
}

interface StoredUsage {
  readonly stored: number;
  readonly customers: number;
  readonly now: number;
}

const rowsAnInsert = 1_000_000;

/** As a rater has written them, in its parts: every insert holds events of every customer. */
async function insertUsage(
  clickHouse: ClickHouse,
  { stored, customers, now }: StoredUsage,
): Promise<void> {
  const types = eventTypes.map((type) => `'${type}'`).join(', ');
  for (let from = 0; from < stored; from += rowsAnInsert) {
    const rows = Math.min(rowsAnInsert, stored - from);
    await clickHouse.command(
      `INSERT INTO usage_events (tenant, subject, type, source, id, time, data, incarnation, partition, offset, \`index\`,
         log_time, fingerprint, payload_hash, backfill)
       SELECT '${tenant}', concat('customer-', leftPad(toString(number % ${customers}), 7, '0')),
         [${types}][intDiv(number, ${customers}) % 2 + 1], 'bench', toString(generateUUIDv4()),
         fromUnixTimestamp64Micro(${now} - toInt64(rand(1) % 2000000) * 1000000, 'UTC'),
         '{"amount":0.5,"region":"eu-central-1","tier":"pro"}', 1, 0, number, 0,
         fromUnixTimestamp64Milli(${Math.floor(now / 1000)}, 'UTC'), toFixedString(substring(hex(cityHash64(number)), 1, 16), 16),
         cityHash64(number), 0
       FROM numbers(${from}, ${rows})`,
    );
  }
  await clickHouse.command(
    `INSERT INTO progress (incarnation, partition, next, logged, stored, epoch, log_time)
     VALUES (1, 0, ${stored}, ${stored}, ${stored}, 1, fromUnixTimestamp64Milli(${Math.floor(now / 1000)}, 'UTC'))`,
  );
}

/** The period of the benchmarks' catalog that `now` lies in. */
function queryOf(customer: string, now: number): SpendQuery {
  const changes = benchmarkCatalog(1, now);
  const meters = changes.filter((change): change is MeterChange => change.kind === 'meter');
  const isPlan = (change: (typeof changes)[number]): change is PlanVersionChange =>
    change.kind === 'plan-version';
  const subscription = changes.find((change) => change.kind === 'subscription');
  const [from = 0, to = 0] = subscription?.boundaries ?? [];
  const { charges = [], currency = '' } = changes.find(isPlan) ?? {};
  const plan = {
    plan: 'plan',
    version: 1,
    name: 'Plan',
    currency,
    charges: charges.map((charge) => ({ ...(charge as { readonly key: string }), name: 'Usage' })),
    minimum: null,
    maximum: null,
  };
  const due = {
    tenant,
    subscription: `sub-${customer}`,
    customer,
    timeZone: 'UTC',
    instant: to,
    revision: 1,
    ending: { from, to, plan },
    starting: null,
    closed: [],
  };
  return { due, meters, catalogEpoch: 1 };
}

/** Every event counts once and adds one half. */
function checkSpend({ draft }: Spend): void {
  const quantities = draft?.document.lines.map(({ quantity }) => Number(quantity)) ?? [];
  const sum = quantities.reduce((total, quantity) => total + quantity, 0);
  mustEqual('sum of all quantities', sum, own * 1.5);
}
