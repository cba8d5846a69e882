/**
 * The parts of the Kafka driver that the adapter uses, as a port: kafkajs fits it, and so must whatever follows it. Offsets
 * and times are decimal strings, as the driver has them.
 */
export interface KafkaDriver {
  producer(options: {
    idempotent: boolean;
    allowAutoTopicCreation: boolean;
    metadataMaxAge: number;
  }): KafkaProducer;
  consumer(options: {
    groupId: string;
    sessionTimeout?: number;
    rebalanceTimeout?: number;
    heartbeatInterval?: number;
    maxBytesPerPartition: number;
    maxBytes?: number;
    maxWaitTimeInMs: number;
    allowAutoTopicCreation: boolean;
  }): KafkaConsumer;
  admin(): KafkaAdmin;
}

export interface KafkaProducer {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  send(request: {
    topic: string;
    acks: number;
    messages: KafkaOutgoing[];
  }): Promise<{ partition: number; baseOffset?: string }[]>;
}

interface KafkaOutgoing {
  partition: number;
  key: string | null;
  value: Buffer;
  headers: Record<string, Buffer>;
}

export interface KafkaConsumer {
  readonly events: {
    readonly GROUP_JOIN: 'consumer.group_join';
    readonly CRASH: 'consumer.crash';
    readonly STOP: 'consumer.stop';
  };
  on(
    event: 'consumer.group_join',
    listener: (event: {
      readonly payload: { readonly memberAssignment: Readonly<Record<string, number[]>> };
    }) => void,
  ): unknown;
  on(
    event: 'consumer.crash',
    listener: (event: {
      readonly payload: { readonly error: Error; readonly restart: boolean };
    }) => void,
  ): unknown;
  /** The driver has left the group, to restart or for good: `seek`, `pause` and `resume` throw until it joins again. */
  on(event: 'consumer.stop', listener: () => void): unknown;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  subscribe(subscription: { topic: string; fromBeginning: boolean }): Promise<void>;
  run(options: {
    autoCommit: boolean;
    eachBatchAutoResolve: boolean;
    partitionsConsumedConcurrently?: number;
    eachBatch: (payload: KafkaBatchPayload) => Promise<void>;
  }): Promise<void>;
  /** Acts before the next fetch. */
  seek(position: { topic: string; partition: number; offset: string }): void;
  pause(topics: { topic: string; partitions: number[] }[]): void;
  resume(topics: { topic: string; partitions: number[] }[]): void;
  commitOffsets(offsets: { topic: string; partition: number; offset: string }[]): Promise<void>;
}

export interface KafkaBatchPayload {
  readonly batch: { readonly partition: number; readonly messages: readonly KafkaIncoming[] };
  /** Moves the driver's position behind `offset`. */
  resolveOffset(offset: string): void;
  /** The position was set anew since the batch was fetched. */
  isStale(): boolean;
}

export interface KafkaIncoming {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<
    Record<string, Buffer | string | readonly (Buffer | string)[] | undefined>
  >;
}

export interface KafkaAdmin {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  listTopics(): Promise<string[]>;
  createTopics(request: {
    waitForLeaders: boolean;
    topics: {
      topic: string;
      numPartitions: number;
      replicationFactor: number;
      configEntries: { name: string; value: string }[];
    }[];
  }): Promise<boolean>;
  fetchTopicMetadata(request: {
    topics: string[];
  }): Promise<{ topics: { partitions: readonly unknown[] }[] }>;
  describeConfigs(request: {
    includeSynonyms: boolean;
    resources: { type: number; name: string }[];
  }): Promise<{ resources: { configEntries: { configName: string; configValue: string }[] }[] }>;
  fetchTopicOffsets(topic: string): Promise<{ partition: number; low: string; high: string }[]>;
}
