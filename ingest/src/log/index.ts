/** The event log port and its two adapters. */
export type {
  EventLog,
  LogAppend,
  LogConsumer,
  LogConsumerHandlers,
  LogRecord,
} from './event-log.ts';
export { createKafkaEventLog } from './kafka-event-log.ts';
export type { KafkaEventLogOptions } from './kafka-event-log.ts';
export type { KafkaTopicSettings } from './kafka-topic.ts';
export { createLmdbEventLog } from './lmdb-event-log.ts';
export type { LmdbEventLogOptions } from './lmdb-event-log.ts';
