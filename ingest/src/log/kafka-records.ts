/** Messages of the Kafka driver as log records. */
import type { LogRecord } from './event-log.ts';
import type { KafkaIncoming } from './kafka-driver.ts';

/** Bytes are shared with the driver's fetch buffer. A null value (a tombstone of a foreign producer) reads as empty. */
export function toLogRecord(partition: number, message: KafkaIncoming): LogRecord {
  return {
    partition,
    offset: Number(message.offset),
    logTimeMs: Number(message.timestamp),
    key: message.key === null ? null : message.key.toString('utf8'),
    value: message.value ?? new Uint8Array(0),
    headers: headersOf(message.headers),
  };
}

const noHeaders: LogRecord['headers'] = Object.freeze({});

function headersOf(headers: KafkaIncoming['headers']): LogRecord['headers'] {
  let own: Record<string, Uint8Array> | undefined;
  for (const name in headers) {
    const value = headers[name];
    const single = typeof value === 'string' || value instanceof Uint8Array;
    // Of several values the last one counts.
    const last = single ? value : value?.at(-1);
    if (last === undefined) continue;
    // Without a prototype: a foreign producer may name a header __proto__.
    own ??= Object.create(null) as Record<string, Uint8Array>;
    own[name] = typeof last === 'string' ? Buffer.from(last) : last;
  }
  return own ?? noHeaders;
}
