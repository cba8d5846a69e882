/** The invoice document of the public API; amounts and quantities are decimal strings, times RFC 3339. */
export interface Invoice {
  readonly id: string;
  readonly number: string;
  readonly customer: string;
  readonly subscription: string;
  readonly status: 'draft' | 'issued' | 'paid' | 'void';
  readonly period: { readonly from: string; readonly to: string };
  readonly currency: string;
  readonly issuedAt: string | null;
  readonly dueAt: string | null;
  readonly lines: readonly InvoiceLine[];
  readonly subtotal: string;
  readonly discountTotal: string;
  readonly creditTotal: string;
  readonly taxTotal: string;
  readonly total: string;
  readonly amountDue: string;
  readonly proof: InvoiceProof;
  readonly revision: number;
}

export type InvoiceLineKind =
  | 'usage'
  | 'flat'
  | 'minimum_true_up'
  | 'proration_credit'
  | 'late_usage'
  | 'discount'
  | 'credit'
  | 'tax';

export interface InvoiceLine {
  /** Counts from 1 within the invoice. */
  readonly id: string;
  readonly kind: InvoiceLineKind;
  /** Key of the charge; `null` for a plan's true-up. */
  readonly charge: string | null;
  readonly meter: string | null;
  readonly description: string;
  readonly from: string;
  readonly to: string;
  readonly quantity: string | null;
  readonly billableQuantity: string | null;
  readonly unitAmount: string | null;
  readonly exactAmount: string;
  readonly amount: string;
  readonly tiers: readonly InvoiceTier[];
}

export interface InvoiceTier {
  readonly tier: number;
  readonly quantity?: string;
  readonly unitAmount?: string;
  readonly flatAmount?: string;
  readonly amount: string;
}

export interface InvoiceProof {
  readonly cut: readonly { readonly partition: number; readonly offset: string }[];
  readonly catalogEpoch: number;
  /**
   * `sha256:` + hex over the canonical JSON of what the lines are a function of: customer, plan terms, meters, periods,
   * quantities, rules version and the lines themselves. Ids, numbers, cut and times of issue are left out, so the same
   * usage gives the same hash on any log.
   */
  readonly hash: string;
}
