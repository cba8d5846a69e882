/**
 * What one writes first: a message is parsed, validated, looked up in a Set, priced with decimal.js and inserted with a thousand
 * others as JSON rows. Measured on the same broker and engine.
 */
import { z } from 'zod';
import { mustEqual } from '../lib/comparison.ts';
import type { OpenCase, RunSize } from '../lib/comparison.ts';
import { CpuMeter } from '../lib/cpu-meter.ts';
import { insertJsonRows } from '../workload/json-insert.ts';
import { fillTopic, openTopic } from '../workload/kafka-topics.ts';
import { createUsageLog } from '../workload/log-records.ts';
import { startStore } from '../workload/servers.ts';
import type { RunningBroker } from '../workload/servers.ts';
import { standardUsage } from '../workload/usage.ts';
import { NaiveRating } from './naive-rating.ts';

const rowsPerInsert = 1000;

export async function openNaivePipeline(
  acquire: () => Promise<RunningBroker>,
  release: () => Promise<void>,
  { quick }: RunSize,
): Promise<OpenCase> {
  const [broker, store] = await Promise.all([acquire(), startStore('bare')]);
  const usage = createUsageLog({ events: quick ? 40_000 : 100_000 }, 'json');
  const log = await openTopic(broker, 'naive', standardUsage.partitions);
  await fillTopic(log, usage.records.slice(standardUsage.partitions));
  await store.clickHouse.command(createTable);
  return {
    measure: async (round) => {
      const meter = new CpuMeter({
        own: 'pipeline',
        others: { store: store.processId, broker: broker.processId },
      });
      const rating = new NaiveRating();
      const target = { table: 'naive_events', columns: rowColumns, constant: round };
      const insert = (rows: readonly string[]): Promise<void> =>
        insertJsonRows(store.clickHouse, target, rows);
      await consume(broker, `naive-${round}`, usage.expected.logged, async (values) => {
        for (const value of values) rating.add(value);
        while (rating.rows.length >= rowsPerInsert)
          await insert(rating.rows.splice(0, rowsPerInsert));
      });
      if (rating.rows.length > 0) await insert(rating.rows);
      const used = meter.stop();
      mustEqual('sum of amounts', rating.thousandths(), usage.expected.amountThousandths);
      const sql = `SELECT toString(count()) AS n FROM naive_events WHERE round = ${round}`;
      const [row] = await store.clickHouse.query({ sql, row: countRow });
      mustEqual('stored events', row?.n ?? '', String(usage.expected.stored));
      return { units: usage.expected.logged, ...used };
    },
    close: async () => {
      await Promise.all([log.close(), store.stop()]);
      await release();
    },
  };
}

const countRow = z.object({ n: z.string() });
const rowColumns =
  'id String, source String, type String, subject String, time String, data String, price String';
const createTable = `CREATE TABLE naive_events (${rowColumns}, round UInt32)
  ENGINE = MergeTree ORDER BY (subject, type, time) SETTINGS fsync_after_insert = 1`;

/** Hands over all messages of the topic, one batch after the other. */
async function consume(
  { client }: RunningBroker,
  groupId: string,
  messages: number,
  take: (values: Buffer[]) => Promise<void>,
): Promise<void> {
  const consumer = client.consumer({ groupId });
  await consumer.connect();
  await consumer.subscribe({ topic: 'naive', fromBeginning: true });
  const all = Promise.withResolvers<undefined>();
  let seen = 0;
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      await take(batch.messages.flatMap(({ value }) => value ?? []));
      seen += batch.messages.length;
      if (seen >= messages) all.resolve(undefined);
    },
  });
  try {
    await all.promise;
  } finally {
    await consumer.disconnect();
  }
}
