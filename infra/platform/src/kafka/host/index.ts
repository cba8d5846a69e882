export { provideKafkaJars } from './kafka-jars.ts';
export { startKafkaHost } from './start-host.ts';
export type { KafkaHost, KafkaHostOptions } from './start-host.ts';
