/** A process of a benchmark that answers each message with one. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export class Child {
  readonly #process: ChildProcess;

  constructor(file: URL, args: readonly string[] = []) {
    // With the options of this process.
    this.#process = fork(file, [...args], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
  }

  get processId(): number {
    return this.#process.pid ?? 0;
  }

  ask<Answer>(message: object): Promise<Answer> {
    const answer = this.receive<Answer>();
    this.#process.send(message);
    return answer;
  }

  receive<Answer>(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const ended = (): void => {
        this.#process.off('message', told);
        reject(new Error('A process of the benchmark ended by itself.'));
      };
      const told = (message: unknown): void => {
        this.#process.off('exit', ended);
        const { error } = message as { readonly error?: string };
        if (error === undefined) resolve(message as Answer);
        else reject(new Error(error));
      };
      this.#process.once('exit', ended);
      this.#process.once('message', told);
    });
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.disconnect();
    await exited;
  }
}
