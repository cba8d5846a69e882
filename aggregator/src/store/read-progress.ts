import type { ClickHouse } from '@tidemark/platform/clickhouse';
import type { Progress } from '@tidemark/rater/ports';
import { z } from 'zod';

const sql = `
SELECT incarnation, partition, toString(next) AS next, toString(logged) AS logged, toString(stored) AS stored,
  toString(duplicate) AS duplicate, toString(conflict) AS conflict, toString(dead) AS dead,
  toString(control) AS control, epoch, toString(toUnixTimestamp64Milli(log_time)) AS log_time_ms, last_crc, gateways
FROM progress FINAL
ORDER BY incarnation, partition
LIMIT 65536`;

const count = z.string().transform(Number);

const row = z
  .object({
    incarnation: z.number(),
    partition: z.number(),
    next: count,
    logged: count,
    stored: count,
    duplicate: count,
    conflict: count,
    dead: count,
    control: count,
    epoch: z.number(),
    log_time_ms: count,
    last_crc: z.number(),
    gateways: z.string(),
  })
  .transform((raw): Progress => ({
    incarnation: raw.incarnation,
    partition: raw.partition,
    next: raw.next,
    counts: {
      logged: raw.logged,
      stored: raw.stored,
      duplicate: raw.duplicate,
      conflict: raw.conflict,
      dead: raw.dead,
      control: raw.control,
    },
    epoch: raw.epoch,
    logTimeMs: raw.log_time_ms,
    lastCrc: raw.last_crc,
    gateways: raw.gateways,
  }));

/** The greatest progress of each partition of each incarnation, in that order. */
export function readProgress(clickHouse: ClickHouse): Promise<Progress[]> {
  return clickHouse.query({ sql, row });
}
