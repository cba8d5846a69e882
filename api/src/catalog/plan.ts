/** The commands of plans; what a charge means is decided by the rating rules (`rating-rules.ts`). */
import { z } from 'zod';
import type { Instant } from '@tidemark/platform/clock';
import { currencySchema, keySchema, nonNegativeDecimalSchema } from '../values/formats.ts';

const cadenceUnits = ['day', 'week', 'month', 'quarter', 'semiannual', 'year'] as const;

const cadenceSchema = z.union([
  z.enum(cadenceUnits),
  z.strictObject({ every: z.int().min(1).max(366), unit: z.enum(cadenceUnits) }),
]);

/** Charges per plan: a bound on the work of one invoice. */
const chargesMax = 200;

const chargeSchema = z
  .looseObject({ key: keySchema })
  .describe(
    'A charge: key, name, meter, filter, price, conversion, allowance, discounts, maximum, minimum, proration, timing.',
  );

const planFields = {
  name: z.string().min(1).max(256).optional(),
  currency: currencySchema,
  cadence: cadenceSchema,
  minimum: nonNegativeDecimalSchema.nullable().optional(),
  maximum: nonNegativeDecimalSchema.nullable().optional(),
  charges: z.array(chargeSchema).min(1).max(chargesMax),
};

export const createPlanSchema = z.strictObject({ key: keySchema, ...planFields });
export const createPlanVersionSchema = z.strictObject(planFields);

export type Cadence = z.output<typeof cadenceSchema>;
export type Charge = z.output<typeof chargeSchema>;
export type PlanCommand = z.output<typeof createPlanSchema>;

/** One immutable version of a plan. */
export interface PlanVersion {
  readonly key: string;
  readonly version: number;
  readonly name: string;
  readonly currency: string;
  readonly cadence: Cadence;
  readonly minimum: string | null;
  readonly maximum: string | null;
  readonly charges: readonly Charge[];
  readonly createdAt: Instant;
}

export interface Plan extends PlanVersion {
  readonly latestVersion: number;
  readonly planCreatedAt: Instant;
  readonly updatedAt: Instant;
}
