/**
 * A period close with the real ledger and the real engine: cut, audit, states from the stored events, prices, comparison with the
 * stream, invoices with their lines in Postgres. Every round closes a new tenant; its catalog and usage are made before.
 */
import { mustEqual } from '../lib/comparison.ts';
import type { BenchmarkCase, Comparison } from '../lib/comparison.ts';
import { CpuMeter } from '../lib/cpu-meter.ts';
import { startBilledSystem } from '../workload/billed-system.ts';
import type { BilledSystem, BilledTenant } from '../workload/billed-system.ts';

export const periodClose: Comparison = {
  name: 'period-close',
  question: 'How fast is a billing period closed, five lines a subscription?',
  quick: false,
  cases: [
    closeCase('small', ({ quick }) => (quick ? 200 : 2000)),
    closeCase('large', ({ quick }) => (quick ? 2000 : 20_000)),
  ],
  // Below 1, a subscription costs more when there are more of them.
  ratios: [{ name: 'ten times as many / few', of: 'large', to: 'small', by: 'cpu' }],
};

function closeCase(name: string, count: (size: { quick: boolean }) => number): BenchmarkCase {
  return {
    name,
    title: `${name} tenant, PGlite and chDB`,
    unit: 'subscription',
    open: async (size) => {
      const system = await startBilledSystem();
      const subscriptions = count(size);
      return {
        measure: async (round) => {
          const tenant = `tenant-${round}`;
          const expected = await system.addTenant(tenant, subscriptions);
          const meter = new CpuMeter({ own: 'close', others: { store: system.store.processId } });
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
