/** A record that cannot be read becomes one dead letter with its capped bytes, and counts as one dead event. */
import type { LogMessage } from '@tidemark/ingest/contract';
import { deadLetterBytesMax } from './event-rows.ts';
import { countPoison } from './outcome-counts.ts';
import type { PartitionBatch } from './partition-batch.ts';
import type { PartitionState } from './partition-state.ts';
import type { RatingRecord } from './rating-record.ts';

type Poison = Extract<LogMessage, { kind: 'poison' }>;

const recordKey = /^([a-z0-9][a-z0-9-]{0,62}):(.{1,256})$/s;

export function appendPoison(
  record: RatingRecord,
  poison: Poison,
  state: PartitionState,
  batch: PartitionBatch,
): void {
  const { incarnation, partition } = state;
  const { offset, logTimeMs } = record;
  // The key is whatever the producer wrote; it names a tenant only where it has the form of one.
  const [, tenant = '', subject = ''] = recordKey.exec(record.key ?? '') ?? [];
  const { columns } = batch.deadLetters;
  columns.tenant.append(tenant);
  columns.incarnation.append(incarnation);
  columns.partition.append(partition);
  columns.offset.append(offset);
  columns.index.append(0);
  columns.log_time.append(logTimeMs);
  columns.reason.append(poison.reason);
  columns.detail.append(poison.detail);
  columns.subject.append(subject);
  columns.source.append('');
  columns.type.append('');
  columns.id.append('');
  const bytes = record.value.subarray(0, Math.floor((deadLetterBytesMax / 4) * 3));
  columns.payload.append(Buffer.from(bytes).toString('base64'));
  countPoison(batch, { incarnation, partition, offset, logTimeMs }, state.counts, tenant);
}
