/**
 * One round: a fresh topic and database, some minutes of traffic, closes and faults, then everything is left in peace,
 * closed to the end and checked.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { CatalogChanger } from './catalog-changer.ts';
import { createCalendar } from './calendar.ts';
import { ChaosApi } from './chaos-api.ts';
import { ChaosWorld } from './chaos-world.ts';
import type { ChaosServers } from './chaos-world.ts';
import { checkInvoices } from './check-invoices.ts';
import type { Verdict } from './check-invoices.ts';
import type { PlannedFault } from './fault-plan.ts';
import { ForeignProducer } from './foreign-producer.ts';
import { FaultInjector } from './inject-faults.ts';
import type { FaultCounts } from './inject-faults.ts';
import { PeriodCloser } from './period-closer.ts';
import { Producer } from './producer.ts';
import { createRandom, hashOf } from './random.ts';
import { UsageLedger } from './usage-ledger.ts';
import { UsageSource } from './usage-source.ts';

export interface RoundOptions {
  readonly servers: ChaosServers;
  readonly directory: string;
  readonly name: string;
  readonly seed: number;
  readonly seconds: number;
  readonly eventsPerSecond: number;
  readonly sessionTimeoutMs: number;
  readonly faults: Generator<PlannedFault, never>;
  readonly log: (line: string) => void;
}

export interface RoundResult {
  readonly seed: number;
  readonly seconds: number;
  readonly faults: FaultCounts;
  /** Processes that ended, by whatever, and were started again. */
  readonly restarts: number;
  readonly producerCrashes: number;
  /** Distinct events. */
  readonly sent: number;
  readonly copies: number;
  /** Of events and copies. */
  readonly acknowledged: number;
  readonly poison: number;
  readonly deadLetters: number;
  readonly days: number;
  readonly closes: number;
  readonly closesNotDone: readonly string[];
  readonly catalogChanges: number;
  readonly longestSilenceMs: number;
  readonly verdict: Verdict;
}

/** The tenant whose admin key the first start gives. */
const tenant = 'default';
const customers = Array.from({ length: 24 }, (_, index) => `customer-${index + 1}`);
const producerCount = 3;
const dayMsMin = 8000;
const settleMs = 240_000;

export async function runRound(options: RoundOptions): Promise<RoundResult> {
  const { directory, name, servers, sessionTimeoutMs } = options;
  const world = await ChaosWorld.start(servers, { name, directory, sessionTimeoutMs });
  try {
    return await new Round(options, world).run();
  } finally {
    await world.stop();
  }
}

class Round {
  readonly #options: RoundOptions;
  readonly #world: ChaosWorld;
  readonly #calendar = createCalendar(Date.now());
  readonly #ledger = new UsageLedger();
  readonly #over = new AbortController();
  readonly #api: ChaosApi;
  readonly #changer: CatalogChanger;
  readonly #closer: PeriodCloser;
  readonly #injector: FaultInjector;
  readonly #producers: readonly Producer[];
  readonly #foreign: ForeignProducer;
  readonly #sources: readonly UsageSource[];
  #today = 0;

