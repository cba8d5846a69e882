/**
 * What one customer owes now, by the number of events that are stored. Charges that the stream rates are answered from its
 * totals; those that it does not (and all of them while a change of the catalog is on its way) from the customer's own events,
 * which the sort key of the table keeps apart from those of others.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { readSpend } from '@tidemark/aggregator/spend';
import type { Spend, SpendQuery } from '@tidemark/aggregator/spend';
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import type { MeterChange, PlanVersionChange } from '@tidemark/rater/catalog';
import { build as buildHistogram } from 'hdr-histogram-js';
import { z } from 'zod';
import { mustEqual, WrongResult } from '../lib/comparison.ts';
import type { BenchmarkCase, Comparison, OpenCase, RunSize } from '../lib/comparison.ts';
import { CpuMeter } from '../lib/cpu-meter.ts';
import { Shared } from '../lib/shared.ts';
import { benchmarkCatalog, customerKey, eventTypes, tenant } from '../workload/catalog.ts';
import { startStore } from '../workload/servers.ts';
import type { RunningStore } from '../workload/servers.ts';

/** Events of each customer in its period. */
const own = 10_000;
const reads = { quick: 20, full: 100 };

export const liveSpend: Comparison = {
  name: 'live-spend',
  question: 'How long does the spend of one customer take, by the number of stored events?',
  quick: false,
  cases: [
    spendCase('few', 'totals', () => 100_000),
    spendCase('many', 'totals', manyEvents),
    spendCase('few', 'events', () => 100_000),
    spendCase('many', 'events', manyEvents),
  ],
  // Below 1, an answer costs more when there are more events of others.
  ratios: [
    { name: 'many events stored / few', of: 'many-totals', to: 'few-totals', by: 'cpu' },
    {
      name: 'many events stored / few, from events',
      of: 'many-events',
      to: 'few-events',
      by: 'cpu',
    },
  ],
};

function manyEvents({ quick }: RunSize): number {
  return quick ? 1_000_000 : 100_000_000;
}

type Source = 'totals' | 'events';

function spendCase(name: string, source: Source, stored: (size: RunSize) => number): BenchmarkCase {
  return {
    name: `${name}-${source}`,
    title: `${name} events stored, ${own.toLocaleString('en')} of them the customer's, from ${source}`,
    unit: 'answer',
    open: (size) => openSpend(stored(size), source, size),
  };
}

async function openSpend(stored: number, source: Source, { quick }: RunSize): Promise<OpenCase> {
  const filled = filledStore(stored);
  const { customers, now, store } = await filled.acquire();
  const count = quick ? reads.quick : reads.full;
  return {
    measure: async (round) => {
      const histogram = buildHistogram({ numberOfSignificantValueDigits: 3 });
      const meter = new CpuMeter({ own: 'reader', others: { store: store.processId } });
      for (let number = 0; number < count; number++) {
        const rank = (round * count + number) % customers;
        const startedAtMs = performance.now();
        const query = { ...queryOf(customerKey(rank), now), isPublished: source === 'totals' };
        const spend = await readSpend(store.clickHouse, query);
        histogram.recordValue(Math.round((performance.now() - startedAtMs) * 1000));
        checkSpend(spend);
      }
      const used = meter.stop();
      const ms = (percentile: number): number => histogram.getValueAtPercentile(percentile) / 1000;
      const figures = { 'p50 ms': ms(50), 'p99 ms': ms(99), 'million events': stored / 1e6 };
      return { units: count, ...used, figures };
    },
    close: () => filled.release(),
  };
}

interface FilledStore {
  stop(): Promise<void>;
  readonly store: RunningStore;
  readonly customers: number;
  readonly now: number;
}

const filledStores = new Map<number, Shared<FilledStore>>();

/** Both sources are asked in the same store. */
function filledStore(stored: number): Shared<FilledStore> {
  let shared = filledStores.get(stored);
  if (shared === undefined) {
    shared = new Shared(async () => {
      const store = await startStore();
      const now = Date.now() * 1000;
      const customers = stored / own;
      await insertUsage(store.clickHouse, { stored, customers, now });
      await untilMerged(store.clickHouse);
      return { store, customers, now, stop: () => store.stop() };
    });
    filledStores.set(stored, shared);
  }
  return shared;
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
  const [periodStart = 0] = periodOf(now);
  for (const [position] of eventTypes.entries()) {
    for (const meter of ['count', 'sum']) {
      const sum = meter === 'sum' ? String(own / eventTypes.length / 2) : '0';
      const state = JSON.stringify({ count: own / eventTypes.length, sum });
      await clickHouse.command(
        `INSERT INTO charge_totals (tenant, customer, subscription, charge, period_start, segment_start, incarnation, partition,
           version, epoch, events, state, quantity, amount)
         SELECT '${tenant}', concat('customer-', leftPad(toString(number), 7, '0')) AS customer, concat('sub-', customer),
           '${meter}-${position}', fromUnixTimestamp64Micro(${periodStart}, 'UTC') AS start, start, 1, 0,
           ${stored}, 1, ${own / eventTypes.length}, '${state}', NULL, 0
         FROM numbers(${customers})`,
      );
    }
  }
  await clickHouse.command(
    `INSERT INTO progress (incarnation, partition, next, logged, stored, epoch, log_time)
     VALUES (1, 0, ${stored}, ${stored}, ${stored}, 1, fromUnixTimestamp64Milli(${Math.floor(now / 1000)}, 'UTC'))`,
  );
}

const mergesRow = z.object({ merges: z.string().transform(Number) });
const restingChecks = 3;
const mergingMsMax = 900_000;

/** Until the engine has merged what it wants to merge: it had years for what is stored here in minutes. */
async function untilMerged(clickHouse: ClickHouse): Promise<void> {
  const giveUpAtMs = performance.now() + mergingMsMax;
  const sql = 'SELECT toString(count()) AS merges FROM system.merges';
  let resting = 0;
  while (resting < restingChecks) {
    await delay(1000);
    const [row] = await clickHouse.query({ sql, row: mergesRow });
    resting = row?.merges === 0 ? resting + 1 : 0;
    if (performance.now() > giveUpAtMs) throw new WrongResult('The engine still merges.');
  }
}

/** The period of the benchmarks' catalog that `now` lies in. */
function queryOf(customer: string, now: number): Omit<SpendQuery, 'isPublished'> {
  const changes = benchmarkCatalog(1, now);
  const meters = changes.filter((change): change is MeterChange => change.kind === 'meter');
  const isPlan = (change: (typeof changes)[number]): change is PlanVersionChange =>
    change.kind === 'plan-version';
  const [from = 0, to = 0] = periodOf(now);
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

function periodOf(now: number): readonly number[] {
  const changes = benchmarkCatalog(1, now);
  return changes.find((change) => change.kind === 'subscription')?.boundaries ?? [];
}

/** Every event counts once and adds one half. */
function checkSpend({ draft }: Spend): void {
  const quantities = draft?.document.lines.map(({ quantity }) => Number(quantity)) ?? [];
  const sum = quantities.reduce((total, quantity) => total + quantity, 0);
  mustEqual('sum of all quantities', sum, own * 1.5);
}
