import type { InvoiceLine } from '../invoice.ts';

/** A line of an invoice before the lines are numbered. */
export type DraftLine = Omit<InvoiceLine, 'id'>;

/** What a line has that no single charge's usage stands behind. */
export const emptyLine = {
  charge: null,
  meter: null,
  quantity: null,
  billableQuantity: null,
  unitAmount: null,
  tiers: [],
} as const;
