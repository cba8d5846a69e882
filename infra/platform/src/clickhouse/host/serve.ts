/** Runs the engine and its HTTP interface in this process: the `clickhouse-host` role, and the child of `startClickHouseHost`. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, constants, mkdirSync, realpathSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { lockDirectory } from '../../directory-lock/index.ts';
import type { Logger } from '../../log/index.ts';
import { Engine } from './engine.ts';
import { createHttpInterface } from './http-interface.ts';

export interface ServeClickHouseOptions {
  readonly dataDir: string;
  /** Loopback by default: the interface has no users and no passwords. */
  readonly host?: string;
  /** 0 picks a free one. */
  readonly port?: number;
  readonly log: Logger;
  /** How long to wait for the process that had the directory before; default 15 s. */
  readonly lockWaitMs?: number;
  readonly concurrencyMax?: number;
  readonly insertBytesMax?: number;
  readonly queryMemoryBytesMax?: number;
}

export interface ServedClickHouse {
  readonly url: string;
  /** Answers what runs, then closes the engine. */
  stop(): Promise<void>;
}

/** Opens the data directory, exclusively, and listens. Must run in a main thread. */
export async function serveClickHouse(options: ServeClickHouseOptions): Promise<ServedClickHouse> {
  const lock = await lockDirectory(options.dataDir, {
    purpose: 'analytics store',
    waitMs: options.lockWaitMs ?? 15_000,
  });
  try {
    const engine = await Engine.open({
      directory: join(options.dataDir, 'engine'),
      concurrencyMax: options.concurrencyMax ?? 4,
      waitingMax: 128,
      queryMemoryBytesMax: options.queryMemoryBytesMax ?? 0,
    });
    const stagingDirectory = stagingDirectoryOf(options.dataDir);
    const server = createHttpInterface({
      engine,
      stagingDirectory,
      insertBytesMax: options.insertBytesMax ?? 512 * 1024 * 1024,
      queryBytesMax: 64 * 1024 * 1024,
      log: options.log,
    });
    const host = options.host ?? '127.0.0.1';
    server.listen(options.port ?? 0, host);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const stop = async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      await closed;
      await engine.close();
      rmSync(stagingDirectory, { recursive: true, force: true });
      lock.release();
    };
    return { url: `http://${host}:${port}`, stop };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** A folder in memory where there is one; it belongs to the data directory, so that a restart wipes what a kill left. */
function stagingDirectoryOf(dataDir: string): string {
  const shared = '/dev/shm';
  try {
    accessSync(shared, constants.W_OK);
  } catch {
    const directory = join(dataDir, 'staging');
    mkdirSync(directory, { recursive: true });
    return directory;
  }
  const name = createHash('sha256').update(realpathSync(dataDir)).digest('hex').slice(0, 16);
  return join(shared, `tidemark-clickhouse-${name}`);
}
