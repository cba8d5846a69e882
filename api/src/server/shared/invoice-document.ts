import type { Invoice } from '@tidemark/aggregator/close';
import { z } from 'zod';

const instant = z.string().meta({ format: 'date-time' });

const lineDocument = z.object({
  id: z.string(),
  kind: z.enum([
    'usage',
    'flat',
    'minimum_true_up',
    'proration_credit',
    'late_usage',
    'discount',
    'credit',
    'tax',
  ]),
  charge: z.string().nullable(),
  meter: z.string().nullable(),
  description: z.string(),
  from: instant,
  to: instant,
  quantity: z.string().nullable().describe('What the meter measured.'),
  billableQuantity: z
    .string()
    .nullable()
    .describe('What was priced, after conversion and allowance.'),
  unitAmount: z.string().nullable(),
  exactAmount: z.string().describe('Before the one rounding of the line.'),
  amount: z.string(),
  tiers: z.array(
    z.object({
      tier: z.number(),
      quantity: z.string().optional(),
      unitAmount: z.string().optional(),
      flatAmount: z.string().optional(),
      amount: z.string(),
    }),
  ),
});

export const invoiceDocument = z.object({
  id: z.string(),
  number: z.string(),
  customer: z.string(),
  subscription: z.string(),
  status: z.enum(['draft', 'issued', 'paid', 'void']),
  period: z.object({ from: instant, to: instant }),
  currency: z.string(),
  issuedAt: instant.nullable(),
  dueAt: instant.nullable(),
  lines: z.array(lineDocument),
  subtotal: z.string(),
  discountTotal: z.string(),
  creditTotal: z.string(),
  taxTotal: z.string(),
  total: z.string(),
  amountDue: z.string(),
  proof: z.object({
    cut: z.array(z.object({ partition: z.number(), offset: z.string() })),
    catalogEpoch: z.number(),
    hash: z.string(),
  }),
  revision: z.number(),
});

/** An invoice is stored as its document; this only tells so to the types. */
export function toInvoiceDocument(invoice: Invoice): z.output<typeof invoiceDocument> {
  return {
    ...invoice,
    lines: invoice.lines.map((line) => ({ ...line, tiers: [...line.tiers] })),
    proof: { ...invoice.proof, cut: [...invoice.proof.cut] },
  };
}
