/**
 * How far a file was delivered, kept in the user's state folder (never beside the data, which may be read-only). Keyed by
 * file, size, server and mapping, so that another file or another target starts at the beginning.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export interface SendPosition {
  /** Events at the start of the file that were delivered or rejected before. */
  readonly delivered: number;
  save(delivered: number): Promise<void>;
  forget(): Promise<void>;
}

export async function openSendPosition(target: {
  file: string;
  url: string;
  map: string;
}): Promise<SendPosition> {
  const path = resolve(target.file);
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  const name = createHash('sha256')
    .update(JSON.stringify([path, size, target.url, target.map]))
    .digest('hex')
    .slice(0, 32);
  const stateFile = join(homedir(), '.local/state/tidemark/send', `${name}.json`);
  let delivered = await readFile(stateFile, 'utf8').then(
    (text) => Number(text),
    () => 0,
  );
  if (!Number.isSafeInteger(delivered) || delivered < 0) delivered = 0;
  return {
    get delivered() {
      return delivered;
    },
    async save(count) {
      await mkdir(dirname(stateFile), { recursive: true });
      await writeFile(`${stateFile}.new`, String(count));
      await rename(`${stateFile}.new`, stateFile);
    },
    async forget() {
      delivered = 0;
      await rm(stateFile, { force: true });
    },
  };
}
