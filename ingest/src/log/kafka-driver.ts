/** The parts of the Kafka driver that the adapter uses. */
export type {
  Admin,
  ConfigResourceTypes,
  Consumer,
  EachBatchPayload,
  Kafka,
  KafkaMessage,
  Producer,
} from 'kafkajs';
