/** What an operator sees of the rater. Labels are partitions and outcomes only. */
import type { Metrics } from '@tidemark/platform/metrics';
import type { ProgressCounts } from '../ports.ts';
import type { PartitionStatus } from './partition-status.ts';

export interface RaterMetrics {
  /** Adds what a partition has done since the last call. */
  counted(before: ProgressCounts, after: ProgressCounts, records: number): void;
  lost(envelopes: number): void;
  flushed(seconds: number, rows: number): void;
  sinkFailed(): void;
  rebuilt(seconds: number): void;
}

export interface MetricSources {
  readonly statuses: () => readonly PartitionStatus[];
  readonly endOffsets: () => Promise<readonly number[]>;
  readonly nowMs: () => number;
}

const outcomes = ['stored', 'duplicate', 'conflict', 'dead'] as const;

export function createRaterMetrics(metrics: Metrics, sources: MetricSources): RaterMetrics {
  const events = metrics.counter({
    name: 'tidemark_rater_events_total',
    help: 'Events rated, by outcome; a conflict is also counted as a duplicate.',
    labelNames: ['outcome'],
  });
  const records = metrics.counter({
    name: 'tidemark_rater_envelopes_total',
    help: 'Log records applied: envelopes, foreign events and control records.',
  });
  const lost = metrics.counter({
    name: 'tidemark_rater_envelopes_lost_total',
    help: 'Envelopes that the log acknowledged and does not hold.',
  });
  const flushSeconds = metrics.histogram({
    name: 'tidemark_rater_flush_seconds',
    help: 'Time from the start of a flush until its progress is durable.',
  });
  const flushRows = metrics.histogram({
    name: 'tidemark_rater_flush_rows',
    help: 'Rows of one flush.',
    buckets: [10, 100, 1000, 5000, 10_000, 25_000, 50_000, 100_000, 200_000],
  });
  const sinkFailures = metrics.counter({
    name: 'tidemark_rater_sink_failures_total',
    help: 'Writes that the store refused or did not answer; they are repeated.',
  });
  const rebuildSeconds = metrics.histogram({
    name: 'tidemark_rater_rebuild_seconds',
    help: 'Time to build the state of a partition from the store.',
  });
  registerGauges(metrics, sources);
  return {
    counted: (before, after, applied) => {
      for (const outcome of outcomes) events.inc({ outcome }, after[outcome] - before[outcome]);
      records.inc({}, applied);
    },
    lost: (envelopes) => lost.inc({}, envelopes),
    flushed: (seconds, rows) => {
      flushSeconds.observe({}, seconds);
      flushRows.observe({}, rows);
    },
    sinkFailed: () => sinkFailures.inc({}),
    rebuilt: (seconds) => rebuildSeconds.observe({}, seconds),
  };
}

type Reading = (status: PartitionStatus, nowMs: number) => number;

const partitionGauges: readonly (readonly [name: string, help: string, read: Reading])[] = [
  ['queue_records', 'Records fetched and not yet applied.', ({ queueRecords }) => queueRecords],
  [
    'queue_bytes',
    'Bytes of the records fetched and not yet applied.',
    ({ queueBytes }) => queueBytes,
  ],
  ['lag_events', 'Events fetched and not yet applied.', ({ queueEvents }) => queueEvents],
  [
    'oldest_unprocessed_seconds',
    'Age of the oldest record fetched and not yet applied, by its log time.',
    ({ oldestLogTimeMs }, nowMs) =>
      oldestLogTimeMs === null ? 0 : Math.max(0, nowMs - oldestLogTimeMs) / 1000,
  ],
  ['unflushed_rows', 'Rows rated and not yet durable.', ({ unflushedRows }) => unflushedRows],
  ['dedup_ids', 'Identities in the dedup index.', ({ dedupIds }) => dedupIds],
  ['dedup_bytes', 'Memory of the dedup index.', ({ dedupBytes }) => dedupBytes],
  ['catalog_epoch', 'Catalog epoch in force.', ({ epoch }) => epoch],
  ['halted', '1 when the partition has halted.', ({ halt }) => (halt === null ? 0 : 1)],
];

function registerGauges(metrics: Metrics, { statuses, endOffsets, nowMs }: MetricSources): void {
  for (const [name, help, read] of partitionGauges) {
    const known = new Set<number>();
    metrics.gauge({
      name: `tidemark_rater_${name}`,
      help,
      labelNames: ['partition'],
      collect: (gauge) => {
        const current = statuses();
        for (const partition of known) {
          if (current.every((status) => status.partition !== partition)) {
            gauge.remove({ partition: String(partition) });
            known.delete(partition);
          }
        }
        for (const status of current) {
          known.add(status.partition);
          gauge.set({ partition: String(status.partition) }, read(status, nowMs()));
        }
      },
    });
  }
  metrics.gauge({
    name: 'tidemark_rater_partition_events',
    help: 'Events of the partition since the log began: logged = stored + duplicate + dead.',
    labelNames: ['partition', 'count'],
    collect: (gauge) => {
      for (const { partition, counts } of statuses()) {
        for (const count of ['logged', 'stored', 'duplicate', 'conflict', 'dead'] as const) {
          gauge.set({ partition: String(partition), count }, counts[count]);
        }
      }
    },
  });
  metrics.gauge({
    name: 'tidemark_rater_halted_partitions',
    help: 'Partitions of this process that have halted and wait for an operator.',
    collect: (gauge) => gauge.set({}, statuses().filter(({ halt }) => halt !== null).length),
  });
  const reasons = new Set<string>();
  metrics.gauge({
    name: 'tidemark_rater_halt',
    help: '1 for each halted partition with the reason; docs/runbook.md has an entry for each reason.',
    labelNames: ['partition', 'reason'],
    collect: (gauge) => {
      const halts = statuses().flatMap(({ halt }) => (halt === null ? [] : [halt]));
      for (const known of reasons) {
        const [partition = '', reason = ''] = known.split(' ');
        gauge.remove({ partition, reason });
      }
      reasons.clear();
      for (const { partition, reason } of halts) {
        reasons.add(`${partition} ${reason}`);
        gauge.set({ partition: String(partition), reason }, 1);
      }
    },
  });
  metrics.gauge({
    name: 'tidemark_rater_lag_records',
    help: 'Records of the log not yet applied.',
    labelNames: ['partition'],
    collect: async (gauge) => {
      const ends = await endOffsets().catch(() => []);
      for (const { partition, next } of statuses()) {
        const end = ends[partition];
        if (end !== undefined) gauge.set({ partition: String(partition) }, Math.max(0, end - next));
      }
    },
  });
}
