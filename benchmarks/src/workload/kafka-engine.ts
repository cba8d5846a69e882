/**
 * The peer: ClickHouse reads the same usage from Kafka by its own table engine into a MergeTree of the same columns and
 * durability. It neither deduplicates nor rates. Events are JSON, one a message or 2,000 lines a message; the catalog's markers,
 * which are no events, are left out.
 */
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import { z } from 'zod';
import type { Measurement } from '../lib/comparison.ts';
import type { MeteredProcesses } from '../lib/cpu-meter.ts';
import { measureArrival } from './rate-log.ts';
import type { ExpectedUsage } from './usage.ts';

export interface KafkaEngineRun {
  readonly brokers: readonly string[];
  readonly topic: string;
  /** Names tables and group; another one reads the topic again from its beginning. */
  readonly round: number;
  readonly consumers: number;
}

/**
 * Up to this share of the events all partitions have some left. Once one has been read to its end, this engine pauses for seconds
 * (up to half a minute was seen) before it goes on with the others, which says nothing about its rate.
 */
const measuredShare = 0.7;

/** Reads the topic; all copies of an event are stored, since the engine does not know them as such. */
export async function readWithKafkaEngine(
  clickHouse: ClickHouse,
  run: KafkaEngineRun,
  expected: ExpectedUsage,
  processes: MeteredProcesses,
): Promise<Measurement> {
  const suffix = `${run.topic.replaceAll('-', '_')}_${run.round}`;
  for (const statement of statementsOf(run, suffix)) await clickHouse.command(statement);
  try {
    const visible = async (): Promise<number> => {
      const sql = `SELECT toString(count()) AS n FROM peer_${suffix}`;
      const [row] = await clickHouse.query({ sql, row: countRow });
      return row?.n ?? 0;
    };
    return await measureArrival(visible, Math.floor(expected.logged * measuredShare), processes);
  } finally {
    for (const table of ['feed', 'queue']) {
      await clickHouse.command(`DROP TABLE IF EXISTS ${table}_${suffix} SYNC`);
    }
    // Its merges stop and its files stay: see createScratchDirectory.
    await clickHouse.command(`DETACH TABLE IF EXISTS peer_${suffix} SYNC`);
  }
}

const countRow = z.object({ n: z.string().transform(Number) });

function statementsOf({ brokers, topic, consumers }: KafkaEngineRun, suffix: string): string[] {
  return [
    `CREATE TABLE peer_${suffix}
     (
       tenant LowCardinality(String), subject String, type LowCardinality(String), source LowCardinality(String),
       id String, time DateTime64(6, 'UTC'), data String CODEC(ZSTD(1)), partition UInt16, offset UInt64
     )
     ENGINE = MergeTree ORDER BY (tenant, subject, type, time)
     SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`,
    `CREATE TABLE queue_${suffix}
     (subject String, type String, source String, id String, time String, data String)
     ENGINE = Kafka
     SETTINGS kafka_broker_list = '${brokers.join(',')}', kafka_topic_list = '${topic}',
       kafka_group_name = 'peer-${suffix}', kafka_format = 'JSONEachRow', kafka_num_consumers = ${consumers},
       kafka_thread_per_consumer = 1, kafka_max_block_size = 65536, kafka_flush_interval_ms = 250,
       kafka_poll_timeout_ms = 50, input_format_json_read_objects_as_strings = 1, input_format_skip_unknown_fields = 1`,
    `CREATE MATERIALIZED VIEW feed_${suffix} TO peer_${suffix} AS
     SELECT substringIndex(_key, ':', 1) AS tenant, subject, type, source, id,
       parseDateTime64BestEffort(time, 6, 'UTC') AS time, data, _partition AS partition, _offset AS offset
     FROM queue_${suffix}
     WHERE subject != ''`,
  ];
}
