/**
 * A rater's engine in a process of its own, whose memory the operating system can be asked for. Each message has it rate so many
 * more events and is answered with what the process then holds; usage is made in small pieces, so that little else is in it.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { benchmarkCatalog } from './catalog.ts';
import { createUsageRecords } from './log-records.ts';
import { RatingRun } from './rating-run.ts';
import { standardUsage } from './usage.ts';

export interface RateMore {
  readonly events: number;
}

export interface RatedMemory {
  readonly logged: number;
  readonly stored: number;
  /** Of the rating alone. */
  readonly wallMs: number;
  readonly cpuMicroseconds: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
  readonly arrayBytes: number;
}

const pieceEvents = 200_000;
/** Rows are taken as often as a full sink takes them. */
const eventsPerTake = 100_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const customers = Number(process.argv[2]);
let run: RatingRun | null = null;
let seed = 0;
let sinceTake = 0;

process.on('message', ({ events }: RateMore) => {
  try {
    process.send?.(rateMore(events));
  } catch (thrown) {
    process.send?.({ error: thrown instanceof Error ? thrown.message : String(thrown) });
  }
});
process.on('disconnect', () => process.exit(0));

function rateMore(events: number): RatedMemory {
  const { partitions } = standardUsage;
  run ??= new RatingRun(partitions, 1, benchmarkCatalog(customers, Date.now() * 1000));
  const sum = { logged: 0, stored: 0, wallMs: 0, cpuMicroseconds: 0 };
  for (let from = 0; from < events; from += pieceEvents) {
    ratePiece(run, Math.min(pieceEvents, events - from), sum);
  }
  collectGarbage();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return { ...sum, rssBytes: rss, heapBytes: heapUsed, arrayBytes: arrayBuffers };
}

type Sum = Record<'logged' | 'stored' | 'wallMs' | 'cpuMicroseconds', number>;

function ratePiece(engine: RatingRun, events: number, sum: Sum): void {
  const usage = createUsageRecords({ events, customers, seed: ++seed });
  const tasks = engine.prepare(usage.records);
  const startMs = performance.now();
  const used = process.cpuUsage();
  for (const task of tasks) engine.rate(task);
  sinceTake += events;
  if (sinceTake >= eventsPerTake) {
    engine.take();
    sinceTake = 0;
  }
  const { system, user } = process.cpuUsage(used);
  sum.cpuMicroseconds += system + user;
  sum.wallMs += performance.now() - startMs;
  sum.logged += usage.expected.logged;
  sum.stored += usage.expected.stored;
}
