/**
 * Writes what the rater made. A row is idempotent, so nothing here has to know whether an earlier attempt has landed.
 */
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import { failpoint } from '@tidemark/platform/failpoint';
import type { Progress, UsageSink } from '@tidemark/rater/ports';
import { NativeBlockBuilder, rowTables } from '@tidemark/rater/rows';
import type { RowBlocks, RowTable } from '@tidemark/rater/rows';

export function createUsageSink(clickHouse: ClickHouse): UsageSink {
  return {
    async writeRows(blocks: RowBlocks): Promise<void> {
      const tables = (Object.keys(rowTables) as RowTable[]).filter(
        (table) => table !== 'progress' && (blocks[table]?.length ?? 0) > 0,
      );
      const results = await Promise.allSettled(
        tables.map(async (table) => {
          await insert(clickHouse, table, blocks[table] ?? []);
          failpoint('rater/after-table');
        }),
      );
      // All have ended before the caller hears of a failure, so that its repetition does not race with this attempt.
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    },

    async writeProgress(rows: readonly Progress[]): Promise<void> {
      const block = encodeProgress(rows);
      if (block !== undefined) await insert(clickHouse, 'progress', [block]);
    },
  };
}

function insert(
  clickHouse: ClickHouse,
  table: RowTable,
  blocks: readonly Uint8Array[],
): Promise<void> {
  const columns = rowTables[table].map(([name]) => name);
  return clickHouse.insertNative(table, columns, blocks);
}

function encodeProgress(rows: readonly Progress[]): Uint8Array | undefined {
  const builder = new NativeBlockBuilder(rowTables.progress);
  const { columns } = builder;
  for (const row of rows) {
    columns.incarnation.append(row.incarnation);
    columns.partition.append(row.partition);
    columns.next.append(row.next);
    columns.logged.append(row.counts.logged);
    columns.stored.append(row.counts.stored);
    columns.duplicate.append(row.counts.duplicate);
    columns.conflict.append(row.counts.conflict);
    columns.dead.append(row.counts.dead);
    columns.control.append(row.counts.control);
    columns.epoch.append(row.epoch);
    columns.log_time.append(row.logTimeMs);
    columns.last_crc.append(row.lastCrc);
    columns.gateways.append(row.gateways);
  }
  return builder.take();
}
