/** Reads a topic with the bare driver and counts bytes: no pipeline on this driver can be faster. */
import type { KafkaClient } from '@tidemark/platform/kafka';
import { CpuMeter } from '../lib/cpu-meter.ts';
import type { MeteredProcesses } from '../lib/cpu-meter.ts';
import type { Measurement } from '../lib/comparison.ts';

export interface RawRead {
  readonly topic: string;
  readonly groupId: string;
  readonly messages: number;
  /** Events that the messages hold. */
  readonly events: number;
}

export async function readRaw(
  client: KafkaClient,
  read: RawRead,
  processes: MeteredProcesses,
): Promise<Measurement> {
  const consumer = client.consumer({
    groupId: read.groupId,
    maxBytesPerPartition: 2_097_152,
    maxBytes: 16_777_216,
    maxWaitTimeInMs: 250,
  });
  await consumer.connect();
  await consumer.subscribe({ topic: read.topic, fromBeginning: true });
  const all = Promise.withResolvers<Measurement>();
  let meter: CpuMeter | undefined;
  let messages = 0;
  let bytes = 0;
  await consumer.run({
    autoCommit: false,
    partitionsConsumedConcurrently: 4,
    eachBatch: ({ batch }) => {
      meter ??= new CpuMeter(processes);
      messages += batch.messages.length;
      for (const { value } of batch.messages) bytes += value?.length ?? 0;
      if (messages >= read.messages) {
        const used = meter.stop();
        all.resolve({
          units: read.events,
          ...used,
          figures: { 'bytes each': bytes / read.events },
        });
      }
      return Promise.resolve();
    },
  });
  try {
    return await all.promise;
  } finally {
    await consumer.disconnect();
  }
}
