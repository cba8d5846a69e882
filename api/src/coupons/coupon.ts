/** A coupon takes a percentage or a fixed amount off an invoice, once, for some periods or for ever. */
import { z } from 'zod';
import type { Instant } from '@tidemark/platform/clock';
import { currencySchema, keySchema, positiveDecimalSchema } from '../values/formats.ts';

const durationSchema = z
  .union([z.enum(['once', 'forever']), z.strictObject({ periods: z.int().min(1).max(1_000) })])
  .describe('One invoice, the first invoices of each subscription, or all. forever by default.');

const hundred = /^(?:100(?:\.0+)?|\d{1,2}(?:\.\d+)?)$/;

export const createCouponSchema = z
  .strictObject({
    key: keySchema,
    name: z.string().min(1).max(256).optional(),
    percent: positiveDecimalSchema.regex(hundred, 'must be at most 100').optional(),
    amount: positiveDecimalSchema.optional(),
    currency: currencySchema.optional().describe('Of the amount.'),
    duration: durationSchema.optional(),
    charges: z.array(keySchema).min(1).max(100).optional().describe('All lines by default.'),
  })
  .superRefine(({ amount, currency, percent }, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if ((percent === undefined) === (amount === undefined)) {
      refuse('percent', 'give a percent or an amount, and one of them only');
    }
    if (amount !== undefined && currency === undefined) {
      refuse('currency', 'an amount needs its currency');
    }
    if (amount === undefined && currency !== undefined) {
      refuse('currency', 'only an amount has a currency');
    }
  });

export const applyCouponSchema = z.strictObject({ coupon: keySchema });

export type CouponCommand = z.output<typeof createCouponSchema>;
export type CouponDuration = z.output<typeof durationSchema>;

/** What a coupon says, apart from its key. */
export interface CouponTerms {
  readonly name: string;
  readonly percent: string | null;
  readonly amount: string | null;
  readonly currency: string | null;
  readonly duration: CouponDuration;
  /** `null`: all lines. */
  readonly charges: readonly string[] | null;
}

export interface Coupon extends CouponTerms {
  readonly key: string;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** A coupon that a customer was given. */
export interface CustomerCoupon {
  readonly id: string;
  readonly customer: string;
  readonly coupon: string;
  readonly appliedAt: Instant;
  /** Invoices that it took something off. */
  readonly uses: number;
}

export function termsOf(command: CouponCommand): CouponTerms {
  const { amount, charges, currency, duration, key, name, percent } = command;
  return {
    name: name ?? key,
    percent: percent ?? null,
    amount: amount ?? null,
    currency: currency ?? null,
    duration: duration ?? 'forever',
    charges: charges ?? null,
  };
}
