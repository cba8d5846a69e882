/**
 * Lets the run's accident happen, waits until it is seen as it must be, and mends it as an operator would. What is due and
 * does not come, and what comes and is not due, are violations.
 */
import type { Accident } from '../scenario/accidents.ts';
import { AccidentScene } from './accident-scene.ts';
import { LogAccidents } from './log-accidents.ts';
import { StoreAccidents } from './store-accidents.ts';
import type { Clients } from './clients.ts';
import type { Fleet } from './fleet.ts';
import type { World } from './world.ts';

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
        return () => this.#storeAccidents.lostAtStart('event_owners');
      case 'lost-row':
        return () => this.#storeAccidents.lostAtStart('usage_events');
      case 'other-catalog':
        return () => this.#storeAccidents.otherCatalog();
      default:
        return null;
    }
  }
}
