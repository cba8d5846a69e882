/**
 * The kafkajs client as the product uses it: bounded retries, its log in ours, its timer defect mended. Producers must be
 * non-idempotent (kafkajs's idempotent producer can lose an acknowledged message: tulios/kafkajs#1005) and use acks -1.
 */
// Before kafkajs, which keeps what it finds when it is loaded.
import './native-crc32c.ts';
import kafkajs from 'kafkajs';
import type { Kafka, LogEntry } from 'kafkajs';
import type { Logger } from '../log/index.ts';
import { mendRequestQueue } from './mend-request-queue.ts';

export type KafkaClient = Kafka;

export interface KafkaClientOptions {
  readonly clientId: string;
  /** `host:port` of some brokers. */
  readonly brokers: readonly string[];
  readonly log: Logger;
}

export function createKafkaClient({ clientId, brokers, log }: KafkaClientOptions): KafkaClient {
  mendRequestQueue();
  return new kafkajs.Kafka({
    clientId,
    brokers: [...brokers],
    connectionTimeout: 3_000,
    requestTimeout: 30_000,
    enforceRequestTimeout: true,
    retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: 8 },
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => (entry) => forward(log, entry),
  });
}

function forward(log: Logger, { level, log: record, namespace }: LogEntry): void {
  const { message, ...fields } = record;
  // Stack and broker texts stay out of the message; what kafkajs retries by itself is a warning at most.
  const line = { kafka: namespace, ...withoutStack(fields) };
  if (level === kafkajs.logLevel.ERROR || level === kafkajs.logLevel.WARN) log.warn(line, message);
  else log.debug(line, message);
}

function withoutStack(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'stack'));
}
