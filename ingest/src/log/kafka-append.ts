/** How records become produce requests. */
import type { LogAppend } from './event-log.ts';
import { logError } from './log-error.ts';
import { storedBytes } from './stored-record.ts';

/** What Kafka's batch adds: 61 bytes a batch, at most 21 a record and 10 a header. */
const batchOverhead = 128;
const recordOverhead = 64;

/**
 * Splits an append into rounds, each a list of indices: within a round the records of one partition fit one batch of
 * `messageBytesMax`, and rounds one after the other keep the order of each partition. Throws `log/record-too-large`.
 */
export function chunkAppends(
  records: readonly LogAppend[],
  messageBytesMax: number,
): readonly (readonly number[])[] {
  const rounds: number[][] = [];
  const state = new Map<number, { round: number; bytes: number }>();
  records.forEach((record, index) => {
    const bytes = storedBytes(record) + recordOverhead + 4 * Object.keys(record.headers).length;
    if (bytes + batchOverhead > messageBytesMax) {
      const message = `A record of ${bytes} bytes does not fit ${messageBytesMax}.`;
      throw logError('invalid-input', 'log/record-too-large', message);
    }
    const partition = state.get(record.partition) ?? { round: 0, bytes: batchOverhead };
    if (partition.bytes + bytes > messageBytesMax) {
      partition.round++;
      partition.bytes = batchOverhead;
    }
    partition.bytes += bytes;
    state.set(record.partition, partition);
    (rounds[partition.round] ??= []).push(index);
  });
  return rounds;
}
