/**
 * A process as the world sees it: it runs, is paused (SIGSTOP) or is dead (SIGKILL). Whatever comes to it from outside, a
 * timer, an answer, a record, passes through `deliver`: nothing reaches a dead process, and a paused one finds it all when it
 * wakes. What it has sent is on its way by itself.
 */
import { AppError } from '@tidemark/platform/errors';
import type { Network } from './network.ts';
import type { VirtualLoop } from './virtual-loop.ts';

export class SimulatedProcess {
  readonly name: string;
  readonly loop: VirtualLoop;
  readonly network: Network;
  state: 'running' | 'paused' | 'dead' = 'running';
  pausedSinceMs = 0;
  #held: (readonly [label: string, run: () => void])[] = [];
  readonly #watchers: (() => void)[] = [];

  constructor(name: string, loop: VirtualLoop, network: Network) {
    this.name = name;
    this.loop = loop;
    this.network = network;
  }

  get isRunning(): boolean {
    return this.state === 'running';
  }

  deliver(label: string, run: () => void): void {
    if (this.state === 'dead') return;
    if (this.state === 'paused') this.#held.push([label, run]);
    else run();
  }

  after(delayMs: number, label: string, run: () => void): () => void {
    return this.loop.after(delayMs, label, () => this.deliver(label, run));
  }

  pause(): void {
    if (this.state !== 'running') return;
    this.loop.note(() => `${this.name} is stopped (SIGSTOP)`);
    this.state = 'paused';
    this.pausedSinceMs = this.loop.nowMs;
    for (const watcher of this.#watchers) watcher();
  }

  resume(): void {
    if (this.state !== 'paused') return;
    this.loop.note(() => `${this.name} goes on (SIGCONT)`);
    this.state = 'running';
    // One after the other, as the event loop of the woken process finds them.
    for (const [label, run] of this.#held.splice(0)) this.after(0, label, run);
    for (const watcher of this.#watchers) watcher();
  }

  kill(): void {
    if (this.state === 'dead') return;
    this.loop.note(() => `${this.name} is killed (SIGKILL)`);
    this.state = 'dead';
    this.#held = [];
    for (const watcher of this.#watchers) watcher();
  }

  /** Calls back whenever the process is paused, goes on or dies. */
  watch(watcher: () => void): void {
    this.#watchers.push(watcher);
  }

  /**
   * Asks a server: `work` runs there, once the request has arrived. The request or the answer may be lost; then the caller
   * hears of a fault that may be repeated, as a driver's timeout.
   */
  call<Result>(label: string, work: () => Result | Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const { network } = this;
      const fate = network.fate();
      const name = `${this.name} ${label}`;
      const fail = (text: string): void => {
        this.after(network.timeoutMs(), `${name}: ${text}`, () => reject(noAnswer(name)));
      };
      if (fate === 'request-lost') {
        fail('request lost');
        return;
      }
      this.loop.after(network.delayMs(), name, () => {
        // What a dying process was sending arrives or does not.
        if (this.state === 'dead' && network.isBroken()) return;
        const answer = (settle: () => void): void => {
          if (fate === 'answer-lost') fail('answer lost');
          else this.after(network.delayMs(), `${name} answered`, settle);
        };
        try {
          const result = work();
          if (result instanceof Promise) {
            result.then(
              (value) => answer(() => resolve(value)),
              (error: unknown) => answer(() => reject(asError(error))),
            );
          } else answer(() => resolve(result));
        } catch (error) {
          answer(() => reject(asError(error)));
        }
      });
    });
  }
}

export function noAnswer(what: string): AppError {
  return new AppError('unavailable', 'simulation/no-answer', `${what} was not answered.`);
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
