/** Messages of the Kafka driver as log records. */
import type { LogRecord } from './event-log.ts';
import type { KafkaIncoming } from './kafka-driver.ts';

/** Bytes are shared with the driver's fetch buffer. A null value (a tombstone of a foreign producer) reads as empty. */
export function toLogRecord(partition: number, message: KafkaIncoming): LogRecord {
  // Without a prototype: a foreign producer may name a header __proto__.
  const headers = Object.create(null) as Record<string, Uint8Array>;
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    const single = typeof value === 'string' || value instanceof Uint8Array;
    // Of several values the last one counts.
    const last = single ? value : value?.at(-1);
    if (last !== undefined) headers[name] = typeof last === 'string' ? Buffer.from(last) : last;
  }
  return {
    partition,
    offset: Number(message.offset),
    logTimeMs: Number(message.timestamp),
    key: message.key === null ? null : message.key.toString('utf8'),
    value: message.value ?? new Uint8Array(0),
    headers,
  };
}
