/**
 * Directories that stay until the whole run has ended. Removing thousands of files between two rounds would slow down the round
 * that follows: ext4 without a journal does not give the inode of a file that was deleted in the last minutes to a new one, and
 * looks past all of them for each file that it creates (`recently_deleted` was a third of the engine's CPU time).
 */
import { createTemporaryDirectory } from '@tidemark/platform/testing';
import type { TemporaryDirectory } from '@tidemark/platform/testing';

const directories: TemporaryDirectory[] = [];
process.once('exit', () => {
  for (const directory of directories) directory.remove();
});

/** The path of a fresh directory, which is removed when this process ends. */
export function createScratchDirectory(name: string): string {
  const directory = createTemporaryDirectory(`bench-${name}`);
  directories.push(directory);
  return directory.path;
}
