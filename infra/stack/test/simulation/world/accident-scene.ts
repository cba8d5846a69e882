/** What accidents work with: the world, the fleet, the clients, and what is due to be seen. */
import type { SimulatedEvent } from '../scenario/traffic.ts';
import type { Clients } from './clients.ts';
import type { Fleet } from './fleet.ts';
import type { World } from './world.ts';

const patienceMs = 6 * 60_000;
/** Until the last message of a dead process has arrived. */
const settleMs = 60_000;

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

  /** Resolves when the raters have halted for the reason that is due, or it is a violation. */
  async halted(reason: string, partition: number): Promise<void> {
    this.due.add(reason);
    await this.seen(`halt ${reason} of partition ${partition}`, () =>
      this.world.halts.some((halt) => halt.reason === reason && halt.partition === partition),
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
