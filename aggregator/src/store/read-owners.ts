/**
 * Identities of a range of offsets, to rebuild a partition's dedup state. The rows lie in the order of their (uniform)
 * fingerprints, so the range is read in equal slices of the fingerprint space: each row is scanned once and no slice is
 * larger than the memory it may take.
 */
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import type { OwnerColumns, OwnerRange } from '@tidemark/rater/ports';
import { z } from 'zod';
import { decodeOwners } from './owner-columns.ts';

const countSql = `
SELECT toString(count()) AS rows
FROM event_owners
WHERE incarnation = {incarnation:UInt32} AND partition = {partition:UInt16}
  AND offset >= {from:UInt64} AND offset < {below:UInt64}`;

const sliceSql = `
SELECT DISTINCT fingerprint, offset, \`index\`, payload_hash
FROM event_owners
WHERE incarnation = {incarnation:UInt32} AND partition = {partition:UInt16}
  AND fingerprint >= toFixedString(unhex({first:String}), 16)
  AND fingerprint <= toFixedString(unhex({last:String}), 16)
  AND offset >= {from:UInt64} AND offset < {below:UInt64}`;

const countRow = z.object({ rows: z.string().transform(Number) });

const sliceRows = 250_000;

export async function* readOwners(
  clickHouse: ClickHouse,
  range: OwnerRange,
): AsyncGenerator<OwnerColumns> {
  const parameters = {
    incarnation: range.incarnation,
    partition: range.partition,
    from: range.from,
    below: range.below,
  };
  const [counted] = await clickHouse.query({ sql: countSql, parameters, row: countRow });
  const rows = counted?.rows ?? 0;
  if (rows === 0) return;
  const slices = Math.ceil(rows / sliceRows);
  for (let slice = 0; slice < slices; slice++) {
    const bytes = await clickHouse.queryNative(sliceSql, {
      ...parameters,
      first: hex(edge(slice, slices)),
      last: hex(edge(slice + 1, slices) - 1n),
    });
    yield decodeOwners(bytes);
  }
}

const fingerprintSpace = 1n << 128n;

function edge(slice: number, slices: number): bigint {
  return (fingerprintSpace * BigInt(slice)) / BigInt(slices);
}

function hex(fingerprint: bigint): string {
  return fingerprint.toString(16).padStart(32, '0');
}
