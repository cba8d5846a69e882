/** The body of `POST /v1/catalog/apply`: a catalog file, the same objects as the bodies of the single POST calls. */
import { z } from 'zod';
import { createMeterSchema } from '../catalog/meter.ts';
import { createPlanSchema } from '../catalog/plan.ts';
import { createCouponSchema } from '../coupons/coupon.ts';
import { createCustomerSchema } from '../customers/customer.ts';
import { createSubscriptionSchema } from '../subscriptions/subscription.ts';

export const catalogFileSchema = z.strictObject({
  meters: z.array(createMeterSchema).max(2_000).optional(),
  plans: z.array(createPlanSchema).max(2_000).optional(),
  customers: z.array(createCustomerSchema).max(50_000).optional(),
  subscriptions: z.array(createSubscriptionSchema).max(50_000).optional(),
  coupons: z.array(createCouponSchema).max(2_000).optional(),
  dryRun: z.boolean().optional(),
});

export type CatalogFile = z.output<typeof catalogFileSchema>;

export interface CatalogDifference {
  readonly kind: 'meter' | 'plan' | 'coupon' | 'customer' | 'subscription';
  readonly key: string;
  readonly action: 'create' | 'update' | 'unchanged';
}

export interface ApplyResult {
  readonly dryRun: boolean;
  readonly changes: readonly CatalogDifference[];
}
