/**
 * Proves conservation again and again over the last hours and shows any difference as a metric, so that an alert finds a lost
 * or doubled event before a customer does. `tidemark reconcile` proves any span on demand.
 */
import { readConservation } from '@tidemark/aggregator/reconcile';
import type { ControlPlane } from '@tidemark/api/control-plane';
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import { systemClock } from '@tidemark/platform/clock';
import type { Clock } from '@tidemark/platform/clock';
import type { Metrics } from '@tidemark/platform/metrics';
import type { ProcessParts } from './parts.ts';

export interface ConservationParts {
  readonly clickHouse: ClickHouse;
  readonly controlPlane: Pick<ControlPlane, 'invoices' | 'meters' | 'tenants'>;
}

const everyMs = 900_000;
/** Longer than some runs and an outage between them; a proof reads all events of the span. */
const lookBackMicroseconds = 3 * 3_600_000_000;

export async function startConservationCheck(
  { lifecycle, log, metrics }: ProcessParts,
  parts: ConservationParts,
): Promise<void> {
  const check = createConservationCheck(metrics, parts, systemClock);
  await lifecycle.start('conservation check', {
    start: () => {
      const run = (): void => {
        check().catch((error: unknown) => log.warn({ err: error }, 'conservation not checked'));
      };
      return setInterval(run, everyMs);
    },
    stop: (timer) => clearInterval(timer),
  });
}

/** One proof of all tenants over the last hours; resolves with the events and charges that are off. */
function createConservationCheck(
  metrics: Metrics,
  { clickHouse, controlPlane }: ConservationParts,
  clock: Clock,
): () => Promise<number> {
  const difference = metrics.gauge({
    name: 'tidemark_conservation_difference_events',
    help: 'Events by which an equation of conservation is off: logged = stored + duplicate + dead, stored = measured + unmatched.',
    labelNames: ['equation'],
  });
  const chargesOff = metrics.gauge({
    name: 'tidemark_conservation_difference_charges',
    help: 'Charges of billed periods whose invoice lines do not say what counts as billed.',
  });
  const checkedAt = metrics.gauge({
    name: 'tidemark_conservation_checked_timestamp_seconds',
    help: 'When conservation was proven last.',
  });
  return async () => {
    const from = clock.now() - lookBackMicroseconds;
    const off = { logged: 0, stored: 0, charges: 0 };
    for (const { key: tenant } of await controlPlane.tenants.all()) {
      const meters = await controlPlane.meters.versions(tenant);
      const { measurement, rows } = await readConservation(clickHouse, { tenant, meters, from });
      for (const row of rows) off.logged += row.difference;
      for (const row of measurement) off.stored += Math.abs(row.difference);
      const charges = await controlPlane.invoices.billedCharges({ tenant, from });
      off.charges += charges.filter(({ holds }) => !holds).length;
    }
    difference.set({ equation: 'logged' }, off.logged);
    difference.set({ equation: 'stored' }, off.stored);
    chargesOff.set({}, off.charges);
    checkedAt.set({}, Math.floor(clock.now() / 1_000_000));
    return off.logged + off.stored + off.charges;
  };
}
