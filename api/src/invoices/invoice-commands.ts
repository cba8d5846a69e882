/**
 * What may happen to an invoice after the close: a draft is finalized, an open one voided, an issued one credited. Lines and
 * amounts never change; what is wrong with them is given back by credit notes.
 */
import { formatInstant } from '@tidemark/platform/clock';
import type { Clock, Instant } from '@tidemark/platform/clock';
import { assert } from '@tidemark/platform/errors';
import type { SqlConnection, SqlDatabase } from '@tidemark/platform/postgres';
import { creditableAmount } from '@tidemark/rater/pricing';
import { moneyOf } from '@tidemark/rater/money';
import { moneyInCommand } from '../credits/credit-amount.ts';
import { releaseUses } from '../credits/credit-postings.ts';
import type { CreateId } from '../identifiers/ulid.ts';
import { invalidCommand, notFound, stateForbids } from '../problems.ts';
import type { Caller } from '../subscriptions/subscription-commands.ts';
import { parseMoney, textOfMoney } from '../values/money.ts';
import type { Page, PageRequest } from '../values/page.ts';
import { pageOf } from '../values/page.ts';
import type { CreditNote, CreditNoteCommand } from './credit-note.ts';
import { readIssueTerms } from './issue-terms.ts';

export interface InvoiceCommandsOptions {
  readonly database: SqlDatabase;
  readonly clock: Clock;
  readonly createId: CreateId;
}

type LockedInvoice = {
  number: string;
  customer: string;
  subscription: string;
  status: 'draft' | 'issued' | 'paid' | 'void';
  currency: string;
  total: string;
};

type CreditNoteRow = {
  credit_note: string;
  number: string;
  invoice: string;
  amount: string;
  currency: string;
  reason: string | null;
  created_at: Instant;
};

const noteColumns = 'credit_note, number, invoice, amount, currency, reason, created_at';

export class InvoiceCommands {
  readonly #options: InvoiceCommandsOptions;

  constructor(options: InvoiceCommandsOptions) {
    this.#options = options;
  }

