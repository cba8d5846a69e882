/** The topic of the event log: created as it must be, or checked to be so. */
import type { KafkaAdmin } from './kafka-driver.ts';
import { originOf } from './kafka-errors.ts';
import { logError } from './log-error.ts';

export interface KafkaTopicSettings {
  readonly name: string;
  /** Fixed for the life of the topic. */
  readonly partitionCount: number;
  /** 3 in production, 1 on a single broker. */
  readonly replicationFactor: number;
  /** Replicas that must have a record before it is acknowledged: 2 of 3 in production. */
  readonly minInSyncReplicas: number;
  /** Greatest batch of records the topic takes; at least 1 MiB. */
  readonly messageBytesMax: number;
  /** How long records stay for re-emission; -1 is for ever. */
  readonly retentionMs: number;
}

/** What a topic must hold: the largest envelope with room to spare. */
const messageBytesMin = 1_048_576;
/** `DescribeConfigs` resource type. */
const topicResource = 2;

export interface PartitionEdges {
  /** Offset of the first retained record. */
  readonly beginning: number;
  /** Offset after the last one. */
  readonly end: number;
}

/** Creates the topic when it is absent, then checks what is there. */
export async function ensureTopic(admin: KafkaAdmin, settings: KafkaTopicSettings): Promise<void> {
  if (settings.messageBytesMax < messageBytesMin) {
    const message = `Envelopes need messages of ${messageBytesMin} bytes.`;
    throw logError('invalid-input', 'log/topic-unfit', message);
  }
  const topics = await admin.listTopics();
  if (!topics.includes(settings.name)) await createTopic(admin, settings);
  await checkTopic(admin, settings);
}

async function createTopic(admin: KafkaAdmin, settings: KafkaTopicSettings): Promise<void> {
  const configEntries = Object.entries({
    'message.timestamp.type': 'LogAppendTime',
    'cleanup.policy': 'delete',
    'max.message.bytes': String(settings.messageBytesMax),
    'min.insync.replicas': String(settings.minInSyncReplicas),
    'unclean.leader.election.enable': 'false',
    'retention.ms': String(settings.retentionMs),
    'retention.bytes': '-1',
  }).map(([name, value]) => ({ name, value }));
  const { name: topic, partitionCount, replicationFactor } = settings;
  try {
    await admin.createTopics({
      waitForLeaders: true,
      topics: [{ topic, numPartitions: partitionCount, replicationFactor, configEntries }],
    });
  } catch (error) {
    // Another process created it first; the check that follows judges what it made.
    if (!isAlreadyThere(error)) throw error;
  }
}

function isAlreadyThere(error: unknown): boolean {
  if (originOf(error).type === 'TOPIC_ALREADY_EXISTS') return true;
  const { errors } = error as { errors?: readonly unknown[] };
  return (
    Array.isArray(errors) && errors.some((each) => originOf(each).type === 'TOPIC_ALREADY_EXISTS')
  );
}

async function checkTopic(admin: KafkaAdmin, settings: KafkaTopicSettings): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [settings.name] });
  const found = topics[0]?.partitions.length ?? 0;
  if (found !== settings.partitionCount) {
    const message = `Topic ${settings.name} has ${found} partitions, not ${settings.partitionCount}.`;
    throw logError('conflict', 'log/partition-count-differs', message);
  }
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: topicResource, name: settings.name }],
  });
  const config = new Map(
    resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]),
  );
  if (config.get('message.timestamp.type') !== 'LogAppendTime') {
    const message = `Topic ${settings.name} must stamp records itself: message.timestamp.type=LogAppendTime.`;
    throw logError('conflict', 'log/timestamp-type-differs', message);
  }
  const compacted = config.get('cleanup.policy')?.includes('compact') === true;
  if (compacted || Number(config.get('max.message.bytes')) < settings.messageBytesMax) {
    const message = `Topic ${settings.name} is compacted, or takes messages below ${settings.messageBytesMax} bytes.`;
    throw logError('conflict', 'log/topic-unfit', message);
  }
}

/** Where each partition begins and ends now. */
export async function fetchEdges(
  admin: KafkaAdmin,
  { name, partitionCount }: KafkaTopicSettings,
): Promise<PartitionEdges[]> {
  const edges = new Array<PartitionEdges>(partitionCount);
  for (const { partition, low, high } of await admin.fetchTopicOffsets(name)) {
    edges[partition] = { beginning: Number(low), end: Number(high) };
  }
  return edges;
}
