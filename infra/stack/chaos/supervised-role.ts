/**
 * One process of the stack under a supervisor: whenever it ends it is started again on the same port, as a service manager
 * would do. A failpoint is armed for one life only.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { readEnvironment } from '@tidemark/platform/config';
import type { Failpoint } from '@tidemark/platform/failpoint';

const executable = join(import.meta.dirname, '../bin/tidemark');
const setpriv = '/usr/bin/setpriv';
const restartDelayMs = 100;

export interface RoleSettings {
  /** Of the command line: `rater`, `up`, .. */
  readonly parameters: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Standard error of all its lives. */
  readonly logFile: string;
}

export interface ArmedPoint {
  readonly name: Failpoint;
  readonly hit: number;
}

interface Ready {
  readonly url: string;
  readonly adminKey: string | null;
}

export class SupervisedRole {
  readonly name: string;
  readonly #settings: RoleSettings;
  readonly #output: number;
  #child: ChildProcess | undefined;
  #ready: Promise<Ready> = Promise.reject(new Error('never started'));
  #armed: ArmedPoint | undefined;
  #wanted = false;
  #killedFromOutside = false;
  #isUp = false;
  #loop: Promise<void> = Promise.resolve();
  /** Lives that ended while they were wanted. */
  ends = 0;
  /** Of those, by an armed failpoint. */
  failpointKills = 0;
  #onFailpoint: (() => void) | undefined;

  constructor(name: string, settings: RoleSettings) {
    this.name = name;
    this.#settings = settings;
    this.#output = openSync(settings.logFile, 'a');
    this.#ready.catch(() => undefined);
  }

  /** Where it answers HTTP. */
  get url(): string {
    return `http://127.0.0.1:${this.#settings.environment['TIDEMARK_HTTP_PORT'] ?? ''}`;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Of the process group: the store's engine is a child of its role. */
  get processId(): number | undefined {
    return this.#child?.exitCode === null && this.#child.signalCode === null
      ? this.#child.pid
      : undefined;
  }

  /** Starts it, with a point armed for this life, and resolves when this or a later life is ready. */
  async start(armed?: ArmedPoint): Promise<Ready> {
    this.#armed = armed;
    if (!this.#wanted) {
      this.#wanted = true;
      this.#loop = this.#live();
    }
    return this.ready();
  }

  /** Resolves when it is ready; waits over lives that end before. */
  async ready(): Promise<Ready> {
    for (;;) {
      try {
        return await this.#ready;
      } catch (error) {
        if (!this.#wanted) throw error;
        await delay(restartDelayMs / 2);
      }
    }
  }

  /** Arms a point for the next life. */
  arm(armed: ArmedPoint, onFailpoint?: () => void): void {
    this.#armed = armed;
    this.#onFailpoint = onFailpoint;
  }

  signal(signal: NodeJS.Signals): boolean {
    const { processId } = this;
    if (processId === undefined) return false;
    if (signal === 'SIGKILL') this.#killedFromOutside = true;
    try {
      return process.kill(-processId, signal);
    } catch {
      return false;
    }
  }

  /** Ends it for good; SIGKILL after the deadline. */
  async stop(deadlineMs = 20_000): Promise<void> {
    this.#wanted = false;
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    const deadline = setTimeout(() => this.signal('SIGKILL'), deadlineMs);
    await this.#loop;
    clearTimeout(deadline);
  }

  async kill(): Promise<void> {
    this.#wanted = false;
    this.signal('SIGKILL');
    await this.#loop;
  }

  async #live(): Promise<void> {
    while (this.#wanted) {
      const armed = this.#armed;
      const onFailpoint = this.#onFailpoint;
      this.#armed = undefined;
      this.#onFailpoint = undefined;
      this.#killedFromOutside = false;
      const child = this.#spawn(armed);
      this.#child = child;
      const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
      this.#ready = Promise.race([
        readyLine(child),
        exited.then(() => Promise.reject(new Error(`${this.name} ended before it was ready`))),
      ]);
      this.#ready.then(
        () => {
          this.#isUp = true;
        },
        () => undefined,
      );
      const [code, signal] = await exited;
      this.#isUp = false;
      // What the process left behind in its group, such as an engine that is stopped.
      killGroup(child);
      if (this.#isOver()) return;
      this.ends += 1;
      // The engine's own process dies by its point; the role above it then ends with 1.
      const isCrash = signal === 'SIGKILL' || code === 1;
      if (armed !== undefined && isCrash && !this.#wasKilled()) {
        this.failpointKills += 1;
        onFailpoint?.();
      }
      await delay(restartDelayMs);
    }
  }

  /** Both may change while a life is awaited. */
  #isOver(): boolean {
    return !this.#wanted;
  }

  #wasKilled(): boolean {
    return this.#killedFromOutside;
  }

  #spawn(armed: ArmedPoint | undefined): ChildProcess {
    const command = [executable, ...this.#settings.parameters, '--json'];
    // It must not outlive whoever started it, whatever happens to that one.
    const [program = '', ...parameters] = existsSync(setpriv)
      ? [setpriv, '--pdeathsig', 'KILL', ...command]
      : command;
    return spawn(program, parameters, {
      detached: true,
      env: {
        ...readEnvironment(),
        ...this.#settings.environment,
        ...(armed === undefined ? {} : { FAILPOINT: `${armed.name}:kill@${armed.hit}` }),
      },
      stdio: ['ignore', 'pipe', this.#output],
    });
  }
}

async function readyLine(child: ChildProcess): Promise<Ready> {
  if (child.stdout === null) throw new Error('started without a pipe');
  const lines = createInterface({ input: child.stdout });
  const [line] = (await once(lines, 'line')) as [string];
  return JSON.parse(line) as Ready;
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is empty.
  }
}