  /** Issues a draft, ahead of or after its tenant's grace period; it is due the payment term after that. */
  async finalize({ tenant }: Caller, id: string): Promise<void> {
    await this.#options.database.transaction(async (connection) => {
      const invoice = await lockInvoice(connection, tenant, id);
      if (invoice.status !== 'draft') {
        throw stateForbids('api/invoice-not-draft', `The invoice "${id}" is ${invoice.status}.`);
      }
      const now = this.#options.clock.now();
      const { dueAt } = await readIssueTerms(connection, tenant, now);
      await connection.query(
        `update invoices set status = 'issued', issued_at = $3::timestamptz, due_at = $4::timestamptz
         where tenant = $1 and invoice = $2`,
        [tenant, id, formatInstant(now), formatInstant(dueAt)],
      );
      await this.#announce(connection, tenant, 'invoice.issued', { id, ...invoice });
    });
  }

  /** Takes an invoice back that nobody has paid. Its coupons and credits are free again; its usage stays billed. */
  async void({ tenant }: Caller, id: string): Promise<void> {
    await this.#options.database.transaction(async (connection) => {
      const invoice = await lockInvoice(connection, tenant, id);
      if (invoice.status !== 'draft' && invoice.status !== 'issued') {
        throw stateForbids('api/invoice-not-open', `The invoice "${id}" is ${invoice.status}.`);
      }
      if ((await creditedOf(connection, tenant, id)) !== '0') {
        throw stateForbids(
          'api/invoice-credited',
          `The invoice "${id}" has credit notes, which would stand for nothing.`,
        );
      }
      await connection.query(
        `update invoices set status = 'void' where tenant = $1 and invoice = $2`,
        [tenant, id],
      );
      const { clock, createId } = this.#options;
      await releaseUses(connection, { tenant, now: clock.now(), createId }, id);
      await this.#announce(connection, tenant, 'invoice.voided', { id, ...invoice });
    });
  }

  /** Gives back a part of an invoice, never more than earlier notes left of it. */
  async credit(caller: Caller, id: string, command: CreditNoteCommand): Promise<CreditNote> {
    const { clock, createId, database } = this.#options;
    const { tenant } = caller;
    return database.transaction(async (connection) => {
      const invoice = await lockInvoice(connection, tenant, id);
      if (invoice.status !== 'issued' && invoice.status !== 'paid') {
        throw stateForbids('api/invoice-not-issued', `The invoice "${id}" is ${invoice.status}.`);
      }
      const { currency } = invoice;
      const { amount: asked } = moneyInCommand({ amount: command.amount, currency }, null);
      const amount = creditableAmount({
        paid: parseMoney(invoice.total, currency) ?? moneyOf(0n),
        credited: parseMoney(await creditedOf(connection, tenant, id), currency) ?? moneyOf(0n),
        asked,
      });
      if (amount === 0n) {
        throw invalidCommand('api/nothing-to-credit', 'Nothing of the invoice is left to credit.', [
          { path: 'amount', message: 'comes to nothing' },
        ]);
      }
      const now = clock.now();
      const year = new Date(now / 1000).getUTCFullYear();
      const [row] = await connection.query<CreditNoteRow>(
        `insert into credit_notes (tenant, credit_note, number, invoice, amount, currency, reason, key_id, created_at)
         values ($1, $2, $3, $4, $5::numeric, $6, $7, $8, $9::timestamptz) returning ${noteColumns}`,
        [
          tenant,
          createId('cn_'),
          `CN-${year}-${String(await nextNumber(connection, tenant, year)).padStart(6, '0')}`,
          id,
          textOfMoney(amount, currency),
          currency,
          command.reason ?? null,
          caller.keyId,
          formatInstant(now),
        ],
      );
      assert(row !== undefined, 'An insert returns its row.');
      const total = textOfMoney(amount, currency);
      await this.#announce(connection, tenant, 'credit_note.issued', { id, ...invoice, total });
      return noteOf(row);
    });
  }

  /** Oldest first. */
  async creditNotes(tenant: string, id: string, page: PageRequest): Promise<Page<CreditNote>> {
    const rows = await this.#options.database.query<CreditNoteRow>(
      `select ${noteColumns} from credit_notes
       where tenant = $1 and invoice = $2 and credit_note > $3 order by credit_note limit $4`,
      [tenant, id, page.after[0] ?? '', page.limit + 1],
    );
    const { data, next } = pageOf(rows, page.limit, ({ credit_note }) => [credit_note]);
    return { data: data.map(noteOf), next };
  }

  async #announce(
    connection: SqlConnection,
    tenant: string,
    topic: 'invoice.issued' | 'invoice.voided' | 'credit_note.issued',
    invoice: Omit<LockedInvoice, 'status'> & { readonly id: string },
  ): Promise<void> {
    const { currency, customer, id, number, subscription, total } = invoice;
    await connection.query(
      `insert into outbox (tenant, message, topic, body, created_at)
       values ($1, $2, $3, $4::jsonb, $5::timestamptz)`,
      [
        tenant,
        this.#options.createId('msg_'),
        topic,
        JSON.stringify({ invoice: id, number, customer, subscription, total, currency }),
        formatInstant(this.#options.clock.now()),
      ],
    );
  }
}

async function lockInvoice(
  connection: SqlConnection,
  tenant: string,
  id: string,
): Promise<LockedInvoice> {
  const [row] = await connection.query<LockedInvoice>(
    `select number, customer, subscription, status, currency, total from invoices
     where tenant = $1 and invoice = $2 for update`,
    [tenant, id],
  );
  if (row === undefined) throw notFound('invoice', id);
  return row;
}

async function creditedOf(connection: SqlConnection, tenant: string, id: string): Promise<string> {
  const [row] = await connection.query<{ credited: string }>(
    `select coalesce(sum(amount), 0) as credited from credit_notes where tenant = $1 and invoice = $2`,
    [tenant, id],
  );
  return row?.credited ?? '0';
}

/** Without gaps: the row stays locked until the note is there. */
async function nextNumber(
  connection: SqlConnection,
  tenant: string,
  year: number,
): Promise<number> {
  const [row] = await connection.query<{ last_number: number }>(
    `insert into credit_note_counters (tenant, year, last_number) values ($1, $2, 1)
     on conflict (tenant, year) do update set last_number = credit_note_counters.last_number + 1
     returning last_number`,
    [tenant, year],
  );
  assert(row !== undefined, 'The counter row exists.');
  return row.last_number;
}

function noteOf(row: CreditNoteRow): CreditNote {
  const { amount, created_at: createdAt, credit_note: id, currency, invoice, number, reason } = row;
  return { id, number, invoice, amount, currency, reason, createdAt };
}
