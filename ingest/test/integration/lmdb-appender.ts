/** Appends to the log in a directory until it is killed, and tells its parent each acknowledged round. */
import { createLmdbEventLog } from '../../src/log/lmdb-event-log.ts';

const directory = process.argv[2] as string;
const log = await createLmdbEventLog({ directory, partitionCount: 2 });
const padding = 'x'.repeat(20_000);
for (let round = 0; ; round++) {
  const records = [0, 1].map((partition) => ({
    partition,
    key: null,
    value: new TextEncoder().encode(`${round}/${partition} ${padding}`),
    headers: {},
  }));
  process.send?.(await log.append(records));
}
