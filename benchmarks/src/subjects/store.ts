/**
 * What storing rated events costs: the product's sink into its tables, beside what the engine needs to copy the same rows from
 * one table to another, and beside the usual way of a thousand JSON rows an insert.
 */
import { createUsageSink } from '@tidemark/aggregator/store';
import type { RowBlocks } from '@tidemark/rater/rows';
import { z } from 'zod';
import { mustEqual } from '../lib/comparison.ts';
import type { Comparison, Measurement, OpenCase, RunSize } from '../lib/comparison.ts';
import { CpuMeter } from '../lib/cpu-meter.ts';
import { insertJsonRows } from '../workload/json-insert.ts';
import { cloudEventText, createUsageLog } from '../workload/log-records.ts';
import { RatingRun } from '../workload/rating-run.ts';
import { startStore } from '../workload/servers.ts';
import type { RunningStore } from '../workload/servers.ts';
import { generateUsage, standardUsage } from '../workload/usage.ts';

export const store: Comparison = {
  name: 'store',
  question:
    'What does it cost to make a rated event durable and queryable, 100,000 events a flush?',
  quick: false,
  cases: [
    {
      name: 'sink',
      title: 'sink: events, owners, totals, outcomes',
      unit: 'event',
      open: openSink,
    },
    {
      name: 'copy',
      title: 'INSERT SELECT of the events from a table',
      unit: 'event',
      open: openCopy,
    },
    { name: 'json', title: 'JSONEachRow, 1,000 rows an insert', unit: 'event', open: openJson },
  ],
  ratios: [
    { name: 'sink / INSERT SELECT', of: 'sink', to: 'copy', by: 'cpu' },
    { name: 'sink / JSON rows', of: 'sink', to: 'json', by: 'cpu' },
  ],
};

const flushEvents = 100_000;

function rateFlushes({ quick }: RunSize): { flushes: RowBlocks[]; events: number; stored: number } {
  const log = createUsageLog({ events: quick ? 3 * flushEvents : 10 * flushEvents });
  const run = new RatingRun(standardUsage.partitions, 1, log.changes);
  const flushes: RowBlocks[] = [];
  run.prepare(log.records.slice(standardUsage.partitions)).forEach((task, position) => {
    run.rate(task);
    if ((position + 1) % (flushEvents / standardUsage.eventsPerEnvelope) === 0) {
      flushes.push(run.take());
    }
  });
  flushes.push(run.take());
  return { flushes, events: log.expected.logged, stored: log.expected.stored };
}

async function openSink(size: RunSize): Promise<OpenCase> {
  const running = await startStore();
  const { flushes, events, stored } = rateFlushes(size);
  const sink = createUsageSink(running.clickHouse);
  return {
    measure: async () => {
      await running.empty();
      const meter = meterOf(running);
      for (const blocks of flushes) await sink.writeRows(blocks);
      const used = meter.stop();
      mustEqual('stored events', await countOf(running, 'usage_events'), stored);
      return { units: events, ...used };
    },
    close: () => running.stop(),
  };
}

async function openCopy(size: RunSize): Promise<OpenCase> {
  const running = await startStore();
  const { flushes, stored } = rateFlushes(size);
  const sink = createUsageSink(running.clickHouse);
  for (const blocks of flushes) await sink.writeRows(blocks);
  await running.clickHouse.command('CREATE TABLE copied AS usage_events');
  return {
    measure: async (): Promise<Measurement> => {
      await running.clickHouse.command('ALTER TABLE copied DETACH PARTITION ALL');
      const meter = meterOf(running);
      await running.clickHouse.command(
        'INSERT INTO copied SELECT * FROM usage_events SETTINGS max_threads = 1, max_insert_threads = 1, optimize_on_insert = 0',
      );
      const used = meter.stop();
      mustEqual('copied events', await countOf(running, 'copied'), stored);
      return { units: stored, ...used };
    },
    close: () => running.stop(),
  };
}

async function openJson({ quick }: RunSize): Promise<OpenCase> {
  const running = await startStore('bare');
  const events = quick ? 20_000 : 100_000;
  const now = Date.now() * 1000;
  const usage = generateUsage({ ...standardUsage, events, duplicates: 0, now });
  const rows = usage.envelopes.flatMap(({ columns }) =>
    Array.from({ length: columns.count }, (_, row) => cloudEventText(columns, row)),
  );
  const columns = 'id String, source String, type String, subject String, time String, data String';
  await running.clickHouse.command(
    `CREATE TABLE json_events (${columns}) ENGINE = MergeTree ORDER BY (subject, type, time)
     SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`,
  );
  return {
    measure: async () => {
      await running.clickHouse.command('ALTER TABLE json_events DETACH PARTITION ALL');
      const meter = meterOf(running);
      for (let at = 0; at < rows.length; at += 1000) {
        const some = rows.slice(at, at + 1000);
        await insertJsonRows(running.clickHouse, { table: 'json_events', columns }, some);
      }
      const used = meter.stop();
      mustEqual('stored events', await countOf(running, 'json_events'), events);
      return { units: events, ...used };
    },
    close: () => running.stop(),
  };
}

function meterOf({ processId }: RunningStore): CpuMeter {
  return new CpuMeter({ own: 'client', others: { store: processId } });
}

const countRow = z.object({ n: z.string().transform(Number) });

async function countOf({ clickHouse }: RunningStore, table: string): Promise<number> {
  const sql = `SELECT toString(count()) AS n FROM ${table}`;
  const [row] = await clickHouse.query({ sql, row: countRow });
  return row?.n ?? 0;
}
