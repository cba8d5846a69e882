/**
 * Lets the run's accident happen, waits until it is seen as it must be, and mends it as an operator would. What is due and
 * does not come, and what comes and is not due, are violations.
 */
import type { Accident } from '../scenario/accidents.ts';
import type { SimulatedEvent } from '../scenario/traffic.ts';
import { LogAccidents } from './log-accidents.ts';
import { StoreAccidents } from './store-accidents.ts';
import type { Clients } from './clients.ts';
import type { Fleet } from './fleet.ts';
import type { World } from './world.ts';

const patienceMs = 6 * 60_000;
/** Until the last message of a dead process has arrived. */
const settleMs = 60_000;

/** What accidents work with. */
export class AccidentScene {
  readonly world: World;
  readonly fleet: Fleet;
  readonly clients: Clients;
  /** Halts that are due, by reason; of any partition. */
  readonly due = new Set<string>();
  readonly violations: string[] = [];
  #probes = 0;

  constructor(world: World, fleet: Fleet, clients: Clients) {
    this.world = world;
    this.fleet = fleet;
    this.clients = clients;
  }

  probe(customer: string): SimulatedEvent {
    const { loop } = this.world;
    const number = ++this.#probes;
    return {
      source: 'probe',
      customer,
      id: `probe-${number}`,
      time: (loop.nowMs - 1000) * 1000,
      bytes: '2',
      region: 'eu',
      user: 'u1',
    };
  }

  /** Resolves when the raters have halted for the reason that is due now, or it is a violation. */
  async halted(reason: string, partition: number): Promise<void> {
    this.due.add(reason);
    const { halts } = this.world;
    const from = halts.length;
    await this.seen(`halt ${reason} of partition ${partition}`, () =>
      halts.slice(from).some((halt) => halt.reason === reason && halt.partition === partition),
    );
  }

  async seen(what: string, isSeen: () => boolean): Promise<boolean> {
    const { loop } = this.world;
    const untilMs = loop.nowMs + patienceMs;
    while (!isSeen()) {
      if (loop.nowMs > untilMs) {
        this.violations.push(`due: ${what} did not come`);
        return false;
      }
      await loop.pause(1000, `waits for ${what}`);
    }
    return true;
  }

  async rated(partition: number): Promise<void> {
    const { log } = this.world;
    const end = log.ends()[partition] ?? 0;
    await this.seen(
      `progress ${end} of partition ${partition}`,
      () => this.progress(partition) >= end,
    );
  }

  progress(partition: number): number {
    return this.world.greatestProgress(partition);
  }

  /** No rater runs, and nothing that one has sent is on its way. */
  async withoutRaters(): Promise<void> {
    this.fleet.killRaters();
    await this.world.loop.pause(settleMs, 'nobody rates');
    this.world.store.landAllLate();
  }
}

export class AccidentDriver {
  readonly #scene: AccidentScene;
  readonly #accident: Accident | null;
  readonly #logAccidents: LogAccidents;
  readonly #storeAccidents: StoreAccidents;
  isOver = false;

  constructor(world: World, fleet: Fleet, clients: Clients) {
    this.#scene = new AccidentScene(world, fleet, clients);
    this.#accident = world.scenario.accident;
    this.#logAccidents = new LogAccidents(this.#scene);
    this.#storeAccidents = new StoreAccidents(this.#scene);
  }

  get violations(): readonly string[] {
    return this.#scene.violations;
  }

  schedule(): void {
    const { loop, scenario } = this.#scene.world;
    const play = this.#play();
    if (this.#accident === null || play === null) {
      this.isOver = true;
      return;
    }
    const { kind, at } = this.#accident;
    const atMs = loop.nowMs + 5000 + at * (scenario.endMs - loop.nowMs);
    loop.after(atMs - loop.nowMs, `accident: ${kind}`, () => {
      void play().then(() => {
        loop.note(() => `the accident is over: ${kind}`);
        this.isOver = true;
      });
    });
  }

  /** Halts that nothing made due. */
  undue(): string[] {
    const { due, world } = this.#scene;
    const halts = world.halts
      .filter(({ reason }) => !due.has(reason))
      .map(
        ({ process, partition, offset, reason, detail }) =>
          `undue: ${process} halted ${partition}@${offset}: ${reason} ${detail}`,
      );
    // Raters that stood still for two minutes, which they may while things fail.
    const parts = world.parts
      .filter(({ reason }) => reason !== 'partition-behind' && !due.has(reason))
      .map(({ close, reason, detail }) => `undue: ${close} did not bill: ${reason} ${detail}`);
    return [...halts, ...parts];
  }

  /** The accidents of the store that a close must find; true when one happened. */
  strikeStore(): boolean {
    return this.#accident !== null && this.#storeAccidents.strike(this.#accident);
  }

  mendStore(close: string): void {
    this.#storeAccidents.mend(close);
  }

  #play(): (() => Promise<void>) | null {
    const log = this.#logAccidents;
    switch (this.#accident?.kind) {
      case 'corrupt-record':
        return () => log.corruptRecord();
      case 'forged-record':
        return () => log.forgedRecord();
      case 'wrong-partition':
        return () => log.wrongPartition();
      case 'unreadable-record':
        return () => log.unreadableRecord();
      case 'trimmed-log':
        return () => log.trimmed();
      case 'truncated-log':
        return () => log.truncated();
      case 'rewritten-log':
        return () => log.rewritten();
      case 'recreated-log':
        return () => log.recreated();
      case 'lost-record':
        return () => log.lostRecord();
      case 'lost-owner':
        return () => this.#storeAccidents.lostOwner();
      case 'other-catalog':
        return () => this.#storeAccidents.otherCatalog();
      default:
        return null;
    }
  }
}
