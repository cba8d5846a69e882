/**
 * One seed from its start to its verdict:
 *
 *   traffic, catalog changes, closes and faults, with an accident in half of the runs -> everything heals -> all is
 *   acknowledged, rated and closed -> the last close -> the checker
 */
import { readProgress } from '@tidemark/aggregator/store';
import { checkRun } from '../check/check-run.ts';
import { Truth } from '../check/truth.ts';
import { Network } from '../engine/network.ts';
import { Random } from '../engine/random.ts';
import { SimulatedProcess } from '../engine/simulated-process.ts';
import type { Trace } from '../engine/virtual-loop.ts';
import { storeClient } from '../fakes/simulated-store.ts';
import { createScenario } from '../scenario/scenario.ts';
import type { CatalogStep } from '../scenario/scenario.ts';
import type { AccidentKind } from '../scenario/accidents.ts';
import { tenant } from '../scenario/terms.ts';
import { AccidentDriver } from './accident-driver.ts';
import { Clients } from './clients.ts';
import { Fleet } from './fleet.ts';
import { World } from './world.ts';
import type { Distortions } from './world.ts';

export interface SeedRun {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly events: number;
  readonly invoices: number;
  readonly accident: AccidentKind | null;
  /** Planned faults of processes and of the store. */
  readonly faults: number;
  /** Events of the virtual loop. */
  readonly steps: number;
}

export interface SeedOptions {
  readonly distortions?: Distortions;
  /** Instead of whatever the seed draws. */
  readonly accident?: AccidentKind | undefined;
  readonly trace?: Trace | null;
}

const quietMs = 30 * 60_000;
const closeMs = 10 * 60_000;

export async function runSeed(seed: number, options: SeedOptions = {}): Promise<SeedRun> {
  const scenario = createScenario(seed, options.accident);
  const truth = new Truth();
  const world = new World(scenario, options.distortions ?? {}, truth, options.trace ?? null);
  const run = new Run(world);
  const violations = await run.play();
  return {
    seed,
    violations,
    events: truth.events.length,
    invoices: world.plane.invoices.length,
    accident: scenario.accident?.kind ?? null,
    faults: scenario.faults.length + scenario.storeOutages.length,
    steps: world.loop.events,
  };
}

class Run {
  readonly #world: World;
  readonly #fleet: Fleet;
  readonly #clients: Clients;
  readonly #accident: AccidentDriver;
  readonly #violations: string[] = [];
  #catalogDone = false;

  constructor(world: World) {
    this.#world = world;
    this.#fleet = new Fleet(world);
    this.#clients = new Clients(world, this.#fleet);
    this.#accident = new AccidentDriver(world, this.#fleet, this.#clients);
  }

  async play(): Promise<string[]> {
    const { scenario, loop } = this.#world;
    this.#schedule();
    await loop.run(() => false, scenario.endMs + 60_000);
    this.#heal();
    if (!(await this.#until(() => this.#isQuiet(), quietMs))) return [this.#stuck()];
    const lastClose = this.#lastClose();
    let closed: string[] | null = null;
    void lastClose.then((found) => {
      closed = found;
    });
    if ((await loop.run(() => closed !== null, loop.nowMs + quietMs)) !== 'done')
      return [this.#stuck()];
    await this.#check();
    return [...this.#violations, ...(await lastClose)];
  }

  #schedule(): void {
    const { scenario } = this.#world;
    const at = (atMs: number, label: string, run: () => void): void => {
      this.#world.loop.after(atMs - this.#world.loop.nowMs, label, run);
    };
    for (const send of scenario.sends) {
      at(send.atMs, 'a client has events', () => void this.#clients.send(send));
    }
    void this.#playCatalog();
    for (const { atMs, through } of scenario.closes) {
      at(atMs, 'a close is asked for', () => void this.#openClose(through));
    }
    for (const fault of scenario.faults) at(fault.atMs, 'a fault', () => this.#fleet.strike(fault));
    for (const { atMs, durationMs } of scenario.storeOutages) {
      at(atMs, 'the store goes away', () => {
        this.#world.store.down = true;
        this.#world.loop.after(durationMs, 'the store is back', () => {
          this.#world.store.down = false;
        });
      });
    }
    this.#accident.schedule();
  }

  /** Changes are recorded one after the other, as people make them. */
  async #playCatalog(): Promise<void> {
    const { loop, scenario } = this.#world;
    const { catalog } = scenario;
    for (const step of [...catalog].sort((left, right) => left.atMs - right.atMs)) {
      await loop.pause(step.atMs - loop.nowMs, 'the catalog changes');
      await this.#record(step);
    }
    this.#catalogDone = true;
  }

  async #record(step: CatalogStep): Promise<void> {
    const { loop, plane, truth } = this.#world;
    for (;;) {
      const running = this.#fleet.controls.find(({ process }) => process.isRunning);
      const recorded = await this.#answered(
        running?.process.call('records a change', () =>
          plane.record(step.id, step.changes, step.latestMs),
        ) ?? Promise.reject(new Error('Nobody is there.')),
      );
      if (recorded === undefined) {
        await loop.pause(500, 'a change is made again');
        continue;
      }
      if (recorded || plane.wasRecorded(step.id)) {
        truth.meters.push(...step.meters);
        for (const terms of step.subscriptions) truth.subscriptions.set(terms.subscription, terms);
        loop.note(() => `${step.id} is recorded`);
      }
      return;
    }
  }

  /** Asks until somebody answers; asking twice gives the same job as long as it is not done. */
  async #openClose(through: number): Promise<string> {
    for (;;) {
      const { control } = this.#world.network.random.pick(this.#fleet.controls);
      const request = { tenant, through, customers: null, dryRun: false };
      const close = await this.#answered(control.openClose(request));
      if (close !== undefined) return close.id;
      await this.#world.loop.pause(1000, 'a close is asked for again');
    }
  }

