/**
 * `npm run soak`: the production topology under steady traffic, without faults. Memory, parts of the store and lag are sampled
 * and judged: none may grow with time. In the end all days are closed and checked as after chaos.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createClickHouse } from '@tidemark/platform/clickhouse';
import { createTemporaryDirectory } from '@tidemark/platform/testing';
import { Command } from 'commander';
import { CatalogChanger } from './catalog-changer.ts';
import { createCalendar } from './calendar.ts';
import { ChaosApi } from './chaos-api.ts';
import { ChaosWorld, roleNames, startServers } from './chaos-world.ts';
import { checkInvoices } from './check-invoices.ts';
import { PeriodCloser } from './period-closer.ts';
import { Producer } from './producer.ts';
import { createRandom, hashOf } from './random.ts';
import { formatSoak, judgeSoak } from './soak-report.ts';
import type { SoakSample } from './soak-report.ts';
import { sampleWorld } from './soak-sample.ts';
import { UsageLedger } from './usage-ledger.ts';
import { UsageSource } from './usage-source.ts';

interface Options {
  readonly minutes: number;
  readonly seed: number;
  readonly rate: number;
  readonly every: number;
}

await new Command('soak')
  .description('Steady traffic without faults: memory, parts and lag must stay flat')
  .option('--minutes <n>', 'how long to send', Number, 30)
  .option('--seed <n>', 'of the traffic', Number, 1)
  .option('--rate <n>', 'events a second', Number, 10_000)
  .option('--every <seconds>', 'between two samples', Number, 10)
  .action(runSoak)
  .parseAsync();

async function runSoak(options: Options): Promise<void> {
  const directory = createTemporaryDirectory('soak');
  const servers = await startServers(directory.path);
  const world = await ChaosWorld.start(servers, {
    name: `soak_${options.seed}`,
    directory: directory.path,
    sessionTimeoutMs: 10_000,
  });
  let failures: readonly string[] = ['not finished'];
  try {
    failures = await soak(world, options);
  } finally {
    await world.stop();
    await servers.stop();
    directory.remove();
  }
  for (const failure of failures) process.stdout.write(`FAILED: ${failure}\n`);
  process.exit(failures.length === 0 ? 0 : 1);
}

async function soak(world: ChaosWorld, { every, minutes, rate, seed }: Options): Promise<string[]> {
  const calendar = createCalendar(Date.now());
  const customers = Array.from({ length: 200 }, (_, index) => `customer-${index + 1}`);
  const ledger = new UsageLedger();
  const over = new AbortController();
  const api = new ChaosApi(world.url('api'), world.adminKey, over.signal);
  const changer = new CatalogChanger({
    api,
    calendar,
    random: createRandom(seed),
    customers,
    gapMs: 30_000,
    today: () => 0,
  });
  await changer.begin();
  await changer.finish();
  const sources = [1, 2].map(
    (index) =>
      new UsageSource({ name: `app-${index}`, seed: hashOf(seed, index), calendar, customers }),
  );
  const producers = sources.map(
    (source, index) =>
      new Producer({
        url: world.url('gateway'),
        apiKey: world.adminKey,
        source,
        ledger,
        seed: hashOf(seed, 100 + index),
        eventsPerSecond: rate / sources.length,
        dies: false,
      }),
  );
  const clickHouse = createClickHouse({ url: world.role('clickhouse-host').url });
  const calm = new AbortController();
  const traffic = producers.map((producer) => producer.run(calm.signal));
  const samples: SoakSample[] = [];
  const startedAt = performance.now();
  const endMs = minutes * 60_000;
  let today = 0;
  while (performance.now() - startedAt < endMs) {
    await delay(every * 1000);
    const elapsedMs = performance.now() - startedAt;
    const day = Math.min(calendar.daysMax - 1, Math.floor((elapsedMs / endMs) * calendar.daysMax));
    while (today < day) {
      today += 1;
      for (const source of sources) source.turnDay(today);
    }
    const roles = roleNames.map((name) => world.role(name));
    samples.push({ ...(await sampleWorld(roles, clickHouse)), seconds: elapsedMs / 1000 });
  }
  calm.abort();
  await Promise.all(traffic);
  await Promise.all(producers.map((producer) => producer.drain(120_000)));
  await Promise.all(producers.map((producer) => producer.close()));
  await new PeriodCloser(api, calendar).close(today, AbortSignal.timeout(240_000));
  const verdict = checkInvoices({
    ledger,
    calendar,
    days: today + 1,
    phases: changer.phases,
    invoices: await api.list('/v1/invoices'),
  });
  over.abort();
  await clickHouse.close();
  const report = judgeSoak(samples, world.ends);
  process.stdout.write(`${formatSoak(report, { events: ledger.events, verdict })}\n`);
  return [...report.failures, ...verdict.problems];
}
