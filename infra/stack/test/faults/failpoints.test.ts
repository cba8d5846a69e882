/**
 * A crash between every two effects: each failpoint ends its process three times, at its first, second and a later pass,
 * while usage flows, the catalog changes and periods are closed. First what is below the invoices dies, then what needs it to
 * get on; in the end every event is on the invoices once, to the cent. One environment serves all points.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createTemporaryDirectory } from '@tidemark/platform/testing';
import { failpointNames } from '@tidemark/platform/failpoint';
import type { Failpoint } from '@tidemark/platform/failpoint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CatalogChanger } from '../../chaos/catalog-changer.ts';
import { createCalendar } from '../../chaos/calendar.ts';
import { ChaosApi } from '../../chaos/chaos-api.ts';
import { ChaosWorld, startServers } from '../../chaos/chaos-world.ts';
import type { ChaosRole, ChaosServers } from '../../chaos/chaos-world.ts';
import { checkInvoices } from '../../chaos/check-invoices.ts';
import { PeriodCloser } from '../../chaos/period-closer.ts';
import { Producer } from '../../chaos/producer.ts';
import { createRandom } from '../../chaos/random.ts';
import { UsageLedger } from '../../chaos/usage-ledger.ts';
import { UsageSource } from '../../chaos/usage-source.ts';
import { killsAt, walkFailpoints } from '../fixtures/failpoint-lane.ts';
import { whyNoKafkaStack } from '../fixtures/requirements.ts';

const missing = whyNoKafkaStack();
const directory = createTemporaryDirectory('failpoints');
const customers = Array.from({ length: 12 }, (_, index) => `customer-${index + 1}`);
const lastDay = 27;

/** Points of the embedded log stand in a process of its own; see embedded-failpoints.test.ts. */
const embeddedOnly: readonly Failpoint[] = ['log/before-commit', 'log/after-commit'];
const of = (...families: string[]): Failpoint[] =>
  failpointNames.filter(
    (name) => !embeddedOnly.includes(name) && families.some((family) => name.startsWith(family)),
  );
const raterPoints = of('rater/');
type Lanes = Partial<Record<ChaosRole, readonly Failpoint[]>>;
const waves: readonly Lanes[] = [
  {
    'rater-1': raterPoints.filter((_, index) => index % 2 === 0),
    'rater-2': raterPoints.filter((_, index) => index % 2 === 1),
    'clickhouse-host': of('store/'),
  },
  {
    gateway: of('gateway/', 'log/'),
    api: of('epoch/', 'close/cut-read'),
    'close-worker-1': of('close/').filter((name) => name !== 'close/cut-read'),
  },
];

describe.skipIf(missing !== null)(`failpoints${missing === null ? '' : ` (${missing})`}`, () => {
  let servers: ChaosServers;
  let world: ChaosWorld;
  const cleanups: (() => Promise<void> | void)[] = [];

  beforeAll(async () => {
    cleanups.push(() => {
      directory.remove();
    });
    servers = await startServers(directory.path);
    cleanups.push(() => servers.stop());
    world = await ChaosWorld.start(servers, {
      name: 'failpoints',
      directory: directory.path,
      sessionTimeoutMs: 2000,
      closeWorkers: 1,
    });
    cleanups.push(() => world.stop());
  });
  afterAll(async () => {
    for (const cleanup of cleanups.reverse()) await cleanup();
  });

  it('each belong to one lane', () => {
    const walked = waves.flatMap((lanes) => Object.values(lanes).flat());
    expect([...walked, ...embeddedOnly].sort()).toEqual([...failpointNames].sort());
    expect(failpointNames.length).toBeGreaterThanOrEqual(27);
  });

  it('lose nothing, count nothing twice and move no cent', { timeout: 300_000 }, async () => {
    const calendar = createCalendar(Date.now());
    const ledger = new UsageLedger();
    const over = new AbortController();
    const api = new ChaosApi(world.url('api'), world.adminKey, over.signal);
    let today = 0;
    const changer = new CatalogChanger({
      api,
      calendar,
      random: createRandom(7),
      customers,
      gapMs: 300,
      today: () => today,
    });
    await changer.begin();
    const source = new UsageSource({ name: 'app', seed: 7, calendar, customers });
    const producer = new Producer({
      url: world.url('gateway'),
      apiKey: world.adminKey,
      source,
      ledger,
      seed: 7,
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
    const walkAll = async (): Promise<number> => {
      let kills = 0;
      for (const lanes of waves) {
        const walks = Object.entries(lanes).map(([role, names]) =>
          walkFailpoints(world.role(role as ChaosRole), killsAt(names)),
        );
        for (const walked of await Promise.all(walks)) kills += walked.length;
      }
      return kills;
    };
    const kills = await Promise.race([walkAll(), traffic.then(() => 0)]);
    calm.abort();
    await traffic;
    expect(kills).toBe((failpointNames.length - embeddedOnly.length) * 3);

    await world.healed();
    expect(await producer.drain(60_000)).toBe(true);
    await producer.close();
    expect(producer.acknowledged.rejected).toEqual([]);
    await changer.finish();
    await closer.close(today, AbortSignal.timeout(60_000));
    const invoices = await api.list('/v1/invoices');
    const verdict = checkInvoices({
      ledger,
      calendar,
      days: today + 1,
      phases: changer.phases,
      invoices,
    });
    expect(verdict).toMatchObject({ lost: 0, double: 0, centsOff: '0', problems: [] });
    expect(verdict.billed).toBe(ledger.events);
    await expect
      .poll(async () => (await api.get('/v1/reconciliation')).body)
      .toMatchObject({ reconciled: true });
    over.abort();
    await delay(0);
  });
});
