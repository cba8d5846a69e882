/** Reads of invoices as whole documents. */
import { formatInstant } from '@tidemark/platform/clock';
import type { Instant } from '@tidemark/platform/clock';
import type { Invoice, InvoiceLine } from '@tidemark/aggregator/close';
import type { Cut } from '@tidemark/aggregator/ports';
import type { SqlConnection } from '@tidemark/platform/postgres';
import { notFound } from '../problems.ts';
import { readBilledCharges } from './read-billed-charges.ts';
import type { BilledCharge, BilledSpan } from './read-billed-charges.ts';
import type { Page, PageRequest } from '../values/page.ts';
import { pageOf } from '../values/page.ts';

export interface InvoiceFilter {
  readonly customer?: string | undefined;
  readonly status?: Invoice['status'] | undefined;
  /** By start of period, half-open. */
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
}

type InvoiceRow = {
  invoice: string;
  number: string;
  customer: string;
  subscription: string;
  status: Invoice['status'];
  period_from: Instant;
  period_to: Instant;
  currency: string;
  subtotal: string;
  discount_total: string;
  credit_total: string;
  tax_total: string;
  total: string;
  amount_due: string;
  proof: Invoice['proof'];
  revision: number;
  issued_at: Instant | null;
  due_at: Instant | null;
};

type LineRow = {
  invoice: string;
  line: number;
  kind: InvoiceLine['kind'];
  charge: string | null;
  meter: string | null;
  description: string;
  from_at: Instant;
  to_at: Instant;
  quantity: string | null;
  billable_quantity: string | null;
  unit_amount: string | null;
  exact_amount: string;
  amount: string;
  tiers: InvoiceLine['tiers'];
};

const columns = `invoice, number, customer, subscription, status, period_from, period_to, currency, subtotal,
  discount_total, credit_total, tax_total, total, amount_due, proof, revision, issued_at, due_at`;

export class InvoiceStore {
  readonly #database: SqlConnection;

  constructor(database: SqlConnection) {
    this.#database = database;
  }

  async get(tenant: string, id: string): Promise<Invoice> {
    const rows = await this.#database.query<InvoiceRow>(
      `select ${columns} from invoices where tenant = $1 and invoice = $2`,
      [tenant, id],
    );
    const [invoice] = await this.#withLines(tenant, rows);
    if (invoice === undefined) throw notFound('invoice', id);
    return invoice;
  }

  /** In the order in which they were issued. */
  async list(tenant: string, filter: InvoiceFilter, page: PageRequest): Promise<Page<Invoice>> {
    const rows = await this.#database.query<InvoiceRow>(
      `select ${columns} from invoices
       where tenant = $1 and invoice > $2
         and ($3::text is null or customer = $3) and ($4::text is null or status = $4)
         and ($5::timestamptz is null or period_from >= $5::timestamptz)
         and ($6::timestamptz is null or period_from < $6::timestamptz)
       order by invoice limit $7`,
      [
        tenant,
        page.after[0] ?? '',
        filter.customer ?? null,
        filter.status ?? null,
        filter.from === undefined ? null : formatInstant(filter.from),
        filter.to === undefined ? null : formatInstant(filter.to),
        page.limit + 1,
      ],
    );
    const { data, next } = pageOf(rows, page.limit, ({ invoice }) => [invoice]);
    return { data: await this.#withLines(tenant, data), next };
  }

  /** The line that bills a charge's usage at an instant; null while there is none. */
  async findLine(
    tenant: string,
    usage: { readonly subscription: string; readonly charge: string; readonly at: Instant },
  ): Promise<{ readonly invoice: string; readonly number: string; readonly line: string } | null> {
    const [row] = await this.#database.query<{ invoice: string; number: string; line: number }>(
      `select i.invoice, i.number, l.line from invoices i
       join invoice_lines l on l.tenant = i.tenant and l.invoice = i.invoice
       where i.tenant = $1 and i.subscription = $2 and l.charge = $3 and l.kind = 'usage' and i.status <> 'void'
         and l.from_at <= $4::timestamptz and l.to_at > $4::timestamptz
       order by i.invoice, l.line limit 1`,
      [tenant, usage.subscription, usage.charge, formatInstant(usage.at)],
    );
    return row === undefined
      ? null
      : { invoice: row.invoice, number: row.number, line: String(row.line) };
  }

  /** What counts as billed and what the lines say, by charge and period: both must be the same. */
  billedCharges(span: BilledSpan): Promise<BilledCharge[]> {
    return readBilledCharges(this.#database, span);
  }

  /** What the invoice includes: the cut of the close that issued it, and what that close billed by. */
  async cutOf(
    tenant: string,
    id: string,
  ): Promise<{ readonly cut: Cut; readonly catalogEpoch: number }> {
    const [row] = await this.#database.query<{
      cut_incarnation: number;
      cut_offsets: number[];
      catalog_epoch: number;
    }>(
      `select c.cut_incarnation, c.cut_offsets, c.catalog_epoch from invoices i
       join period_closes c on c.tenant = i.tenant and c.close = i.close
       where i.tenant = $1 and i.invoice = $2`,
      [tenant, id],
    );
    if (row === undefined) throw notFound('invoice', id);
    const cut = { incarnation: row.cut_incarnation, offsets: row.cut_offsets };
    return { cut, catalogEpoch: row.catalog_epoch };
  }

  async #withLines(tenant: string, rows: readonly InvoiceRow[]): Promise<Invoice[]> {
    if (rows.length === 0) return [];
    const lines = await this.#database.query<LineRow>(
      `select invoice, line, kind, charge, meter, description, from_at, to_at, quantity, billable_quantity, unit_amount,
         exact_amount, amount, tiers
       from invoice_lines where tenant = $1 and invoice = any($2::text[]) order by invoice, line`,
      [tenant, rows.map(({ invoice }) => invoice)],
    );
    const byInvoice = Map.groupBy(lines, ({ invoice }) => invoice);
    return rows.map((row) => invoiceOf(row, byInvoice.get(row.invoice) ?? []));
  }
}

function invoiceOf(row: InvoiceRow, lines: readonly LineRow[]): Invoice {
  return {
    id: row.invoice,
    number: row.number,
    customer: row.customer,
    subscription: row.subscription,
    status: row.status,
    period: { from: formatInstant(row.period_from), to: formatInstant(row.period_to) },
    currency: row.currency,
    issuedAt: row.issued_at === null ? null : formatInstant(row.issued_at),
    dueAt: row.due_at === null ? null : formatInstant(row.due_at),
    lines: lines.map(lineOf),
    subtotal: row.subtotal,
    discountTotal: row.discount_total,
    creditTotal: row.credit_total,
    taxTotal: row.tax_total,
    total: row.total,
    amountDue: row.amount_due,
    proof: row.proof,
    revision: row.revision,
  };
}

function lineOf(row: LineRow): InvoiceLine {
  return {
    id: String(row.line),
    kind: row.kind,
    charge: row.charge,
    meter: row.meter,
    description: row.description,
    from: formatInstant(row.from_at),
    to: formatInstant(row.to_at),
    quantity: row.quantity,
    billableQuantity: row.billable_quantity,
    unitAmount: row.unit_amount,
    exactAmount: row.exact_amount,
    amount: row.amount,
    tiers: row.tiers,
  };
}
