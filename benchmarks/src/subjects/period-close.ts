/**
 * A period close with the real ledger and the real engine: cut, audit, states from the stored events, prices, comparison with the
 * stream, invoices with their lines in Postgres. Every round closes a new tenant; its catalog and usage are made before.
 */
import { mustEqual } from '../lib/comparison.ts';
import type { BenchmarkCase, Comparison, RunSize } from '../lib/comparison.ts';
import { CpuMeter } from '../lib/cpu-meter.ts';
import { startBilledSystem } from '../workload/billed-system.ts';
import type { BilledSystem, BilledTenant, PostgresKind } from '../workload/billed-system.ts';

type SubscriptionCount = (size: RunSize, round: number) => number;

export const periodClose: Comparison = {
  name: 'period-close',
  question: 'How fast is a billing period closed, five lines a subscription?',
  quick: false,
  cases: [
    closeCase('small', 'PGlite', ({ quick }) => (quick ? 200 : 2000)),
    closeCase('large', 'PGlite', ({ quick }) => (quick ? 2000 : 20_000)),
    closeCase('server', 'PostgreSQL', ({ quick }) => (quick ? 2000 : 20_000)),
  ],
  // Below 1, a subscription costs more when there are more of them.
  ratios: [
    { name: 'ten times as many / few', of: 'large', to: 'small', by: 'cpu' },
    { name: 'PostgreSQL / PGlite', of: 'server', to: 'large', by: 'rate' },
  ],
};

// A round takes minutes with all that is made for it: `--rounds 1` is enough, and the warm-up is a small one.
const wholeTenant: SubscriptionCount = ({ quick }, round) =>
  quick || round === 0 ? 2000 : 100_000;

export const periodCloseOf100k: Comparison = {
  name: 'period-close-100k',
  question: 'How long does a close of 100,000 subscriptions take, five lines each?',
  quick: false,
  cases: [
    closeCase('pglite', 'PGlite', wholeTenant),
    closeCase('server', 'PostgreSQL', wholeTenant),
  ],
  ratios: [{ name: 'PostgreSQL / PGlite', of: 'server', to: 'pglite', by: 'rate' }],
};

function closeCase(name: string, postgres: PostgresKind, count: SubscriptionCount): BenchmarkCase {
  return {
    name,
    title: `${name === 'small' ? 'a tenth as many, ' : ''}${postgres} and chDB`,
    unit: 'subscription',
    open: async (size) => {
      const system = await startBilledSystem(postgres);
      return {
        measure: async (round) => {
          const tenant = `tenant-${round}`;
          const subscriptions = count(size, round);
          const expected = await system.addTenant(tenant, subscriptions);
          const meter = new CpuMeter({ own: 'close', others: system.processes });
          const seconds = await closeTenant(system, tenant, expected, subscriptions);
          const used = meter.stop();
          const figures = { 's for 100,000': (seconds / subscriptions) * 100_000 };
          return { units: subscriptions, ...used, figures };
        },
        close: () => system.stop(),
      };
    },
  };
}

async function closeTenant(
  { controlPlane, closeWorker }: BilledSystem,
  tenant: string,
  { through, lines, totalCents }: BilledTenant,
  subscriptions: number,
): Promise<number> {
  const startMs = performance.now();
  const { closeLedger, database } = controlPlane;
  const request = { tenant, through, customers: null, dryRun: false };
  const done = await closeWorker.run(await closeLedger.openClose(request));
  const seconds = (performance.now() - startMs) / 1000;
  mustEqual('status', `${done.status} ${JSON.stringify(done.halted.slice(0, 3))}`, 'done []');
  mustEqual('invoices', done.invoices, subscriptions);
  const total = (done.totals['USD'] ?? '').replace('.', '');
  mustEqual('sum of invoices in cents', BigInt(total), totalCents);
  const [row] = await database.query<{ lines: number }>(
    'select count(*) as lines from invoice_lines where tenant = $1',
    [tenant],
  );
  mustEqual('lines', row?.lines ?? 0, lines);
  return seconds;
}
