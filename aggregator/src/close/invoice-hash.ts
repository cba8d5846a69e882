/** The fingerprint of an invoice's inputs: two invoices with one hash bill the same usage by the same terms to the last digit. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '@tidemark/ingest/contract';
import type { JsonValue } from '@tidemark/ingest/contract';
import { rulesVersion } from '@tidemark/rater/catalog';
import type { PlanTerms } from '../ports.ts';
import type { InvoiceLine } from './invoice.ts';

/** What the lines are a function of, and the lines. No id, number, cut or time of issue: another log gives the same hash. */
export interface HashedInputs {
  readonly customer: string;
  readonly timeZone: string;
  readonly currency: string;
  readonly periods: readonly { readonly from: string; readonly to: string }[];
  readonly plans: readonly PlanTerms[];
  /** Definitions of the meters that the plans name, in the order of their keys and versions. */
  readonly meters: readonly unknown[];
  readonly lines: readonly InvoiceLine[];
}

/** `sha256:` and lower-case hex over the canonical JSON of the inputs with the version of the rating rules. */
export function hashInvoice(inputs: HashedInputs): string {
  // Everything in it is plain JSON: text, integers, lists and objects; the spread drops nothing that was there.
  const text = canonicalJson({ rulesVersion, ...inputs } as unknown as JsonValue);
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
