export { createKafkaClient } from './create-kafka-client.ts';
export type { KafkaClient, KafkaClientOptions } from './create-kafka-client.ts';
