/**
 * Holes in the log, and an operator's decision to pass one. The decision stands in the log above the hole, so a partition that
 * comes to the hole later finds it too, and so does every replay.
 */
import { decodeLogRecord } from '@tidemark/ingest/contract';
import type { PartitionSkip } from '@tidemark/ingest/contract';
import type { LogRecord } from '@tidemark/ingest/log';
import { isAppError } from '@tidemark/platform/errors';
import { packRecords } from '../pool/packed-records.ts';
import type { RatedReply, RatingFailure } from '../pool/protocol.ts';
import type { PartitionContext } from './partition-context.ts';
import { readPatiently } from './partition-context.ts';
import { pause } from './scheduler.ts';

export interface SkipSearch {
  /** Offset of the hole: the skip must include it. */
  readonly at: number;
  /** First offset to look at. */
  readonly from: number;
}

export interface SkipSearched {
  /** The first skip of this partition and log that includes the hole. */
  readonly skip: PartitionSkip | null;
  /** Everything below was looked at. */
  readonly to: number;
}

export async function findSkip(
  context: PartitionContext,
  { at, from }: SkipSearch,
): Promise<SkipSearched> {
  const { keys, log, partition } = context;
  if (keys === undefined) return { skip: null, to: from };
  return readPatiently(context, 'the log', async () => {
    const [bases, ends] = await Promise.all([log.beginningOffsets(), log.endOffsets()]);
    const end = ends[partition] ?? 0;
    const start = Math.max(from, bases[partition] ?? 0);
    for await (const records of log.read(partition, start, end)) {
      for (const record of records) {
        if (!Object.hasOwn(record.headers, 'tm-kind')) continue;
        const message = decodeLogRecord(record, keys);
        if (message.kind !== 'skip') continue;
        const { skip } = message;
        const isOurs = skip.partition === partition && skip.incarnation === log.incarnation;
        if (isOurs && skip.from <= at && at < skip.to) return { skip, to: record.offset + 1 };
      }
    }
    return { skip: null, to: Math.max(start, end) };
  });
}

/** Halts that a skip may lift. */
const skippable: ReadonlySet<string> = new Set(['rater/log-gap', 'rater/record-corrupt']);
const pollMs = 5000;

/** Waits at a hole until an operator allows to pass it; false at once where nobody can. */
export async function awaitSkip(
  context: PartitionContext,
  reason: string,
  at: number,
): Promise<boolean> {
  if (context.keys === undefined || !skippable.has(reason)) return false;
  let from = at;
  for (;;) {
    await pause(context.scheduler, pollMs, context.signal);
    const searched = await findSkip(context, { at, from });
    if (searched.skip !== null) return true;
    from = searched.to;
  }
}

export interface PassedRecords {
  /** The damaged record, or none where they are gone. */
  readonly records: readonly LogRecord[];
  /** Where rating goes on. */
  readonly to: number;
}

/** Takes the state behind the hole. */
export function skipRecords(
  { logger, partition, pool }: PartitionContext,
  assignment: number,
  passed: PassedRecords & { readonly skip: PartitionSkip; readonly from: number },
): Promise<RatedReply | RatingFailure> {
  const { from, skip, to } = passed;
  const { by, reason } = skip;
  logger.warn({ partition, from, to, by, reason }, 'records skipped');
  const detail = `Skipped by ${by}: ${reason}`;
  const records = packRecords([...passed.records]);
  return pool.run({ kind: 'skip', partition, assignment, records, to, detail });
}

/** What the fetch did not bring, as far as the log has it and memory allows; empty where its first record is gone. */
export function readHole(
  context: PartitionContext,
  from: number,
  to: number,
): Promise<LogRecord[]> {
  const { config, log, partition } = context;
  return readPatiently(context, 'the log', async () => {
    const records: LogRecord[] = [];
    let bytes = 0;
    try {
      for await (const chunk of log.read(partition, from, to)) {
        records.push(...chunk);
        for (const { value } of chunk) bytes += value.length;
        if (bytes > config.queueBytesMax) break;
      }
    } catch (error) {
      if (isAppError(error) && error.code === 'log/offset-out-of-range') return [];
      throw error;
    }
    return records;
  });
}
