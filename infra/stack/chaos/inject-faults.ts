/**
 * Carries out a plan of faults until it is told to stop; counts what was really done. Each victim takes its faults in the
 * order of the plan; different victims do not wait for each other, so that faults meet.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Failpoint } from '@tidemark/platform/failpoint';
import type { ChaosWorld } from './chaos-world.ts';
import type { Fault, PlannedFault } from './fault-plan.ts';

export interface FaultCounts {
  /** SIGKILLs by whom they met: a role without its number, `broker`, `postgres`. */
  kills: Record<string, number>;
  /** Failpoints that ended a process, by name; counted in `kills` too. */
  failpoints: Partial<Record<Failpoint, number>>;
  freezes: number;
  terminations: number;
  rebalances: number;
  /** By store and kind. */
  network: Record<string, number>;
}

function noFaults(): FaultCounts {
  return {
    kills: {},
    failpoints: {},
    freezes: 0,
    terminations: 0,
    rebalances: 0,
    network: {},
  };
}

/** A process that does not come up for so long is left to its supervisor. */
const upWaitMs = 15_000;
/** Faults that may wait for one victim; more are left out. */
const waitingMax = 2;

export class FaultInjector {
  readonly counts = noFaults();
  readonly #world: ChaosWorld;
  readonly #plan: Generator<PlannedFault, never>;
  readonly #log: (line: string) => void;
  /** Faults that are not over. */
  readonly #pending = new Set<Promise<void>>();
  readonly #lanes = new Map<string, { waiting: number; last: Promise<void> }>();

  constructor(
    world: ChaosWorld,
    plan: Generator<PlannedFault, never>,
    log: (line: string) => void,
  ) {
    this.#world = world;
    this.#plan = plan;
    this.#log = log;
  }

  /** Resolves after the signal aborts, when every fault is over. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { afterMs, fault } = this.#plan.next().value;
      await delay(afterMs, undefined, { signal }).catch(() => undefined);
      // Read again: it may have changed while we waited.
      if ((signal as { aborted: boolean }).aborted) break;
      this.#enqueue(fault, signal);
    }
    await Promise.all(this.#pending);
  }

  #enqueue(fault: Fault, signal: AbortSignal): void {
    const victim = 'role' in fault ? fault.role : fault.kind;
    const lane = this.#lanes.get(victim) ?? { waiting: 0, last: Promise.resolve() };
    this.#lanes.set(victim, lane);
    if (lane.waiting >= waitingMax) return;
    lane.waiting += 1;
    lane.last = lane.last.then(async () => {
      lane.waiting -= 1;
      if (signal.aborted) return;
      this.#log(JSON.stringify(fault));
      await this.#inject(fault, signal);
    });
    this.#background(lane.last);
  }

  async #inject(fault: Fault, signal: AbortSignal): Promise<void> {
    switch (fault.kind) {
      case 'kill':
        if (await this.#isUp(fault, signal)) this.#kill(fault.role);
        break;
      case 'terminate':
        if ((await this.#isUp(fault, signal)) && this.#world.role(fault.role).signal('SIGTERM')) {
          this.counts.terminations += 1;
        }
        break;
      case 'freeze':
        if (await this.#isUp(fault, signal)) this.#background(this.#freeze(fault.role, fault.ms));
        break;
      case 'failpoint':
        if (await this.#isUp(fault, signal)) this.#armAndKill(fault);
        break;
      case 'rebalance':
        if (await this.#isUp(fault, signal))
          this.#background(this.#leaveAndReturn(fault.role, fault.ms));
        break;
      case 'kill-broker':
        this.#count('broker');
        await this.#world.servers.killBroker();
        break;
      case 'kill-postgres':
        this.#count('postgres');
        await this.#world.servers.killPostgres();
        break;
      case 'network': {
        const name = `${fault.store} ${fault.fault.kind}`;
        this.counts.network[name] = (this.counts.network[name] ?? 0) + 1;
        this.#background(this.#world.proxy(fault.store).inject(fault.fault));
        break;
      }
    }
  }

  #kill(role: Parameters<ChaosWorld['role']>[0]): void {
    if (this.#world.role(role).signal('SIGKILL')) this.#count(role.replace(/-\d$/, ''));
  }

  #armAndKill({ role, name, hit }: Extract<Fault, { kind: 'failpoint' }>): void {
    this.#world.role(role).arm({ name, hit }, () => {
      this.counts.failpoints[name] = (this.counts.failpoints[name] ?? 0) + 1;
      this.#count(role.replace(/-\d$/, ''));
    });
    this.#kill(role);
  }

  async #freeze(name: Parameters<ChaosWorld['role']>[0], ms: number): Promise<void> {
    const role = this.#world.role(name);
    if (!role.signal('SIGSTOP')) return;
    this.counts.freezes += 1;
    await delay(ms);
    role.signal('SIGCONT');
  }

  async #leaveAndReturn(name: Parameters<ChaosWorld['role']>[0], ms: number): Promise<void> {
    const role = this.#world.role(name);
    await role.stop();
    this.counts.rebalances += 1;
    await delay(ms);
    await role.start();
  }

  async #isUp(
    { role }: { readonly role: Parameters<ChaosWorld['role']>[0] },
    signal: AbortSignal,
  ): Promise<boolean> {
    const target = this.#world.role(role);
    const deadline = performance.now() + upWaitMs;
    while (!target.isUp && !signal.aborted && performance.now() < deadline) await delay(50);
    return target.isUp;
  }

  #background(work: Promise<void>): void {
    const tracked = work.finally(() => this.#pending.delete(tracked));
    this.#pending.add(tracked);
  }

  #count(victim: string): void {
    this.counts.kills[victim] = (this.counts.kills[victim] ?? 0) + 1;
  }
}
