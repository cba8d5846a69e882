/** Moves balances of grants, each time with its posting in the ledger. */
import { formatInstant } from '@tidemark/platform/clock';
import type { Instant } from '@tidemark/platform/clock';
import type { SqlConnection } from '@tidemark/platform/postgres';
import type { CreateId } from '../identifiers/ulid.ts';
import { accountsOf } from './credit.ts';
import type { Posting } from './credit.ts';

export interface PostingContext {
  readonly tenant: string;
  readonly now: Instant;
  readonly createId: CreateId;
}

export interface NewPosting {
  readonly kind: Posting['kind'];
  readonly customer: string;
  readonly grant: string;
  readonly invoice?: string;
  readonly hold?: string;
  readonly currency: string;
  readonly amount: string;
}

/** Takes what invoices used off the balances. */
export async function postUses(
  connection: SqlConnection,
  context: PostingContext,
  uses: readonly Omit<NewPosting, 'kind'>[],
): Promise<void> {
  const postings = uses.map((use): NewPosting => ({ ...use, kind: 'use' }));
  await moveBalances(connection, context, { postings, sign: -1 });
}

/** Gives back what an invoice used that is no longer one. */
export async function releaseUses(
  connection: SqlConnection,
  context: PostingContext,
  invoice: string,
): Promise<void> {
  const used = await connection.query<Omit<NewPosting, 'kind' | 'invoice' | 'hold'>>(
    `select customer, credit_grant as grant, currency, amount from credit_postings
     where tenant = $1 and invoice = $2 and kind = 'use' order by posting`,
    [context.tenant, invoice],
  );
  const postings = used.map((use): NewPosting => ({ ...use, invoice, kind: 'release' }));
  await moveBalances(connection, context, { postings, sign: 1 });
}

/** Moves balances up (1) or down (-1) by what is posted. */
export async function moveBalances(
  connection: SqlConnection,
  context: PostingContext,
  { postings, sign }: { readonly postings: readonly NewPosting[]; readonly sign: 1 | -1 },
): Promise<void> {
  if (postings.length === 0) return;
  // The check of the column refuses a balance below zero, whoever computed the use.
  await connection.query(
    `update credit_grants g set balance = g.balance + $4::numeric * moved.amount
     from (
       select credit_grant, sum(amount::numeric) as amount
       from unnest($2::text[], $3::text[]) as given (credit_grant, amount) group by credit_grant
     ) moved
     where g.tenant = $1 and g.credit_grant = moved.credit_grant`,
    [
      context.tenant,
      postings.map(({ grant }) => grant),
      postings.map(({ amount }) => amount),
      String(sign),
    ],
  );
  await insertPostings(connection, context, postings);
}

export async function insertPostings(
  connection: SqlConnection,
  { tenant, now, createId }: PostingContext,
  postings: readonly NewPosting[],
): Promise<void> {
  await connection.query(
    `insert into credit_postings (tenant, posting, customer, credit_grant, kind, invoice, hold, currency, amount, debit,
       credit, created_at)
     select $1, posting, customer, credit_grant, kind, invoice, hold, currency, amount::numeric, debit, credit,
       $12::timestamptz
     from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
       $10::text[], $11::text[])
       as given (posting, customer, credit_grant, kind, invoice, hold, currency, amount, debit, credit)`,
    [
      tenant,
      postings.map(() => createId('cp_')),
      postings.map(({ customer }) => customer),
      postings.map(({ grant }) => grant),
      postings.map(({ kind }) => kind),
      postings.map(({ invoice }) => invoice ?? ''),
      postings.map(({ hold }) => hold ?? ''),
      postings.map(({ currency }) => currency),
      postings.map(({ amount }) => amount),
      postings.map(({ kind }) => accountsOf[kind].debit),
      postings.map(({ kind }) => accountsOf[kind].credit),
      formatInstant(now),
    ],
  );
}
