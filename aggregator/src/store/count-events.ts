import type { ClickHouse } from '@tidemark/platform/clickhouse';
import type { PartitionBound } from '@tidemark/rater/ports';
import { z } from 'zod';

/** Copies are counted too: to tell them apart every row would have to be sorted, for what is only a first look. */
const sql = `
SELECT toString(count()) AS stored_rows
FROM usage_events
WHERE incarnation = {incarnation:UInt32} AND partition = {partition:UInt16} AND offset < {below:UInt64}`;

const row = z.object({ stored_rows: z.string().transform(Number) });

/** Rows of a partition below an offset: at least as many as events that were stored there. */
export async function countEvents(
  clickHouse: ClickHouse,
  { below, incarnation, partition }: PartitionBound,
): Promise<number> {
  const parameters = { below, incarnation, partition };
  const [counted] = await clickHouse.query({ sql, parameters, row });
  return counted?.stored_rows ?? 0;
}
