/**
 * `npm run soak`: the production topology under steady traffic, without faults. Memory, parts of the store and lag are sampled
 * and judged: none may grow with time. In the end all days are closed and checked as after chaos. `--rate max` finds the rate
 * that this set-up sustains.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createClickHouse } from '@tidemark/platform/clickhouse';
import { createTemporaryDirectory } from '@tidemark/platform/testing';
import { Command } from 'commander';
import { CatalogChanger } from './catalog-changer.ts';
import { createCalendar } from './calendar.ts';
import type { RoundCalendar } from './calendar.ts';
import { ChaosApi } from './chaos-api.ts';
import { ChaosWorld, roleNames, startServers } from './chaos-world.ts';
import { checkInvoices } from './check-invoices.ts';
import { PeriodCloser } from './period-closer.ts';
import { Producer } from './producer.ts';
import { createRandom, hashOf } from './random.ts';
import { createPeakPace } from './soak-pace.ts';
import type { Pace } from './soak-pace.ts';
import { formatSoak, judgeSoak } from './soak-report.ts';
import type { SoakSample } from './soak-report.ts';
import { readBehindSeconds, sampleWorld } from './soak-sample.ts';
import { UsageLedger } from './usage-ledger.ts';
import { UsageSource } from './usage-source.ts';

interface Options {
  readonly minutes: number;
  readonly seed: number;
  readonly rate: number | 'max';
  readonly every: number;
}

const customers = Array.from({ length: 200 }, (_, index) => `customer-${index + 1}`);
/** A second close worker would work on the same job. */
const watchedRoles = roleNames.filter((role) => role !== 'close-worker-2');
const producerCount = 2;
const freeBytesMin = 8 * 1024 ** 3;
const drainMs = 120_000;
const closeMs = 3_600_000;

await new Command('soak')
  .description('Steady traffic without faults: memory, parts and lag must stay flat')
  .option('--minutes <n>', 'how long to send', Number, 30)
  .option('--seed <n>', 'of the traffic', Number, 1)
  .option('--rate <n>', 'events a second; max: as many as the raters follow', readRate, 10_000)
  .option('--every <seconds>', 'between two samples', Number, 10)
  .action(runSoak)
  .parseAsync();

function readRate(text: string): number | 'max' {
  return text === 'max' ? text : Number(text);
}

async function runSoak(options: Options): Promise<void> {
  const directory = createTemporaryDirectory('soak');
  const servers = await startServers(directory.path, { proxied: false });
  const world = await ChaosWorld.start(servers, {
    name: `soak_${options.seed}`,
    directory: directory.path,
    sessionTimeoutMs: 10_000,
    closeWorkers: 1,
  });
  let failures: readonly string[] = ['not finished'];
  try {
    failures = await soak(world, directory.path, options);
  } finally {
    await world.stop();
    await servers.stop();
    directory.remove();
  }
  for (const failure of failures) process.stdout.write(`FAILED: ${failure}\n`);
  process.exit(failures.length === 0 ? 0 : 1);
}

async function soak(world: ChaosWorld, directory: string, options: Options): Promise<string[]> {
  const calendar = createCalendar(Date.now());
  const ledger = new UsageLedger();
  const over = new AbortController();
  const api = new ChaosApi(world.url('api'), world.adminKey, over.signal);
  const changer = new CatalogChanger({
    api,
    calendar,
    random: createRandom(options.seed),
    customers,
    gapMs: 30_000,
    today: () => 0,
  });
  await changer.begin();
  await changer.finish();
  const { samples, days } = await sendSteadily({ world, directory, calendar, ledger, options });
  tell(`${ledger.events.toLocaleString('en')} events sent, closing ${days} days`);
  const closingAt = performance.now();
  const closer = new PeriodCloser(api, calendar);
  await closer.close(days - 1, AbortSignal.timeout(closeMs));
  const closeSeconds = (performance.now() - closingAt) / 1000;
  tell('closed, checking');
  const verdict = checkInvoices({
    ledger,
    calendar,
    days,
    phases: changer.phases,
    invoices: await api.list('/v1/invoices'),
  });
  over.abort();
  const report = judgeSoak(samples, world.ends);
  process.stdout.write(`${formatSoak(report, { events: ledger.events, closeSeconds, verdict })}\n`);
  return [...report.failures, ...closer.notDone, ...verdict.problems];
}

