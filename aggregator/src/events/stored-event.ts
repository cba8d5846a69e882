import { z } from 'zod';
import type { Instant } from '@tidemark/platform/clock';
import type { ListPosition } from './list-page.ts';

/** A stored usage event with its place in the log. */
export interface StoredEvent {
  readonly customer: string;
  readonly type: string;
  readonly source: string;
  readonly id: string;
  readonly time: Instant;
  /** Canonical JSON text of the properties. */
  readonly data: string;
  readonly logTimeMs: number;
  readonly backfill: boolean;
  readonly position: ListPosition;
}

export const storedEventColumns = `subject AS customer, type, source, id,
  toString(toUnixTimestamp64Micro(time)) AS time_us, data, toString(toUnixTimestamp64Milli(log_time)) AS log_time_ms,
  backfill, incarnation AS log_incarnation, partition AS log_partition, toString(offset) AS log_offset,
  \`index\` AS log_index`;

export const storedEventRow = z
  .object({
    customer: z.string(),
    type: z.string(),
    source: z.string(),
    id: z.string(),
    time_us: z.string().transform(Number),
    data: z.string(),
    log_time_ms: z.string().transform(Number),
    backfill: z.number(),
    log_incarnation: z.number(),
    log_partition: z.number(),
    log_offset: z.string().transform(Number),
    log_index: z.number(),
  })
  .transform((raw): StoredEvent => ({
    customer: raw.customer,
    type: raw.type,
    source: raw.source,
    id: raw.id,
    time: raw.time_us,
    data: raw.data,
    logTimeMs: raw.log_time_ms,
    backfill: raw.backfill === 1,
    position: {
      time: raw.time_us,
      incarnation: raw.log_incarnation,
      partition: raw.log_partition,
      offset: raw.log_offset,
      index: raw.log_index,
    },
  }));
