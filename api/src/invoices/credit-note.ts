import { z } from 'zod';
import type { Instant } from '@tidemark/platform/clock';
import { positiveDecimalSchema } from '../values/formats.ts';

export const createCreditNoteSchema = z.strictObject({
  amount: positiveDecimalSchema.describe(
    'At most what earlier credit notes left of the invoice; more is cut down to that.',
  ),
  reason: z.string().min(1).max(1024).optional(),
});

export type CreditNoteCommand = z.output<typeof createCreditNoteSchema>;

/** Money given back on an invoice that was issued; the invoice itself stays as it is. */
export interface CreditNote {
  readonly id: string;
  readonly number: string;
  readonly invoice: string;
  readonly amount: string;
  readonly currency: string;
  readonly reason: string | null;
  readonly createdAt: Instant;
}
