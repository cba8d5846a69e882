/** The fingerprint of an invoice's inputs: two invoices with one hash bill the same usage by the same terms to the last digit. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '@tidemark/ingest/contract';
import type { JsonValue } from '@tidemark/ingest/contract';
import { rulesVersion } from '@tidemark/rater/catalog';
import type { InvoiceLine } from './invoice.ts';

/** What the lines are a function of, and the lines. No id, number, cut or time of issue: another log gives the same hash. */
export interface HashedInputs {
  readonly currency: string;
  readonly customer: string;
  readonly lines: readonly InvoiceLine[];
  readonly periods: readonly { readonly from: string; readonly to: string }[];
  /** `CompiledPlan.canonical` of each plan version, once. */
  readonly plans: readonly string[];
  readonly timeZone: string;
}

/** `sha256:` and lower-case hex over the canonical JSON of the inputs and the version of the rating rules. */
export function hashInvoice(inputs: HashedInputs): string {
  const { currency, customer, lines, periods, plans, timeZone } = inputs;
  // In the order of its keys, as canonical JSON has them; the plans come written already.
  const text =
    `{"currency":${canonical(currency)},"customer":${canonical(customer)},"lines":${canonical(lines)},` +
    `"periods":${canonical(periods)},"plans":[${plans.join(',')}],"rulesVersion":${rulesVersion},` +
    `"timeZone":${canonical(timeZone)}}`;
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** Documents are plain JSON: text, integers, lists and objects. */
export function canonical(value: unknown): string {
  return canonicalJson(value as JsonValue);
}
