/**
 * One process a data directory. The lock is an exclusive SQLite transaction on `<directory>/.lock`: a POSIX file lock
 * that the kernel frees when the process dies, however it dies, that holds across containers sharing the volume, and
 * that also refuses a second opener inside the same process. A lock file with a process id would survive a kill -9.
 */
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../errors/index.ts';

export interface DirectoryLock {
  /** Frees the directory. Idempotent. */
  release(): void;
}

export interface DirectoryLockOptions {
  /** What is kept there, for the message: `control plane`, `event log`. */
  readonly purpose: string;
  /** How long to wait for another opener that is just ending; default 0. */
  readonly waitMs?: number;
}

/**
 * Locks a directory for the life of the process, creating it when absent. Throws `platform/directory-in-use`
 * (`conflict`) when another opener holds it for longer than `waitMs`.
 */
export async function lockDirectory(
  directory: string,
  options: DirectoryLockOptions,
): Promise<DirectoryLock> {
  mkdirSync(directory, { recursive: true });
  const path = realpathSync(directory);
  const ownerFile = join(path, '.lock-owner');
  const database = await openLockFile(join(path, '.lock'));
  try {
    await beginExclusive(database, Date.now() + (options.waitMs ?? 0));
  } catch (cause) {
    database.close();
    const owner = readOwner(ownerFile);
    throw new AppError(
      'conflict',
      'platform/directory-in-use',
      `The ${options.purpose} in ${directory} is in use by ${owner}. Stop it, or choose another directory.`,
      { details: { directory: path, purpose: options.purpose, owner }, cause },
    );
  }
  // Only for the message above; the lock itself is the open transaction.
  writeFileSync(ownerFile, String(process.pid));
  return {
    release: () => {
      if (database.isOpen) database.close();
    },
  };
}

// A file lock that is freed raises no event that Node could await.
const retryIntervalMs = 50;

async function beginExclusive(database: DatabaseSync, deadlineMs: number): Promise<void> {
  for (;;) {
    try {
      database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
      return;
    } catch (error) {
      if (Date.now() >= deadlineMs) throw error;
    }
    await delay(retryIntervalMs);
  }
}

async function openLockFile(file: string): Promise<DatabaseSync> {
  try {
    // Loaded late: Node versions without it can run everything that needs no lock.
    const { DatabaseSync: Database } = await import('node:sqlite');
    return new Database(file, { timeout: 0 });
  } catch (cause) {
    throw new AppError(
      'unavailable',
      'platform/directory-lock-unsupported',
      'A data directory cannot be locked here: this needs Node 22.13 or later and a file system with file locks.',
      { details: { file }, cause, retryable: false },
    );
  }
}

function readOwner(file: string): string {
  try {
    return `process ${readFileSync(file, 'utf8')}`;
  } catch {
    return 'another process';
  }
}
