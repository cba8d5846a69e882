/** The rows of invoices and their lines; a batch is one statement each. */
import { formatInstant } from '@tidemark/platform/clock';
import type { Instant } from '@tidemark/platform/clock';
import type { InvoiceDraft, PeriodClose } from '@tidemark/aggregator/ports';
import { assert } from '@tidemark/platform/errors';
import type { SqlConnection } from '@tidemark/platform/postgres';

export interface IssuedInvoice {
  readonly draft: InvoiceDraft;
  readonly id: string;
  readonly number: string;
  readonly status: 'draft' | 'issued';
  readonly issuedAt: Instant | null;
  readonly dueAt: Instant | null;
}

const invoicesSql = `insert into invoices (tenant, invoice, number, customer, subscription, instant, revision, status,
    period_from, period_to, currency, subtotal, discount_total, credit_total, tax_total, total, amount_due, proof,
    close, through, issued_at, due_at, created_at)
  select $1, invoice, number, customer, subscription, instant::timestamptz, revision, status,
    period_from::timestamptz, period_to::timestamptz, currency, subtotal::numeric, discount_total::numeric,
    credit_total::numeric, tax_total::numeric, total::numeric, amount_due::numeric, proof::jsonb,
    $2, $3::timestamptz, issued_at::timestamptz, due_at::timestamptz, $4::timestamptz
  from unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::integer[], $11::text[], $12::text[],
      $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[],
      $21::text[], $22::text[], $23::text[])
    as given (invoice, number, customer, subscription, instant, revision, status, period_from, period_to, currency,
      subtotal, discount_total, credit_total, tax_total, total, amount_due, proof, issued_at, due_at)
  on conflict (tenant, subscription, instant, revision) do nothing`;

export async function insertInvoices(
  connection: SqlConnection,
  now: Instant,
  close: PeriodClose,
  issued: readonly IssuedInvoice[],
): Promise<void> {
  const documents = issued.map(({ draft }) => draft.document);
  const dues = issued.map(({ draft }) => draft.due);
  await connection.query(invoicesSql, [
    close.tenant,
    close.id,
    formatInstant(close.through),
    formatInstant(now),
    issued.map(({ id }) => id),
    issued.map(({ number }) => number),
    dues.map(({ customer }) => customer),
    dues.map(({ subscription }) => subscription),
    dues.map(({ instant }) => formatInstant(instant)),
    documents.map(({ revision }) => revision),
    issued.map(({ status }) => status),
    documents.map(({ period }) => period.from),
    documents.map(({ period }) => period.to),
    documents.map(({ currency }) => currency),
    documents.map(({ subtotal }) => subtotal),
    documents.map(({ discountTotal }) => discountTotal),
    documents.map(({ creditTotal }) => creditTotal),
    documents.map(({ taxTotal }) => taxTotal),
    documents.map(({ total }) => total),
    documents.map(({ amountDue }) => amountDue),
    documents.map(({ proof }) => JSON.stringify(proof)),
    issued.map(({ issuedAt }) => (issuedAt === null ? null : formatInstant(issuedAt))),
    issued.map(({ dueAt }) => (dueAt === null ? null : formatInstant(dueAt))),
  ]);
}

const linesSql = `insert into invoice_lines (tenant, invoice, line, kind, charge, meter, description, from_at, to_at,
    quantity, billable_quantity, unit_amount, exact_amount, amount, tiers)
  select $1, invoice, line, kind, charge, meter, description, from_at::timestamptz, to_at::timestamptz,
    quantity::numeric, billable_quantity::numeric, unit_amount::numeric, exact_amount::numeric, amount::numeric,
    tiers::jsonb
  from unnest($2::text[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
      $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[])
    as given (invoice, line, kind, charge, meter, description, from_at, to_at, quantity, billable_quantity,
      unit_amount, exact_amount, amount, tiers)`;

export async function insertInvoiceLines(
  connection: SqlConnection,
  tenant: string,
  issued: readonly IssuedInvoice[],
): Promise<void> {
  const lines = issued.flatMap(({ id, draft }) =>
    draft.document.lines.map((line, index) => {
      assert(line.id === String(index + 1), 'Lines count from 1.');
      return { invoice: id, number: index + 1, line };
    }),
  );
  await connection.query(linesSql, [
    tenant,
    lines.map(({ invoice }) => invoice),
    lines.map(({ number }) => number),
    lines.map(({ line }) => line.kind),
    lines.map(({ line }) => line.charge),
    lines.map(({ line }) => line.meter),
    lines.map(({ line }) => line.description),
    lines.map(({ line }) => line.from),
    lines.map(({ line }) => line.to),
    lines.map(({ line }) => line.quantity),
    lines.map(({ line }) => line.billableQuantity),
    lines.map(({ line }) => line.unitAmount),
    lines.map(({ line }) => line.exactAmount),
    lines.map(({ line }) => line.amount),
    lines.map(({ line }) => JSON.stringify(line.tiers)),
  ]);
}