  /** `undefined`: it failed, or its process died on the way. */
  #answered<Result>(call: Promise<Result>): Promise<Result | undefined> {
    const { loop } = this.#world;
    return new Promise((resolve) => {
      const giveUp = loop.after(60_000, 'an answer never came', () => resolve(undefined));
      call.then(
        (result) => {
          giveUp();
          resolve(result);
        },
        () => {
          giveUp();
          resolve(undefined);
        },
      );
    });
  }

  #heal(): void {
    const { loop, network, store } = this.#world;
    loop.note(() => 'everything heals');
    network.intensity = 0;
    store.down = false;
    this.#fleet.heal();
  }

  async #until(isReached: () => boolean, limitMs: number): Promise<boolean> {
    const { loop } = this.#world;
    // Looked at every few seconds only: the question itself reads all of the store.
    let isDone = false;
    const look = (): void => {
      isDone = isReached();
      if (!isDone) loop.after(2000, 'is everything done?', look);
    };
    look();
    return (await loop.run(() => isDone, loop.nowMs + limitMs)) === 'done';
  }

  #isQuiet(): boolean {
    const { log, plane } = this.#world;
    return (
      this.#catalogDone &&
      this.#clients.open === 0 &&
      this.#accident.isOver &&
      plane.pending.length === 0 &&
      plane.acknowledged === plane.epochs.length &&
      plane.unfinishedCloses().length === 0 &&
      log.ends().every((end, partition) => this.#world.greatestProgress(partition) >= end)
    );
  }

  #stuck(): string {
    const { log, plane, halts } = this.#world;
    const { violations } = this.#accident;
    const progress = log
      .ends()
      .map((end, partition) => `${this.#world.greatestProgress(partition)}/${end}`);
    return `stuck: ${[
      ...violations,
      `progress ${progress.join()}`,
      `${this.#clients.open} sends open`,
      `epoch ${plane.acknowledged}/${plane.epochs.length}`,
      `closes ${plane.unfinishedCloses().length}`,
      `accident ${this.#accident.isOver ? 'over' : 'under way'}`,
      ...halts.map(({ partition, offset, reason }) => `${reason} at ${partition}@${offset}`),
    ].join(', ')}`;
  }

  /** What is still on its way lands; then the last period is closed, after the accident that was kept for it. */
  async #lastClose(): Promise<string[]> {
    const { plane, scenario, store } = this.#world;
    store.landAllLate();
    const through = scenario.boundaries.at(-1) ?? 0;
    const isLate = this.#accident.strikeStore();
    let id = await this.#closed(through);
    if (isLate) {
      this.#accident.mendStore(id);
      id = await this.#closed(through);
    }
    const close = plane.closes.get(id);
    if (close?.status !== 'done') {
      const parts = close?.halted.map(({ reason, detail }) => `${reason} ${detail ?? ''}`);
      this.#violations.push(`halted: the last close is ${close?.status}: ${parts?.join('; ')}`);
    }
    return [...this.#accident.undue(), ...this.#accident.violations];
  }

  async #closed(through: number): Promise<string> {
    const { loop, plane } = this.#world;
    const id = await this.#openClose(through);
    const untilMs = loop.nowMs + closeMs;
    while (loop.nowMs < untilMs) {
      const status = plane.closes.get(id)?.status;
      if (status !== 'queued' && status !== 'running') return id;
      await loop.pause(1000, 'waits for the close');
    }
    this.#violations.push(`stuck: ${id} does not end`);
    return id;
  }

  async #check(): Promise<void> {
    const { loop, log, plane, scenario, store, truth } = this.#world;
    const network = new Network(new Random(scenario.seed, 'reader'), 0);
    const reader = new SimulatedProcess('reader', loop, network);
    const reading = readProgress(storeClient(store, reader));
    let isRead = false;
    void reading.then(() => {
      isRead = true;
    });
    await loop.run(() => isRead, loop.nowMs + 60_000);
    const progress = await reading;
    this.#violations.push(
      ...checkRun({
        truth,
        invoices: plane.invoices,
        through: scenario.boundaries.at(-1) ?? 0,
        totals: store.tables.table('charge_totals').rows(true),
        progress: progress.filter((row) => row.incarnation === log.life.incarnation),
        ends: log.ends(),
        deadReasons: store.tables
          .table('dead_letters')
          .rows(true)
          .map((row) => String(row['reason'])),
      }),
    );
  }
}
