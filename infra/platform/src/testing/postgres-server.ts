/**
 * A real PostgreSQL server for integration tests: the distribution's binaries on a temporary directory, loopback, free
 * port, fsync on. Where there are no binaries the caller gets the reason, to skip visibly.
 */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { AppError } from '../errors/index.ts';
import { findFreePort } from './free-port.ts';
import { createTemporaryDirectory } from './temporary-directory.ts';

export interface PostgresServer {
  /** Of a superuser, database `postgres`. */
  readonly url: string;
  /** Of the postmaster, whose children are the backends; 0 while it does not run. */
  readonly processId: number;
  /** Creates an empty database and answers its URL, so that test files share one server. */
  createDatabase(name: string): Promise<string>;
  /** SIGKILL, as a crash of the machine's process; `start` brings it up again on the same data and port. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends the server and deletes its data. Idempotent. */
  stop(): Promise<void>;
}

export type PostgresServerAvailability =
  { readonly kind: 'available' } | { readonly kind: 'unavailable'; readonly reason: string };

const run = promisify(execFile);

/** Whether a server can be started here; tests use it for `describe.skipIf` with the reason in the title. */
export function checkPostgresServer(): PostgresServerAvailability {
  const binaries = findBinaries();
  if (binaries !== undefined) return { kind: 'available' };
  return {
    kind: 'unavailable',
    reason: 'no PostgreSQL binaries in /usr/lib/postgresql (apt-get install postgresql)',
  };
}

export async function startPostgresServer(): Promise<PostgresServer> {
  const binaries = findBinaries();
  if (binaries === undefined) {
    throw new AppError(
      'unavailable',
      'platform/no-postgres-binaries',
      'PostgreSQL is not installed.',
    );
  }
  const directory = createTemporaryDirectory('postgres');
  const identity = await findUnprivilegedIdentity();
  if (identity !== undefined) chownSync(directory.path, identity.uid, identity.gid);
  const data = join(directory.path, 'data');
  const initdb = join(binaries, 'initdb');
  await run(initdb, ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'], {
    cwd: directory.path,
    ...identity,
  });
  const server = new LocalPostgresServer(binaries, data, identity, () => directory.remove());
  await server.start();
  return server;
}

interface Identity {
  readonly uid: number;
  readonly gid: number;
}

class LocalPostgresServer implements PostgresServer {
  readonly #binaries: string;
  readonly #data: string;
  readonly #identity: Identity | undefined;
  readonly #removeData: () => void;
  #process: ChildProcess | undefined;
  #port = 0;

  constructor(
    binaries: string,
    data: string,
    identity: Identity | undefined,
    removeData: () => void,
  ) {
    this.#binaries = binaries;
    this.#data = data;
    this.#identity = identity;
    this.#removeData = removeData;
  }

  get url(): string {
    return this.#urlOf('postgres');
  }

  get processId(): number {
    return this.#process?.pid ?? 0;
  }

  async createDatabase(name: string): Promise<string> {
    const psql = join(this.#binaries, 'psql');
    await run(psql, ['-q', '-d', this.url, '-c', `CREATE DATABASE "${name}"`]);
    return this.#urlOf(name);
  }

  async start(): Promise<void> {
    if (this.#port === 0) this.#port = await findFreePort();
    const settings = [
      `port=${this.#port}`,
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'fsync=on',
      'synchronous_commit=on',
      'shared_buffers=32MB',
      'log_destination=stderr',
      'logging_collector=off',
      // A server configured for another zone and date style must not change what is read.
      'timezone=Asia/Kathmandu',
      'datestyle=SQL, DMY',
    ];
    const postgres = join(this.#binaries, 'postgres');
    const command = [postgres, '-D', this.#data, ...settings.flatMap((item) => ['-c', item])];
    // The server ends with the test process, also when that one is killed.
    const [program = '', ...options] = existsSync('/usr/bin/setpriv')
      ? ['/usr/bin/setpriv', '--pdeathsig', 'SIGQUIT', '--', ...command]
      : command;
    const child = spawn(program, options, {
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe'],
      ...this.#identity,
    });
    this.#process = child;
    await untilReady(child);
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGINT');
    this.#removeData();
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    this.#process = undefined;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  #urlOf(database: string): string {
    return `postgres://postgres@127.0.0.1:${this.#port}/${database}`;
  }
}

async function untilReady(child: ChildProcess): Promise<void> {
  const lines: string[] = [];
  const ready = Promise.withResolvers<undefined>();
  if (child.stderr === null) throw new Error('The server was started without a log pipe.');
  createInterface(child.stderr).on('line', (line) => {
    lines.push(line);
    if (line.includes('ready to accept connections')) ready.resolve(undefined);
  });
  child.once('error', ready.reject);
  child.once('exit', (code) => {
    const log = lines.slice(-20).join('\n');
    ready.reject(new Error(`PostgreSQL ended with ${String(code)} before it was ready:\n${log}`));
  });
  await ready.promise;
}

const binariesRoot = '/usr/lib/postgresql';

function findBinaries(): string | undefined {
  if (!existsSync(binariesRoot)) return undefined;
  return readdirSync(binariesRoot)
    .sort((left, right) => Number(right) - Number(left))
    .map((version) => join(binariesRoot, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'postgres')));
}

/** PostgreSQL refuses to run as root; then it runs as `postgres`, or as `nobody`. */
async function findUnprivilegedIdentity(): Promise<Identity | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const user of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all([run('id', ['-u', user]), run('id', ['-g', user])]);
      return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
    } catch {
      // No such user: try the next one.
    }
  }
  return undefined;
}
