/** Starts the ClickHouse engine in a child process of its own and watches over it. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { readEnvironment } from '../../config/index.ts';
import { AppError } from '../../errors/index.ts';
import type { LogLevel } from '../../log/index.ts';
import type { FromHost, ToHost } from './protocol.ts';

export interface ClickHouseHostOptions {
  readonly dataDir: string;
  readonly host?: string;
  /** 0, the default, picks a free one. */
  readonly port?: number;
  readonly logLevel?: LogLevel;
  /** How long to wait for the process that had the directory before; default 15 s. */
  readonly lockWaitMs?: number;
  /** Statements that run at once; default 4. */
  readonly concurrencyMax?: number;
  readonly queryMemoryBytesMax?: number;
  readonly startTimeoutMs?: number;
}

export interface ClickHouseHost {
  readonly url: string;
  readonly processId: number;
  /** Resolves when the child has ended, for whatever reason. */
  readonly exited: Promise<void>;
  /** Finishes what runs and closes the engine; after 10 s the child is killed. Idempotent. */
  stop(): Promise<void>;
  /** SIGKILL, as a crash; resolves when it is gone. Its data directory can be opened again at once. */
  kill(): Promise<void>;
}

const stopTimeoutMs = 10_000;

const engineEnvironment = {
  // Each running statement holds a thread of libuv's pool; files need some too.
  UV_THREADPOOL_SIZE: '16',
  // Of the engine's own allocator: a steady stream of inserts takes the same memory again and again. Giving it back to the
  // system in between costs a tenth of an insert in page faults.
  JE_MALLOC_CONF: 'dirty_decay_ms:60000,muzzy_decay_ms:60000',
};

/** Forks the host, waits until it listens. Throws what the child threw, such as `platform/directory-in-use`. */
export async function startClickHouseHost(options: ClickHouseHostOptions): Promise<ClickHouseHost> {
  const child = fork(fileURLToPath(new URL('./child.ts', import.meta.url)), [], {
    execArgv: ['--conditions=tidemark-source', '--disable-warning=ExperimentalWarning'],
    env: { ...readEnvironment(), ...engineEnvironment },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit').then(() => undefined);
  try {
    const url = await untilReady(child, options);
    // An idle child must not keep the parent from ending; it ends with the parent.
    child.unref();
    child.channel?.unref();
    return {
      url,
      processId: child.pid ?? 0,
      exited,
      stop: () => stopChild(child, exited),
      kill: async () => {
        child.kill('SIGKILL');
        await exited;
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

async function untilReady(child: ChildProcess, options: ClickHouseHostOptions): Promise<string> {
  const { startTimeoutMs, ...settings } = options;
  const answer = Promise.withResolvers<FromHost>();
  child.once('message', (message) => answer.resolve(message as FromHost));
  child.once('error', answer.reject);
  child.once('exit', (code, signal) => {
    answer.reject(
      new AppError(
        'unavailable',
        'platform/clickhouse-host-ended',
        'The store ended at its start.',
        {
          details: { exitCode: code, signal },
        },
      ),
    );
  });
  const timer = setTimeout(() => {
    answer.reject(
      new AppError(
        'unavailable',
        'platform/clickhouse-host-timeout',
        'The store did not start in time.',
      ),
    );
  }, startTimeoutMs ?? 60_000);
  const start: ToHost = {
    kind: 'start',
    settings: { host: '127.0.0.1', port: 0, logLevel: 'warn', ...settings },
  };
  child.send(start);
  try {
    const message = await answer.promise;
    if (message.kind === 'ready') return message.url;
    throw new AppError('unavailable', message.error.code, message.error.message);
  } finally {
    clearTimeout(timer);
  }
}

async function stopChild(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  if (child.connected) child.send({ kind: 'stop' } satisfies ToHost);
  await exited;
  clearTimeout(timer);
}