  constructor(options: RoundOptions, world: ChaosWorld) {
    const { eventsPerSecond, faults, log, seed, servers } = options;
    this.#options = options;
    this.#world = world;
    this.#api = new ChaosApi(world.url('api'), world.adminKey, this.#over.signal);
    this.#changer = new CatalogChanger({
      api: this.#api,
      calendar: this.#calendar,
      random: createRandom(hashOf(seed, 1)),
      customers,
      gapMs: 5000,
      today: () => this.#today,
    });
    this.#closer = new PeriodCloser(this.#api, this.#calendar);
    this.#injector = new FaultInjector(world, faults, log);
    const source = (sourceName: string, index: number): UsageSource =>
      new UsageSource({
        name: sourceName,
        seed: hashOf(seed, 100 + index),
        calendar: this.#calendar,
        customers,
      });
    const sources = Array.from({ length: producerCount }, (_, index) =>
      source(`app-${index}`, index),
    );
    this.#producers = sources.map(
      (own, index) =>
        new Producer({
          url: world.url('gateway'),
          apiKey: world.adminKey,
          source: own,
          ledger: this.#ledger,
          seed: hashOf(seed, 200 + index),
          eventsPerSecond: eventsPerSecond / producerCount,
        }),
    );
    const foreign = source('foreign', producerCount);
    this.#foreign = new ForeignProducer({
      brokers: servers.directBrokers,
      topic: world.topic,
      tenant,
      source: foreign,
      ledger: this.#ledger,
    });
    this.#sources = [...sources, foreign];
  }

  async run(): Promise<RoundResult> {
    const startedAt = performance.now();
    await this.#changer.begin();
    await this.#disturb();
    this.#options.log('the faults are over');
    await this.#settle();
    const verdict = await this.#check();
    const { body: reconciliation } = await this.#api.get('/v1/reconciliation');
    const deadLetters = (await this.#api.list('/v1/dead-letters')).length;
    this.#over.abort();
    const acknowledged = this.#producers.map((producer) => producer.acknowledged);
    const rejected = acknowledged.flatMap((each) => each.rejected);
    const problems = [
      ...verdict.problems,
      ...rejected.slice(0, 3).map((text) => `rejected: ${text}`),
      ...((reconciliation as { reconciled: boolean }).reconciled ? [] : ['not reconciled']),
      ...(deadLetters < this.#foreign.poison
        ? [`${deadLetters} dead letters for ${this.#foreign.poison} unreadable records`]
        : []),
    ];
    return {
      seed: this.#options.seed,
      seconds: Math.round((performance.now() - startedAt) / 1000),
      faults: this.#injector.counts,
      restarts: this.#world.ends,
      producerCrashes: acknowledged.reduce((sum, { crashes }) => sum + crashes, 0),
      sent: this.#ledger.events,
      copies: this.#ledger.copies,
      acknowledged:
        acknowledged.reduce((sum, { accepted }) => sum + accepted, 0) + this.#foreign.accepted,
      poison: this.#foreign.poison,
      deadLetters,
      days: this.#today + 1,
      closes: this.#closer.done,
      closesNotDone: this.#closer.notDone,
      catalogChanges: this.#changer.changes,
      longestSilenceMs: Math.max(...acknowledged.map(({ longestSilenceMs }) => longestSilenceMs)),
      verdict: { ...verdict, problems },
    };
  }

  /** Traffic, closes, catalog changes and faults at once, for the seconds of the round. */
  async #disturb(): Promise<void> {
    const calm = new AbortController();
    const { signal } = calm;
    const playedMs = this.#options.seconds * 1000;
    const dayEveryMs = Math.max(dayMsMin, playedMs / (this.#calendar.daysMax - 4));
    const works = [
      this.#turnDays(dayEveryMs, signal),
      this.#injector.run(signal),
      this.#changer.run(signal),
      this.#closer.run(() => this.#today, signal),
      this.#foreign.run(signal),
      ...this.#producers.map((producer) => producer.run(signal)),
    ];
    const failed = Promise.all(works);
    await Promise.race([delay(playedMs), failed]);
    calm.abort();
    await failed;
  }

  async #turnDays(everyMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await delay(everyMs, undefined, { signal }).catch(() => undefined);
      if ((signal as { aborted: boolean }).aborted) return;
      this.#today += 1;
      for (const source of this.#sources) source.turnDay(this.#today);
    }
  }

  /** Everything sent is acknowledged, all usage has a price, all days are closed. */
  async #settle(): Promise<void> {
    await this.#world.healed();
    const drained = await Promise.all(this.#producers.map((producer) => producer.drain(settleMs)));
    if (!drained.every(Boolean)) throw new Error('Not everything was acknowledged in time.');
    await Promise.all(this.#producers.map((producer) => producer.close()));
    await this.#changer.finish();
    const deadline = AbortSignal.timeout(settleMs);
    await this.#closer.close(this.#today, deadline);
    if (deadline.aborted) {
      throw new Error(`The last close did not end: ${JSON.stringify(this.#closer.notDone)}`);
    }
  }

  async #check(): Promise<Verdict> {
    return checkInvoices({
      ledger: this.#ledger,
      calendar: this.#calendar,
      days: this.#today + 1,
      phases: this.#changer.phases,
      invoices: await this.#api.list('/v1/invoices'),
    });
  }
}
