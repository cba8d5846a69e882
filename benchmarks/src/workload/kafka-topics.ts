/** Topics with the usage in the forms that the subjects read. */
import { createKafkaEventLog } from '@tidemark/ingest/log';
import type { EventLog, LogAppend } from '@tidemark/ingest/log';
import type { RunningBroker } from './servers.ts';

const messageBytesMax = 2 * 1_048_576;

export function openTopic(
  broker: Pick<RunningBroker, 'client'>,
  name: string,
  partitionCount: number,
): Promise<EventLog> {
  return createKafkaEventLog({
    kafka: broker.client,
    topic: {
      name,
      partitionCount,
      replicationFactor: 1,
      minInSyncReplicas: 1,
      messageBytesMax,
      retentionMs: -1,
    },
    groupId: `${name}-raters`,
    incarnation: 1,
  });
}

const appendRecords = 2000;
const appendBytes = 8 * 1_048_576;

/** Appends records in their order, as many at a time as one request should hold. */
export async function fillTopic(log: EventLog, records: readonly LogAppend[]): Promise<void> {
  let some: LogAppend[] = [];
  let bytes = 0;
  for (const record of records) {
    some.push(record);
    bytes += record.value.length;
    if (some.length < appendRecords && bytes < appendBytes) continue;
    await log.append(some);
    some = [];
    bytes = 0;
  }
  if (some.length > 0) await log.append(some);
}
