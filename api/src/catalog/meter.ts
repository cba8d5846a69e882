/** The commands of meters; what a definition means is decided by the rating rules (`rating-rules.ts`). */
import { z } from 'zod';
import type { Instant } from '@tidemark/platform/clock';
import { instantSchema, keySchema } from '../values/formats.ts';

const meterFields = {
  name: z.string().min(1).max(256).optional(),
  eventType: z.string().min(1).max(256),
  aggregation: z
    .string()
    .max(64)
    .describe(
      'sum, count, min, max, average, latest, unique_count, time_weighted, bucketed_max or bucketed_sum',
    ),
  property: z.string().min(1).max(256).optional(),
  expression: z.string().min(1).max(1024).optional(),
  dimensions: z.array(z.string().min(1).max(256)).max(32).optional(),
  filter: z.unknown().optional().describe('Dimension values that the meter takes.'),
  conversion: z.unknown().optional(),
  values: z.string().max(64).optional(),
  bucket: z.string().max(64).optional(),
  carry: z.boolean().optional(),
};

export const createMeterSchema = z.strictObject({ key: keySchema, ...meterFields });
export const updateMeterSchema = z.strictObject({
  ...z.strictObject(meterFields).partial().shape,
  effectiveFrom: instantSchema
    .optional()
    .describe(
      'Event time from which the new version counts; now by default where the meter is in use.',
    ),
});

export type MeterDefinition = z.output<typeof createMeterSchema>;
export type MeterUpdate = z.output<typeof updateMeterSchema>;

export interface Meter {
  readonly version: number;
  /** Null: always. */
  readonly effectiveFrom: Instant | null;
  readonly definition: MeterDefinition;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}