interface Sending {
  readonly world: ChaosWorld;
  readonly directory: string;
  readonly calendar: RoundCalendar;
  readonly ledger: UsageLedger;
  readonly options: Options;
}

/** All days of the calendar in equal parts of the time; resolves when everything is accepted. */
async function sendSteadily(
  sending: Sending,
): Promise<{ readonly samples: SoakSample[]; readonly days: number }> {
  const { calendar, directory, ledger, options, world } = sending;
  const roles = watchedRoles.map((name) => world.role(name));
  const calm = new AbortController();
  const pace: Pace =
    options.rate === 'max'
      ? createPeakPace(() => readBehindSeconds(roles), calm.signal)
      : { eventsPerSecond: options.rate };
  const { producers, sources } = createProducers(sending, pace);
  const clickHouse = createClickHouse({ url: world.role('clickhouse-host').url });
  const traffic = producers.map((producer) => producer.run(calm.signal));
  const samples: SoakSample[] = [];
  const startedAt = performance.now();
  const endMs = options.minutes * 60_000;
  let today = 0;
  for (let elapsedMs = 0; elapsedMs < endMs;) {
    await delay(options.every * 1000);
    elapsedMs = performance.now() - startedAt;
    const day = Math.min(calendar.daysMax - 1, Math.floor((elapsedMs / endMs) * calendar.daysMax));
    while (today < day) {
      today += 1;
      for (const source of sources) source.turnDay(today);
    }
    const seen = await sampleWorld({ roles, clickHouse, directory });
    const sample = { ...seen, seconds: elapsedMs / 1000, events: ledger.events };
    samples.push(sample);
    if (samples.length % 6 === 0) tell(describe(sample));
    if (sample.freeBytes < freeBytesMin) throw new Error('The disk is nearly full.');
  }
  calm.abort();
  await Promise.all(traffic);
  const drained = await Promise.all(producers.map((producer) => producer.drain(drainMs)));
  if (!drained.every(Boolean)) throw new Error('Not everything was accepted in time.');
  await Promise.all(producers.map((producer) => producer.close()));
  await clickHouse.close();
  return { samples, days: today + 1 };
}

function createProducers(
  { calendar, ledger, options, world }: Sending,
  pace: Pace,
): { readonly producers: readonly Producer[]; readonly sources: readonly UsageSource[] } {
  const sources = Array.from({ length: producerCount }, (_, index) => {
    const seed = hashOf(options.seed, index + 1);
    return new UsageSource({ name: `app-${index + 1}`, seed, calendar, customers });
  });
  const producers = sources.map(
    (source, index) =>
      new Producer({
        url: world.url('gateway'),
        apiKey: world.adminKey,
        source,
        ledger,
        seed: hashOf(options.seed, 100 + index),
        get eventsPerSecond() {
          return pace.eventsPerSecond / producerCount;
        },
        dies: false,
        concurrency: 8,
      }),
  );
  return { producers, sources };
}

function describe({ events, freeBytes, oldestSeconds, parts, residentBytes, seconds }: SoakSample) {
  const mib = Object.entries(residentBytes).map(
    ([role, bytes]) => `${role} ${Math.round(bytes / 1024 ** 2)}`,
  );
  const counts = `${events.toLocaleString('en')} events, ${oldestSeconds.toFixed(2)} s behind`;
  const rest = `${parts} parts, ${Math.round(freeBytes / 1024 ** 3)} GiB free, MiB: ${mib.join(', ')}`;
  return `${Math.round(seconds)} s: ${counts}, ${rest}`;
}

function tell(line: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
}
