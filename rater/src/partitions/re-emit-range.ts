/**
 * Writes the rows of a range of the log again, after the store has lost some: a scratch state is built as it was where the
 * range begins, and the records are rated with it. Every row is the one that was written before, so rows that are still there
 * collapse with their copies. Progress is not touched.
 */
import type { LogRecord } from '@tidemark/ingest/log';
import { AppError } from '@tidemark/platform/errors';
import { packRecords } from '../pool/packed-records.ts';
import type { RateTask, ReplyTo } from '../pool/protocol.ts';
import type { Progress, UsageSink } from '../ports.ts';
import { epochAt } from './epoch-at.ts';
import { passEpoch } from './pass-epoch.ts';
import type { Interruption, PartitionContext } from './partition-context.ts';
import { rebuildAfter } from './partition-context.ts';
import { buildState } from './recovery.ts';

export interface ReEmitRange {
  /** Everything below must be stored as it was promised. */
  readonly from: number;
  readonly to: number;
  /** What was rated below `from`: its counts and the greatest log time, from the stored outcomes. */
  readonly before: Pick<Progress, 'counts' | 'logTimeMs'>;
  /** Epoch at the greatest progress; the one at `from` is found in the log. */
  readonly epochNow: number;
}

export type ReEmitContext = PartitionContext & { readonly sink: Pick<UsageSink, 'writeRows'> };

/** The only state that the pool hosts here. */
const assignment = 1;

/** Throws `rater/not-re-emitted` where the rows cannot be made again from what log and store hold. */
export async function reEmitRange(context: ReEmitContext, range: ReEmitRange): Promise<void> {
  const { log, partition, pool } = context;
  const { before, from, to } = range;
  const epoch = await epochAt(context, from, range.epochNow);
  const { incarnation } = log;
  const progress = {
    incarnation,
    partition,
    next: from,
    epoch,
    lastCrc: 0,
    gateways: '',
    ...before,
  };
  const built = await buildState(context, assignment, from === 0 ? null : progress);
  if (built.kind !== 'ready') throw notReEmitted(range, built);
  let next = from;
  for await (const records of log.read(partition, from, to)) {
    if (records[0]?.offset !== next) break;
    next = await rateAll(context, records, range);
    await writeRows(context);
  }
  await pool.run({ kind: 'drop', partition, assignment });
  if (next < to) throw notReEmitted(range, gapAt(next));
}

/** Takes all records through the state; answers the offset after the last one. */
async function rateAll(
  context: ReEmitContext,
  records: readonly LogRecord[],
  range: ReEmitRange,
): Promise<number> {
  const { log, partition, pool, store } = context;
  let rest = records;
  let confirmed: RateTask['confirmed'] = null;
  while (rest.length > 0) {
    const task: RateTask = {
      kind: 'rate',
      partition,
      assignment,
      records: packRecords([...rest]),
      confirmed,
    };
    const reply: ReplyTo<RateTask> = await pool.run(task);
    if (reply.kind !== 'rated') throw notReEmitted(range, rebuildAfter(reply));
    const { figures, stop } = reply;
    confirmed = null;
    rest = rest.filter(({ offset }) => offset >= figures.next);
    const [record] = rest;
    if (stop === null || record === undefined) continue;
    if (stop.kind === 'gap') throw notReEmitted(range, gapAt(figures.next));
    if (stop.kind === 'halt') throw notReEmitted(range, stop);
    // What the store is asked must include what was rated before.
    await writeRows(context);
    if (stop.kind === 'confirm') {
      const { incarnation } = log;
      const { fingerprints } = stop;
      const query = { incarnation, partition, below: record.offset, fingerprints };
      confirmed = { offset: record.offset, owners: await store.findOwners(query) };
      continue;
    }
    const passed = await passEpoch(context, assignment, stop.marker, record);
    if (passed.kind !== 'passed') throw notReEmitted(range, passed);
    rest = rest.slice(1);
  }
  return (records.at(-1)?.offset ?? 0) + 1;
}

async function writeRows({ partition, pool, sink }: ReEmitContext): Promise<void> {
  const reply = await pool.run({ kind: 'take-batch', partition, assignment });
  if (reply.kind === 'batch') await sink.writeRows(reply.batch.blocks);
}

function gapAt(offset: number): Interruption {
  const detail = `The log does not hold the record at ${offset}.`;
  return { kind: 'halt', reason: 'rater/log-gap', detail };
}

function notReEmitted(
  { from, to }: ReEmitRange,
  { detail }: { readonly detail: string },
): AppError {
  return new AppError(
    'conflict',
    'rater/not-re-emitted',
    `The rows of the offsets ${from} to ${to} cannot be made again. ${detail}`,
  );
}
