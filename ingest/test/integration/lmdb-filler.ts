/** Appends to the log in a directory until that has failed three times, then prints what the log says of itself. */
import { isAppError } from '@tidemark/platform/errors';
import { createLmdbEventLog } from '../../src/log/lmdb-event-log.ts';

const log = await createLmdbEventLog({ directory: process.argv[2] as string, partitionCount: 1 });
const value = new Uint8Array(100_000);
const codes: string[] = [];
let stored = 0;
while (codes.length < 3 && stored < 1000) {
  try {
    await log.append([{ partition: 0, key: null, value, headers: {} }]);
    stored++;
  } catch (error) {
    codes.push(isAppError(error) ? error.code : String(error));
  }
}
const [end] = await log.endOffsets();
let readable = 0;
for await (const records of log.read(0, 0, Infinity)) readable += records.length;
await log.close();
process.stdout.write(JSON.stringify({ stored, codes, end, readable }));
