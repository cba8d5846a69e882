/** Many JSON events a message, one a line: what ClickHouse's Kafka engine takes as a batch. */
import type { LogAppend } from '@tidemark/ingest/log';

const eventsPerMessage = 2000;

export function jsonLinesRecords(records: readonly LogAppend[]): LogAppend[] {
  const newline = Buffer.from('\n');
  return [...Map.groupBy(records, ({ partition }) => partition)].flatMap(([partition, some]) => {
    const messages: LogAppend[] = [];
    for (let at = 0; at < some.length; at += eventsPerMessage) {
      const lines = some.slice(at, at + eventsPerMessage).flatMap(({ value }) => [value, newline]);
      // Any key of the partition's customers: the peer takes the tenant from it.
      messages.push({
        partition,
        key: some[at]?.key ?? null,
        value: Buffer.concat(lines),
        headers: {},
      });
    }
    return messages;
  });
}
