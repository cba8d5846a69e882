/** Looks up which stored event owns each of many identities. */
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import type { OwnerColumns, OwnerQuery } from '@tidemark/rater/ports';
import { z } from 'zod';

const sql = `
SELECT hex(fingerprint) AS owner, toString(offset) AS log_offset, \`index\` AS log_index, toString(payload_hash) AS hash
FROM event_owners
WHERE incarnation = {incarnation:UInt32} AND partition = {partition:UInt16} AND offset < {below:UInt64}
  AND fingerprint IN arrayMap(
    position -> toFixedString(substring(unhex({fingerprints:String}), position * 16 + 1, 16), 16),
    range(intDiv(length({fingerprints:String}), 32)))
ORDER BY fingerprint, offset, \`index\`
LIMIT 1 BY fingerprint`;

/** 16 bytes are 32 hex digits: a batch stays below 100 KB of one parameter. */
const batchFingerprints = 3000;

const row = z.object({
  owner: z.string(),
  log_offset: z.string().transform(Number),
  log_index: z.number(),
  hash: z.string().transform(BigInt),
});

/** At most one row a fingerprint: its smallest coordinate below the bound. Few of those asked for exist, as a rule. */
export async function findOwners(clickHouse: ClickHouse, query: OwnerQuery): Promise<OwnerColumns> {
  const rows: z.output<typeof row>[] = [];
  for (let from = 0; from < query.fingerprints.length; from += batchFingerprints * 16) {
    const batch = query.fingerprints.subarray(from, from + batchFingerprints * 16);
    const parameters = {
      incarnation: query.incarnation,
      partition: query.partition,
      below: query.below,
      fingerprints: Buffer.from(batch.buffer, batch.byteOffset, batch.length).toString('hex'),
    };
    for (const found of await clickHouse.query({ sql, parameters, row })) rows.push(found);
  }
  return toColumns(rows);
}

function toColumns(rows: readonly z.output<typeof row>[]): OwnerColumns {
  const fingerprints = new Uint8Array(rows.length * 16);
  rows.forEach(({ owner }, at) => fingerprints.set(Buffer.from(owner, 'hex'), at * 16));
  return {
    count: rows.length,
    fingerprints,
    offsets: Float64Array.from(rows, ({ log_offset }) => log_offset),
    indices: Uint32Array.from(rows, ({ log_index }) => log_index),
    payloadHashes: BigUint64Array.from(rows, ({ hash }) => hash),
  };
}
