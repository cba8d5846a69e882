/**
 * A crash between every two effects: each failpoint ends its process at its first, second and a later pass, as often as is
 * asked for, while usage flows, the catalog changes and periods are closed. First the store and the gateway die, then the
 * raters, then what waits for raters: nobody has to come to a point while what it needs is down. In the end every event is on
 * the invoices once, to the cent.
 */
import { failpointNames } from '@tidemark/platform/failpoint';
import type { Failpoint } from '@tidemark/platform/failpoint';
import { CatalogChanger } from './catalog-changer.ts';
import { createCalendar } from './calendar.ts';
import { ChaosApi } from './chaos-api.ts';
import type { ChaosRole, ChaosWorld } from './chaos-world.ts';
import { checkInvoices } from './check-invoices.ts';
import type { Verdict } from './check-invoices.ts';
import { killsAt, walkFailpoints } from './failpoint-lane.ts';
import { PeriodCloser } from './period-closer.ts';
import { Producer } from './producer.ts';
import { createRandom } from './random.ts';
import { UsageLedger } from './usage-ledger.ts';
import { UsageSource } from './usage-source.ts';

const customers = Array.from({ length: 12 }, (_, index) => `customer-${index + 1}`);
const lastDay = 27;
const settleMs = 60_000;

/** Points of the embedded log: the all-in-one process alone passes them. */
export const embeddedFailpoints: readonly Failpoint[] = ['log/before-commit', 'log/after-commit'];
const of = (...families: string[]): Failpoint[] =>
  failpointNames.filter(
    (name) =>
      !embeddedFailpoints.includes(name) && families.some((family) => name.startsWith(family)),
  );
const raterPoints = of('rater/');
type Lanes = Partial<Record<ChaosRole, readonly Failpoint[]>>;

/** Lanes of one wave are walked at the same time. */
export const failpointWaves: readonly Lanes[] = [
  { 'clickhouse-host': of('store/'), gateway: of('gateway/', 'log/') },
  {
    'rater-1': raterPoints.filter((_, index) => index % 2 === 0),
    'rater-2': raterPoints.filter((_, index) => index % 2 === 1),
  },
  {
    api: of('epoch/', 'close/cut-read'),
    'close-worker-1': of('close/').filter((name) => name !== 'close/cut-read'),
  },
];

export interface FailpointWalk {
  readonly kills: number;
  readonly sent: number;
  readonly rejected: readonly string[];
  readonly reconciled: boolean;
  readonly verdict: Verdict;
}

/** @param killsPerPoint a multiple of three: so many kills come at each pass of a point. */
export async function walkAllFailpoints(
  world: ChaosWorld,
  { killsPerPoint, seed }: { readonly killsPerPoint: number; readonly seed: number },
): Promise<FailpointWalk> {
  const calendar = createCalendar(Date.now());
  const ledger = new UsageLedger();
  const over = new AbortController();
  const api = new ChaosApi(world.url('api'), world.adminKey, over.signal);
  let today = 0;
  const changer = new CatalogChanger({
    api,
    calendar,
    random: createRandom(seed),
    customers,
    gapMs: 300,
    today: () => today,
  });
  await changer.begin();
  const source = new UsageSource({ name: 'app', seed, calendar, customers });
  const producer = new Producer({
    url: world.url('gateway'),
    apiKey: world.adminKey,
    source,
    ledger,
    seed,
    eventsPerSecond: 600,
  });
  const closer = new PeriodCloser(api, calendar);
  const calm = new AbortController();
  const { signal } = calm;
  const closeDays = async (): Promise<void> => {
    while (!signal.aborted) {
      if (today < lastDay) source.turnDay((today += 1));
      // Several jobs, so that one life of a worker passes its points many times.
      await Promise.all(customers.map((customer) => closer.close(today - 1, signal, [customer])));
    }
  };
  const traffic = Promise.all([producer.run(signal), changer.run(signal), closeDays()]);
  const kills = await Promise.race([walkWaves(world, killsPerPoint), traffic.then(() => 0)]);
  calm.abort();
  await traffic;

  await world.healed();
  if (!(await producer.drain(settleMs))) throw new Error('Not everything was acknowledged.');
  await producer.close();
  await changer.finish();
  const deadline = AbortSignal.timeout(settleMs);
  await closer.close(today, deadline);
  if (deadline.aborted) throw new Error('The last close did not end.');
  const invoices = await api.list('/v1/invoices');
  const { phases } = changer;
  const verdict = checkInvoices({ ledger, calendar, days: today + 1, phases, invoices });
  const { body } = await api.get('/v1/reconciliation');
  over.abort();
  return {
    kills,
    sent: ledger.events,
    rejected: producer.acknowledged.rejected,
    reconciled: (body as { reconciled: boolean }).reconciled,
    verdict,
  };
}

async function walkWaves(world: ChaosWorld, killsPerPoint: number): Promise<number> {
  let kills = 0;
  for (const lanes of failpointWaves) {
    const walks = Object.entries(lanes).map(([role, names]) => {
      const once = killsAt(names);
      const all = Array.from({ length: Math.ceil(killsPerPoint / 3) }, () => once).flat();
      return walkFailpoints(world.role(role as ChaosRole), all);
    });
    for (const walked of await Promise.all(walks)) kills += walked.length;
  }
  return kills;
}
