/**
 * Issues a batch of invoices in one transaction. The tenant's row is locked first, so that two closers go one after the
 * other: what the first one issued the second one finds and leaves as it is, and numbers have no gaps.
 */
import { formatInstant } from '@tidemark/platform/clock';
import type { Instant } from '@tidemark/platform/clock';
import type { InvoiceDraft, PeriodClose } from '@tidemark/aggregator/ports';
import { assert } from '@tidemark/platform/errors';
import { failpoint } from '@tidemark/platform/failpoint';
import type { SqlConnection } from '@tidemark/platform/postgres';
import { insertUses } from '../coupons/live-coupons.ts';
import { postUses } from '../credits/credit-postings.ts';
import type { CreateId } from '../identifiers/ulid.ts';
import { nextInstantSql } from '../subscriptions/periods.ts';
import { adjustDrafts } from './adjust-drafts.ts';
import type { AdjustedDraft } from './adjust-drafts.ts';
import { insertInvoiceLines, insertInvoices } from './insert-invoices.ts';
import type { IssuedInvoice } from './insert-invoices.ts';
import { readIssueTerms } from './issue-terms.ts';

export interface IssueContext {
  readonly now: Instant;
  readonly createId: CreateId;
}

export async function issueInvoices(
  connection: SqlConnection,
  context: IssueContext,
  close: PeriodClose,
  drafts: readonly InvoiceDraft[],
): Promise<void> {
  if (drafts.length === 0) return;
  const year = new Date(context.now / 1000).getUTCFullYear();
  const terms = await statusOfNew(connection, close.tenant, context.now);
  const fresh = await lockDue(connection, close.tenant, drafts);
  if (fresh.length === 0) return;
  const lastNumber = await lockCounter(connection, close.tenant, year);
  const scope = { tenant: close.tenant, now: context.now };
  const adjusted = await adjustDrafts(connection, scope, fresh);
  const issued = adjusted.map((draft, index) => ({
    ...draft,
    id: context.createId('inv_'),
    number: `TM-${year}-${String(lastNumber + index + 1).padStart(6, '0')}`,
    ...terms,
  }));
  await connection.query(
    'update invoice_counters set last_number = $3 where tenant = $1 and year = $2',
    [close.tenant, year, lastNumber + issued.length],
  );
  await insertInvoices(connection, context.now, close, issued);
  await insertInvoiceLines(connection, close.tenant, issued);
  await keepUses(connection, context, close.tenant, issued);
  await addBilledAmounts(connection, context.now, close, fresh);
  await moveToNextInstant(connection, close.tenant, fresh);
  failpoint('close/before-outbox');
  await announce(connection, context, close.tenant, issued);
  failpoint('close/before-commit');
}

/** What the invoices used of coupons and credits. */
async function keepUses(
  connection: SqlConnection,
  context: IssueContext,
  tenant: string,
  issued: readonly (IssuedInvoice & AdjustedDraft)[],
): Promise<void> {
  const coupons = issued.map(({ couponUses, draft, id }) => ({
    invoice: id,
    subscription: draft.due.subscription,
    uses: couponUses,
  }));
  const credits = issued.flatMap(({ creditUses, draft, id }) => {
    const { customer } = draft.due;
    const { currency } = draft.document;
    return creditUses.map((use) => ({
      customer,
      grant: use.id,
      invoice: id,
      currency,
      amount: use.amount,
    }));
  });
  await insertUses(connection, tenant, coupons);
  await postUses(connection, { ...context, tenant }, credits);
}

/** With a grace period invoices stay drafts until they are finalized. */
async function statusOfNew(
  connection: SqlConnection,
  tenant: string,
  now: Instant,
): Promise<Pick<IssuedInvoice, 'status' | 'issuedAt' | 'dueAt'>> {
  const { dueAt, hasGracePeriod } = await readIssueTerms(connection, tenant, now);
  if (hasGracePeriod) return { status: 'draft', issuedAt: null, dueAt: null };
  return { status: 'issued', issuedAt: now, dueAt };
}

/** The last number given out; the row stays locked until the transaction ends. */
async function lockCounter(
  connection: SqlConnection,
  tenant: string,
  year: number,
): Promise<number> {
  await connection.query(
    'insert into invoice_counters (tenant, year, last_number) values ($1, $2, 0) on conflict do nothing',
    [tenant, year],
  );
  const [row] = await connection.query<{ last_number: number }>(
    'select last_number from invoice_counters where tenant = $1 and year = $2 for update',
    [tenant, year],
  );
  assert(row !== undefined, 'The counter row exists.');
  return row.last_number;
}

/**
 * The drafts whose instant is still the next one of their subscription (or, for a later revision, still its end): neither
 * invoiced already nor moved by a cancel since the close priced it. The rows stay locked, so neither can happen before the
 * commit.
 */
