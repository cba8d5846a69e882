import { decodeLogRecord } from '@tidemark/ingest/contract';
import { AppError } from '@tidemark/platform/errors';
import type { PartitionContext } from './partition-context.ts';

/**
 * The catalog epoch that was in force at an offset of the partition, from the markers around it: the present one where none
 * follows; else the one before the next marker, unless that marker is only repeated there.
 */
export async function epochAt(
  context: PartitionContext,
  offset: number,
  epochNow: number,
): Promise<number> {
  const { log, partition } = context;
  const [bases, ends] = await Promise.all([log.beginningOffsets(), log.endOffsets()]);
  let following: number | undefined;
  for await (const epoch of readMarkers(context, offset, ends[partition] ?? 0)) {
    following = epoch;
    break;
  }
  if (following === undefined) return epochNow;
  for await (const epoch of readMarkers(context, bases[partition] ?? 0, offset)) {
    if (epoch === following) return epoch;
  }
  return following - 1;
}

async function* readMarkers(
  { keys, log, partition }: PartitionContext,
  from: number,
  to: number,
): AsyncGenerator<number> {
  if (keys === undefined) {
    throw new AppError('invariant', 'rater/not-re-emitted', 'Markers cannot be read without keys.');
  }
  for await (const records of log.read(partition, from, to)) {
    for (const record of records) {
      if (!Object.hasOwn(record.headers, 'tm-kind')) continue;
      const message = decodeLogRecord(record, keys);
      if (message.kind === 'control') yield message.control.epoch;
    }
  }
}
