/**
 * LMDB as the product opens it: a commit resolves when it is on the disk (no overlapping sync), so nothing is visible that
 * is not durable; and no batching by turns of the event loop, which leaves a rejection of its own unhandled when a commit
 * fails. Whoever opens a directory holds its lock (`@tidemark/platform/directory-lock`).
 */
import { open } from 'lmdb';
import type { RootDatabase } from 'lmdb';

/** Opens or creates the environment in `directory`, with up to `databasesMax` named databases. */
export function openLmdb(directory: string, databasesMax: number): RootDatabase {
  return open({
    path: directory,
    noSubdir: false,
    maxDbs: databasesMax,
    encoding: 'binary',
    overlappingSync: false,
    eventTurnBatching: false,
  });
}
