import type { ClickHouse } from '@tidemark/platform/clickhouse';
import { z } from 'zod';
import { belowBound, boundParameters } from '../../store/log-bound.ts';
import type { LogBound } from '../../store/log-bound.ts';
import { auditBlockOffsets } from './compare-blocks.ts';
import type { AuditBlock, PromisedBlock } from './compare-blocks.ts';

const promisedSql = `
SELECT incarnation AS log_incarnation, partition AS log_partition,
  toString(intDiv(offset, ${auditBlockOffsets})) AS block,
  toString(sum(logged)) AS logged_sum, toString(sum(stored)) AS stored_sum,
  toString(sum(duplicate)) AS duplicate_sum, toString(sum(dead)) AS dead_sum,
  toString(groupBitXor(stored_xor)) AS xor_sum
FROM envelope_outcomes FINAL
WHERE tenant = {tenant:String} AND ${belowBound}
GROUP BY log_incarnation, log_partition, block
SETTINGS do_not_merge_across_partitions_select_final = 1`;

const presentSql = `
SELECT incarnation AS log_incarnation, partition AS log_partition,
  toString(intDiv(offset, ${auditBlockOffsets})) AS block,
  toString(count()) AS stored_sum, toString(groupBitXor(payload_hash)) AS xor_sum
FROM usage_events FINAL
WHERE tenant = {tenant:String} AND ${belowBound}
GROUP BY log_incarnation, log_partition, block
SETTINGS do_not_merge_across_partitions_select_final = 1`;

const count = z.string().transform(Number);

const presentRow = z
  .object({
    log_incarnation: z.number(),
    log_partition: z.number(),
    block: count,
    stored_sum: count,
    xor_sum: z.string(),
  })
  .transform((raw): AuditBlock => ({
    incarnation: raw.log_incarnation,
    partition: raw.log_partition,
    from: raw.block * auditBlockOffsets,
    stored: raw.stored_sum,
    xor: raw.xor_sum,
  }));

const promisedRow = z
  .object({
    log_incarnation: z.number(),
    log_partition: z.number(),
    block: count,
    logged_sum: count,
    stored_sum: count,
    duplicate_sum: count,
    dead_sum: count,
    xor_sum: z.string(),
  })
  .transform((raw): PromisedBlock => ({
    incarnation: raw.log_incarnation,
    partition: raw.log_partition,
    from: raw.block * auditBlockOffsets,
    logged: raw.logged_sum,
    stored: raw.stored_sum,
    duplicate: raw.duplicate_sum,
    dead: raw.dead_sum,
    xor: raw.xor_sum,
  }));

export interface AuditRange {
  readonly tenant: string;
  readonly bound: LogBound;
}

/** What the raters said they had stored, by block of offsets. */
export function readPromisedBlocks(
  clickHouse: ClickHouse,
  range: AuditRange,
): Promise<PromisedBlock[]> {
  const parameters = { tenant: range.tenant, ...boundParameters(range.bound) };
  return clickHouse.query({ sql: promisedSql, parameters, row: promisedRow });
}

/** What is really there, each coordinate once, by block of offsets. */
export function readPresentBlocks(
  clickHouse: ClickHouse,
  range: AuditRange,
): Promise<AuditBlock[]> {
  const parameters = { tenant: range.tenant, ...boundParameters(range.bound) };
  return clickHouse.query({ sql: presentSql, parameters, row: presentRow });
}