async function lockDue(
  connection: SqlConnection,
  tenant: string,
  drafts: readonly InvoiceDraft[],
): Promise<InvoiceDraft[]> {
  const rows = await connection.query<{ position: number }>(
    `select given.position from subscriptions s
     join unnest($2::text[], $3::timestamptz[], $4::integer[]) with ordinality
       as given (subscription, instant, revision, position) on given.subscription = s.subscription
     where s.tenant = $1
       and coalesce(s.next_instant, case when given.revision > 1 then s.ends_at end) = given.instant
       and not exists (
         select 1 from invoices i where i.tenant = $1 and i.subscription = given.subscription
           and i.instant = given.instant and i.revision = given.revision)
     order by s.subscription for update of s`,
    [
      tenant,
      drafts.map(({ due }) => due.subscription),
      drafts.map(({ due }) => formatInstant(due.instant)),
      drafts.map(({ document }) => document.revision),
    ],
  );
  const positions = rows.map(({ position }) => position).sort((left, right) => left - right);
  return positions.flatMap((position) => drafts[position - 1] ?? []);
}

/** What is billed so far grows by what this invoice bills; amounts it does not name stay. */
async function addBilledAmounts(
  connection: SqlConnection,
  now: Instant,
  close: PeriodClose,
  drafts: readonly InvoiceDraft[],
): Promise<void> {
  const billed = drafts.flatMap(({ due, billed: periods }) =>
    periods.map((period) => ({ subscription: due.subscription, period })),
  );
  await connection.query(
    `insert into billed_amounts (tenant, subscription, period_from, cut_incarnation, cut_offsets, amounts, updated_at)
     select $1, subscription, period_from, $5, $6::jsonb, amounts::jsonb, $7::timestamptz
     from unnest($2::text[], $3::timestamptz[], $4::text[]) as given (subscription, period_from, amounts)
     on conflict (tenant, subscription, period_from) do update
       set cut_incarnation = excluded.cut_incarnation, cut_offsets = excluded.cut_offsets,
         amounts = billed_amounts.amounts || excluded.amounts, updated_at = excluded.updated_at`,
    [
      close.tenant,
      billed.map(({ subscription }) => subscription),
      billed.map(({ period }) => formatInstant(period.periodFrom)),
      billed.map(({ period }) => JSON.stringify(period.amounts)),
      close.cut.incarnation,
      JSON.stringify(close.cut.offsets),
      formatInstant(now),
    ],
  );
}

/**
 * The billing instant is invoiced: the next one becomes due. One update a row, since each writes the row and its indexes anew;
 * the rows are locked, so what is read of them is what they are.
 */
async function moveToNextInstant(
  connection: SqlConnection,
  tenant: string,
  drafts: readonly InvoiceDraft[],
): Promise<void> {
  const subscriptions = drafts.map(({ due }) => due.subscription);
  const instants = drafts.map(({ due }) => formatInstant(due.instant));
  await connection.query(
    `update subscriptions moved set start_due = false, next_period = s.next_period, next_instant = ${nextInstantSql}
     from (
       select old.tenant, old.subscription, old.starts_at, old.ends_at, false as start_due,
         case when old.start_due then 0 else old.next_period + 1 end as next_period
       from subscriptions old
       join unnest($2::text[], $3::timestamptz[]) as given (subscription, instant)
         on old.subscription = given.subscription and old.next_instant = given.instant
       where old.tenant = $1
     ) s
     where moved.tenant = s.tenant and moved.subscription = s.subscription`,
    [tenant, subscriptions, instants],
  );
}

async function announce(
  connection: SqlConnection,
  { now, createId }: IssueContext,
  tenant: string,
  issued: readonly IssuedInvoice[],
): Promise<void> {
  await connection.query(
    `insert into outbox (tenant, message, topic, body, created_at)
     select $1, message, topic, body::jsonb, $5::timestamptz
     from unnest($2::text[], $3::text[], $4::text[]) as given (message, topic, body)`,
    [
      tenant,
      issued.map(() => createId('msg_')),
      issued.map(({ status }) => (status === 'issued' ? 'invoice.issued' : 'invoice.drafted')),
      issued.map(({ id, number, draft }) =>
        JSON.stringify({
          invoice: id,
          number,
          customer: draft.due.customer,
          subscription: draft.due.subscription,
          total: draft.document.total,
          currency: draft.document.currency,
        }),
      ),
      formatInstant(now),
    ],
  );
}

/** A dry run keeps the total of each invoice that it would have issued. */
export async function recordDrafts(
  connection: SqlConnection,
  now: Instant,
  close: PeriodClose,
  priced: readonly InvoiceDraft[],
): Promise<void> {
  const adjusted = await adjustDrafts(connection, { tenant: close.tenant, now }, priced);
  const drafts = adjusted.map(({ draft }) => draft);
  await connection.query(
    `insert into period_close_drafts (tenant, close, subscription, instant, currency, total)
     select $1, $2, subscription, instant, currency, total::numeric
     from unnest($3::text[], $4::timestamptz[], $5::text[], $6::text[]) as given (subscription, instant, currency, total)
     on conflict do nothing`,
    [
      close.tenant,
      close.id,
      drafts.map(({ due }) => due.subscription),
      drafts.map(({ due }) => formatInstant(due.instant)),
      drafts.map(({ document }) => document.currency),
      drafts.map(({ document }) => document.total),
    ],
  );
}
