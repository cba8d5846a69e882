/** A tenant: one company that meters its customers. Everything else in the system belongs to exactly one. */
import { z } from 'zod';
import type { Instant } from '@tidemark/platform/clock';
import { tenantKeySchema } from '../values/formats.ts';

const secondsPerDay = 86_400;

const acceptanceWindowSchema = z
  .strictObject({
    pastSeconds: z
      .int()
      .min(0)
      .max(3650 * secondsPerDay),
    futureSeconds: z
      .int()
      .min(0)
      .max(366 * secondsPerDay),
  })
  .describe("How far from the gateway's clock an event's time may be, in seconds, ends included.");

const roundingSchema = z
  .strictObject({
    roundAt: z.enum(['line', 'tier']).optional(),
    roundMode: z.enum(['half_away_from_zero', 'half_even', 'up', 'down']).optional(),
  })
  .describe('Written into the prices of plan versions created from now on, where they name none.');

const policiesSchema = z.strictObject({
  /** Days that an invoice stays a draft; 0: issued by the close. */
  gracePeriodDays: z.int().min(0).max(90).optional(),
  /** Days from issue to due date. */
  paymentTermDays: z.int().min(0).max(365).optional(),
});

export const createTenantSchema = z.strictObject({
  key: tenantKeySchema,
  name: z.string().min(1).max(256).optional(),
  acceptanceWindow: acceptanceWindowSchema.optional(),
  rounding: roundingSchema.optional(),
  policies: policiesSchema.optional(),
});
export const updateTenantSchema = createTenantSchema.omit({ key: true }).partial();

export type TenantCommand = z.output<typeof createTenantSchema>;
export type TenantUpdate = z.output<typeof updateTenantSchema>;
export type AcceptanceWindowSeconds = z.output<typeof acceptanceWindowSchema>;
export type TenantRounding = z.output<typeof roundingSchema>;
export type TenantPolicies = z.output<typeof policiesSchema>;

export interface Tenant {
  readonly key: string;
  readonly name: string;
  readonly operator: boolean;
  readonly acceptanceWindow: AcceptanceWindowSeconds;
  readonly rounding: TenantRounding;
  readonly policies: TenantPolicies;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** 35 days back, 5 minutes ahead. */
export const defaultWindow: AcceptanceWindowSeconds = {
  pastSeconds: 35 * secondsPerDay,
  futureSeconds: 300,
};
