/** The processes of each kind, by ordinal; whoever ends is started again under a new name. */
import type { SimulatedProcess } from '../engine/simulated-process.ts';
import type { ProcessFault, ProcessKind } from '../scenario/scenario.ts';
import { startCloser, startControl, startGateway, startRater } from './processes.ts';
import type { ControlProcess, GatewayProcess, RaterProcess } from './processes.ts';
import type { World } from './world.ts';

const count = 2;

export class Fleet {
  readonly raters: RaterProcess[] = [];
  readonly gateways: GatewayProcess[] = [];
  readonly controls: ControlProcess[] = [];
  readonly closers: { readonly process: SimulatedProcess }[] = [];
  /** Raters are kept down while true. */
  ratersDown = false;
  /** Gateways are left alone while true. */
  sparesGateways = false;
  readonly #world: World;
  #lives = 0;

  constructor(world: World) {
    this.#world = world;
    for (let ordinal = 0; ordinal < count; ordinal++) {
      for (const kind of ['rater', 'gateway', 'control', 'closer'] as const)
        this.#start(kind, ordinal);
    }
  }

  strike({ process: kind, ordinal, action, durationMs }: ProcessFault): void {
    if (kind === 'gateway' && this.sparesGateways) return;
    const struck = this.#members(kind)[ordinal];
    if (struck === undefined || struck.process.state === 'dead') return;
    const { loop, network } = this.#world;
    switch (action) {
      case 'pause':
        struck.process.pause();
        loop.after(durationMs, `${struck.process.name} wakes`, () => struck.process.resume());
        return;
      case 'thread':
        loop.note(() => `the rating threads of ${struck.process.name} end`);
        (struck as RaterProcess).pool.crash();
        return;
      case 'stop': {
        loop.note(() => `${struck.process.name} is asked to stop (SIGTERM)`);
        void (struck as RaterProcess).rater.stop().then(() => this.#end(kind, ordinal));
        return;
      }
      case 'kill':
        struck.process.kill();
        loop.after(500 + network.random.delayMs(1600), `another ${kind} starts`, () =>
          this.#start(kind, ordinal),
        );
    }
  }

  /** Wakes and starts whatever does not run. */
  heal(): void {
    for (const kind of ['rater', 'gateway', 'control', 'closer'] as const) {
      this.#members(kind).forEach(({ process }, ordinal) => {
        process.resume();
        if (process.state === 'dead') this.#start(kind, ordinal);
      });
    }
  }

  killRaters(): void {
    this.ratersDown = true;
    for (const { process } of this.raters) process.kill();
  }

  startRaters(): void {
    this.ratersDown = false;
    for (let ordinal = 0; ordinal < count; ordinal++) {
      this.raters[ordinal]?.process.kill();
      this.#start('rater', ordinal);
    }
  }

  #end(kind: ProcessKind, ordinal: number): void {
    const member = this.#members(kind)[ordinal];
    if (member === undefined || member.process.state === 'dead') return;
    member.process.kill();
    this.#world.loop.after(1000, `another ${kind} starts`, () => this.#start(kind, ordinal));
  }

  #start(kind: ProcessKind, ordinal: number): void {
    if (kind === 'rater' && this.ratersDown) return;
    const members = this.#members(kind);
    const current = members[ordinal];
    if (current !== undefined && current.process.state !== 'dead') return;
    const world = this.#world;
    const name = `${kind}-${ordinal}.${++this.#lives}`;
    world.loop.note(() => `${name} starts`);
    switch (kind) {
      case 'rater': {
        const started: RaterProcess = startRater(world, name, () => {
          if (this.raters[ordinal] === started) this.#end(kind, ordinal);
        });
        this.raters[ordinal] = started;
        return;
      }
      case 'gateway':
        this.gateways[ordinal] = startGateway(world, name);
        return;
      case 'control':
        this.controls[ordinal] = startControl(world, name);
        return;
      case 'closer':
        this.closers[ordinal] = startCloser(world, name);
    }
  }

  #members(kind: ProcessKind): { readonly process: SimulatedProcess }[] {
    switch (kind) {
      case 'rater':
        return this.raters;
      case 'gateway':
        return this.gateways;
      case 'control':
        return this.controls;
      case 'closer':
        return this.closers;
    }
  }
}
